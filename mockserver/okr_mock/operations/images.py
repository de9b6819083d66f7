"""Images of progress records: uploaded to a target, fetched back with a ticket. Source: dochub, seed_page."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import orjson

from feishu_okr.contract import Violation
from okr_mock.call import Call, Result
from okr_mock.gateway.envelope import Refusal
from okr_mock.operations.targets import find_target
from okr_mock.world.fixture import IMAGE, IMAGE_DATA

DOWNLOAD = "/stream/api/downloadFile"
"""Path under which images are fetched; live it is on a host of its own."""
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TOKEN_LENGTH = 24
_READ = 2  # the action that the tickets of the vendor's examples allow
_LIVES = {"hour": 3600, "day": 86_400, "week": 604_800}
_BITMAP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_SURE: Mapping[str, Callable[[bytes], bool]] = {
    "image/gif": lambda data: data.startswith((b"GIF87a", b"GIF89a")),
    "image/bmp": lambda data: int.from_bytes(data[14:18], "little") in _BITMAP_HEADERS,
}
"""What must hold beside the first two or three letters, with which a text may begin too."""
_ALIASES = {
    "image/apng": "image/png",
    "image/heif": "image/heic",
    "image/vnd.microsoft.icon": "image/x-icon",
    "image/x-ms-bmp": "image/bmp",
}


async def upload(call: Call) -> Result:
    """Keep an image for the records of a target.

    Args:
        call: carries the image, and names the target.

    Raises:
        Refusal: `okr_data_not_found`, `no_permission`; `invalid_parameters` for what is no image of a known type;
            `image_too_large`.
    """
    body = call.message["body"]
    target_id, target_type = str(body["target_id"]), int(body["target_type"])
    find_target(call, target_type, target_id)
    data = call.files["data"]
    if len(data) > call.max_image:
        raise Refusal("image_too_large", limit=str(call.max_image))
    if media_type(data) not in call.effective.accepted_files(call.operation, "data"):
        description = "data is not an image of a type that the contract lists"
        call.noted.violations = [Violation("body", "/data", "data", "contentType", description, None)]
        raise Refusal(call.profile["broken_constraint"])
    token = _file_token(call)
    facts = {"file_token": token, "target_id": target_id, "target_type": target_type}
    changes = {(IMAGE, token): orjson.dumps(facts), (IMAGE_DATA, token): data}
    return Result({"file_token": token, "url": _address(call, facts)}, changes)


async def check_images(call: Call, content: Any) -> None:
    """Refuse images that were never uploaded; where the claim `unknown_image` wants it.

    Args:
        call: carries the content.
        content: content that keeps the contract.

    Raises:
        Refusal: `okr_data_not_found`.
    """
    images = [image for block in content.get("blocks", ()) for image in block.get("gallery", {}).get("imageList", ())]
    for image in images:
        if await call.read((IMAGE, image.get("fileToken", ""))) is None:
            raise Refusal("okr_data_not_found")


def media_type(data: bytes) -> str:
    """Tell the media type of an image by its first bytes; "" for what is none.

    Args:
        data: the file.
    """
    import filetype  # slow to load

    mime = filetype.guess_mime(data) or ""
    is_known = _SURE.get(mime, bool)(data)
    return _ALIASES.get(mime, mime) if is_known else ""


def _file_token(call: Call) -> str:
    drawn = int.from_bytes(call.turn.draw("file_token", _TOKEN_LENGTH), "big")
    return "box" + "".join(_ALPHABET[drawn // 62**place % 62] for place in range(_TOKEN_LENGTH))


def _address(call: Call, facts: dict[str, Any]) -> str:
    """Write where the image can be fetched, and the ticket that allows it. Source: claim `ticket_life`."""
    life = _LIVES[call.profile["ticket_life"]]
    person = call.person or call.fixture.people.all[0]
    ticket = call.admission.signer.seal(
        {
            "target_id": facts["target_id"],
            "target_type": facts["target_type"],
            "action": _READ,
            "file_token": facts["file_token"],
            "user_id": person.lark_id,
            "tenant_id": _tenant(call.turn.world),
            "exp": call.turn.now // 1000 + life,
            "world": call.turn.world,  # live has no such claim; it is how a download finds its world
        }
    )
    return f"{call.request.base_url}{DOWNLOAD}/?file_token={facts['file_token']}&ticket={ticket}"


@lru_cache(maxsize=256)
def _tenant(world: str) -> str:
    return str(6 * 10**18 + int.from_bytes(world.encode()[:7].ljust(7), "big"))
