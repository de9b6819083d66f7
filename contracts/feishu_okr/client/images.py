"""Images for progress records."""

from os import PathLike
from pathlib import Path
from typing import BinaryIO, Literal

from feishu_okr.client.call import Call, File, Progress, having
from feishu_okr.client.face import AsyncResource, Resource, awaiting, blocking
from feishu_okr.client.target import TargetType
from feishu_okr.client.types import UploadedImage

UPLOAD = "okr.v1.image.upload"


def upload(
    image: bytes | BinaryIO | str | PathLike[str],
    *,
    target_id: str | int,
    target_type: TargetType | Literal[2, 3],
    file_name: str | None = None,
    progress: Progress | None = None,
) -> Call[UploadedImage]:
    """Upload an image for the records of one target; a call that is repeated may leave an unused image behind.

    Args:
        image: bytes, a file opened for reading bytes, or the path of a file; read whole.
        target_id: id of the objective or key result.
        target_type: which of the two it is.
        file_name: name of the file; that of the path or file if not given.
        progress: called with the bytes sent so far and the bytes in all; begins anew if the call is repeated.

    Raises:
        OKRError: it was not uploaded.
        OSError: the file cannot be read.

    Source: operation `okr.v1.image.upload` of the contract.
    """
    name, data = _read(image)
    file = File(file_name or name, data, _media(data), progress)
    return Call(
        UPLOAD, having("file_token", "url"), body={"target_id": str(target_id), "target_type": target_type}, file=file
    )


def _read(image: bytes | BinaryIO | str | PathLike[str]) -> tuple[str, bytes]:
    if isinstance(image, bytes):
        return "image", image
    if isinstance(image, str | PathLike):
        path = Path(image)
        return path.name, path.read_bytes()
    name = getattr(image, "name", "")
    return Path(name).name if isinstance(name, str) and name else "image", image.read()


def _media(data: bytes) -> str:
    import filetype  # takes a while, and most calls carry no image

    kind: str | None = filetype.guess_mime(data)
    return kind or "application/octet-stream"


class Images(Resource):
    """Images for progress records."""

    upload = blocking(upload)


class AsyncImages(AsyncResource):
    """Images for progress records."""

    upload = awaiting(upload)
