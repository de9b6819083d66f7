"""Uploads: from bytes, files and paths, with their progress told."""

import io
from base64 import b64decode
from pathlib import Path
from typing import Any

import httpx2
import pytest

from feishu_okr import InvalidParameters
from tests.feishu_okr.client.conftest import TARGET, Clients, Do, refused, success

PIXEL = b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==")
LARGE = PIXEL + bytes(200_000)
SOURCES: dict[str, Any] = {
    "bytes": lambda _: PIXEL,
    "file": lambda _: io.BytesIO(PIXEL),
    "path": lambda path: path,
    "text": str,
    "open file": lambda path: path.open("rb"),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_what_is_uploaded_can_be_shown(do: Do, tmp_path: Path, source: Any) -> None:
    """An image from any source is stored byte by byte and can be fetched from where the answer says."""
    path = tmp_path / "图 1.gif"
    path.write_bytes(PIXEL)
    image = source(path)
    shown = do(lambda client: client.images.upload(image, target_id=TARGET, target_type=3))
    assert httpx2.get(shown["url"]).content == PIXEL
    if hasattr(image, "close"):
        image.close()


def test_progress_is_told(clients: Clients) -> None:
    """The callback hears growing numbers that end with the whole, and hears them anew when the call is repeated."""
    told: list[tuple[int, int]] = []
    names: list[bytes] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        names.append(request.read().partition(b'filename="')[2].partition(b'"')[0])
        return refused(1009999, 500) if len(names) == 1 else success(file_token="box", url="http://x/")

    def upload(client: Any) -> Any:
        progress = lambda done, whole: told.append((done, whole))  # noqa: E731
        return client.images.upload(LARGE, target_id=TARGET, target_type=3, file_name="a.gif", progress=progress)

    clients.answered(handle)(upload)
    once = told[: len(told) // 2]
    assert told == once * 2
    assert len(once) > 1
    assert once == sorted(once)
    assert once[-1] == (len(LARGE), len(LARGE))
    assert names == [b"a.gif"] * 2


def test_what_is_no_image_is_not_sent(clients: Clients) -> None:
    """Bytes of a kind that the contract does not name are refused before sending, unless the check is off."""
    with pytest.raises(InvalidParameters, match="body/data: is none of image/jpeg"):
        clients.make(base_url="http://127.0.0.1:1")(
            lambda client: client.images.upload(b"%PDF-1.7", target_id="1", target_type=2)
        )
    do = clients.answered(lambda _: success(file_token="box", url="http://x/"), check=False)
    assert do(lambda client: client.images.upload(b"%PDF-1.7", target_id="1", target_type=2))["file_token"] == "box"


def test_a_missing_file_is_an_error_of_its_own(clients: Clients, tmp_path: Path) -> None:
    """A path that leads nowhere raises what opening it raises."""
    with pytest.raises(FileNotFoundError):
        clients.make()(lambda client: client.images.upload(tmp_path / "x.png", target_id="1", target_type=2))
