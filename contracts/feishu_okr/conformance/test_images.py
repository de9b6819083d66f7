"""Uploaded images: what their address says, and that they can be fetched."""

from base64 import b64decode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from feishu_okr.conformance.conftest import Needs
from feishu_okr.conformance.form import multipart
from feishu_okr.conformance.target import Caller
from feishu_okr.conformance.wire import Request

UPLOAD = "okr.v1.image.upload"
PIXELS = {
    "image/gif": "R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==",
    "image/png": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg==",
}


def uploaded(caller: Caller, image: bytes) -> dict[str, str]:
    """Upload an image to the key result; gives its token and address."""
    form = {"data": image, "target_id": caller.target.known["key_result"], "target_type": "3"}
    body, kind = multipart(form)
    answer = caller.call(UPLOAD, raw=body, headers={"Content-Type": kind})
    assert answer.code == 0
    data: dict[str, str] = answer.json["data"]
    return data


def test_an_address_is_that_of_its_image(caller: Caller, needs: Needs, notes: dict[str, Any]) -> None:
    """The address of an image and the ticket in it name the token that was answered, and the target."""
    needs("write", "knows:key_result")
    image = uploaded(caller, b64decode(PIXELS["image/gif"]))
    query = parse_qs(urlsplit(image["url"]).query)
    ticket = jwt.decode(query["ticket"][0], options={"verify_signature": False})
    notes["checked"] = 3
    assert query["file_token"] == [image["file_token"]]
    assert ticket["file_token"] == image["file_token"]
    assert ticket["target_id"] == caller.target.known["key_result"]


@pytest.mark.parametrize("kind", PIXELS)
def test_an_image_can_be_fetched(kind: str, caller: Caller, needs: Needs, notes: dict[str, Any]) -> None:
    """An image is fetched at its address byte for byte, without a token, and says what it is."""
    needs("write", "images", "knows:key_result")
    image = b64decode(PIXELS[kind])
    address = urlsplit(uploaded(caller, image)["url"])
    answer = caller.send(Request("GET", f"{address.path}?{address.query}"))
    notes["checked"] = 3
    assert (answer.status, answer.headers.get("content-type"), answer.body) == (200, kind, image)
