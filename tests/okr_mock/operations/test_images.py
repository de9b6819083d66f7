import struct
import zlib
from itertools import product
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import RECORDS, Body
from tests.okr_mock.operations.conftest import Fresh, acts

UPLOAD = "/open-apis/okr/v1/images/upload"
OBJECTIVE, KEY_RESULT = "7043693679567028244", "7041430377642082323"
OTHER = "ou_21a7e080dbdb4e9c207553adb9d52f85"
FIELDS = {"target_id": KEY_RESULT, "target_type": "3"}
BOUNDARY = {"Content-Type": "multipart/form-data; boundary=B"}
PIXEL = struct.pack("<IiiHHIIiiII", 40, 1, 1, 1, 24, 0, 4, 2835, 2835, 0, 0) + b"\xff\xff\xff\0"
TIFF_ENTRIES = ((256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 1), (279, 1))


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """Write a grey pixel, with further chunks before the data."""
    head = (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    parts = (head, *chunks, (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def tiff(order: str, mark: bytes) -> bytes:
    """Write a grey pixel in one of the two orders of bytes."""
    entries = b"".join(struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in TIFF_ENTRIES)
    head = mark + struct.pack(f"{order}HI", 42, 10)
    return head + b"\0\0" + struct.pack(f"{order}H", len(TIFF_ENTRIES)) + entries + bytes(4)


GIF = b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02L\x01\0;"
JPEG = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\1\0\x48\0\x48\0\0\xff\xdb\0\x43\0" + b"\xff" * 64
    + b"\xff\xc2\0\x0b\x08\0\1\0\1\1\1\x11\0\xff\xc4\0\x14\x10\1" + bytes(16)
    + b"\xff\xda\0\x08\1\1\0\1\x3f\x10\xff\xd9"
)  # fmt: skip
BMP = b"BM" + struct.pack("<IHHI", 14 + len(PIXEL), 0, 0, 54) + PIXEL
ICO = struct.pack("<HHHBBBBHHII", 0, 1, 1, 1, 1, 0, 0, 1, 32, len(png()), 22) + png()
WEBP = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
IMAGES = {
    "a.jpg": (JPEG, "image/jpeg"),
    "a.jpeg": (JPEG, "image/jpeg"),
    "a.png": (png(), "image/png"),
    "moving.png": (png((b"acTL", bytes(8))), "image/png"),
    "a.webp": (WEBP, "image/webp"),
    "a.gif": (GIF, "image/gif"),
    "a.bmp": (BMP, "image/bmp"),
    "a.ico": (ICO, "image/x-icon"),
    "little.tiff": (tiff("<", b"II"), "image/tiff"),
    "big.tiff": (tiff(">", b"MM"), "image/tiff"),
    "a.heic": (HEIC, "image/heic"),
    "phone.heic": (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "image/heic"),
}


def upload(client: TestClient, data: bytes = GIF, headers: dict[str, str] | None = None, **fields: str) -> Any:
    files = {"data": ("a.gif", data)}
    return client.post(UPLOAD, data=FIELDS | fields, files=files, headers=headers).json()


def uploaded(client: TestClient, data: bytes = GIF, headers: dict[str, str] | None = None) -> Body:
    answer = upload(client, data, headers)
    assert answer["code"] == 0, answer
    found: Body = answer["data"]
    return found


def parts(*given: tuple[str, bytes], end: bytes = b"--B--\r\n") -> bytes:
    """Write a multipart body whose parts have a name and nothing else."""
    heads = [
        (b'--B\r\nContent-Disposition: form-data; name="%b"\r\n\r\n' % name.encode(), data) for name, data in given
    ]
    return b"".join(head + data + b"\r\n" for head, data in heads) + end


TARGET = (("target_id", KEY_RESULT.encode()), ("target_type", b"3"))
WHOLE = parts(*TARGET, ("data", GIF))


def fetch(client: TestClient, url: str, **changes: str) -> Any:
    """Fetch an address without any token, its query changed."""
    path, _, query = url.removeprefix("http://localhost").partition("?")
    pairs = dict(pair.split("=", 1) for pair in query.split("&")) | changes
    kept = {name: value for name, value in pairs.items() if value != "-"}
    return client.get(path, params=kept, headers={"Authorization": ""})


def ticket_of(url: str) -> str:
    return url.partition("ticket=")[2]


def field_of(answer: Any) -> str:
    """Name the one field that was refused as invalid."""
    assert (answer.status_code, answer.json()["code"]) == (400, 1001001)
    (violation,) = answer.json()["error"]["field_violations"]
    field: str = violation["field"]
    return field


@pytest.mark.parametrize("name", IMAGES)
def test_every_format(fresh: Fresh, name: str) -> None:
    """Each documented format is accepted and comes back to the byte, with its media type."""
    client = fresh()
    data, media_type = IMAGES[name]
    answer = client.post(UPLOAD, data=FIELDS, files={"data": (name, data)}).json()
    assert list(answer["data"]) == ["file_token", "url"]
    image = fetch(client, answer["data"]["url"])
    assert (image.status_code, image.headers["content-type"], image.content) == (200, media_type, data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        "你好".encode(),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7\n%%EOF",
        b"PK\x03\x04" + bytes(26),
        b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf",
        b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
        b"8BPS" + bytes(20),
        b" " + GIF,
        b"BMW is a car",
        b"GIFT for you",
    ],
)
def test_no_image(fresh: Fresh, data: bytes) -> None:
    """What is none of the formats is refused by its bytes, whatever its name and type say."""
    client = fresh()
    answer = client.post(UPLOAD, data=FIELDS, files={"data": ("a.png", data, "image/png")})
    assert field_of(answer) == "data"
    gateway = fresh(profile="gateway").post(UPLOAD, data=FIELDS, files={"data": ("a.png", data, "image/png")}).json()
    assert (gateway["code"], gateway["error"]["field_violations"][0]["field"]) == (99992402, "data")


def test_same_image_twice(fresh: Fresh) -> None:
    """The same bytes uploaded twice are two images."""
    client = fresh()
    assert uploaded(client)["file_token"] != uploaded(client)["file_token"]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (parts(*TARGET), "data"),
        (parts(TARGET[1], ("data", GIF)), "target_id"),
        (parts(TARGET[0], ("data", GIF)), "target_type"),
        (parts(("target_id", b"x"), TARGET[1], ("data", GIF)), "target_id"),
        (parts(("target_id", b""), TARGET[1], ("data", GIF)), "target_id"),
        (parts(TARGET[0], ("target_type", b""), ("data", GIF)), "target_type"),
        (parts(TARGET[0], ("target_type", b"4"), ("data", GIF)), "target_type"),
        (parts(*TARGET, ("image", GIF)), "data"),
        (WHOLE[: -len(b"\r\n--B--\r\n")], "data"),
        (WHOLE[: -len(b"\r\n--B--\r\n") - 9], "data"),
        (WHOLE[:-4], "data"),
        (parts(*TARGET, ("data", GIF), *((f"x{n}", b"") for n in range(1000))), "body"),
        (b"\xff\0 no parts", "body"),
        (b"--B\r\nX-Nothing: here\r\n\r\n\r\n--B--\r\n", "body"),
    ],
)
def test_malformed_forms(fresh: Fresh, content: bytes, field: str) -> None:
    """A missing or malformed part is named; a body that breaks off has no last part; too many parts are no form."""
    assert field_of(fresh().post(UPLOAD, content=content, headers=BOUNDARY)) == field


def test_no_part_at_all(fresh: Fresh) -> None:
    """Of an empty form every required part is missing."""
    client = fresh()
    for content in (b"", b"--B--\r\n"):
        answer = client.post(UPLOAD, content=content, headers=BOUNDARY).json()
        fields = {found["field"] for found in answer["error"]["field_violations"]}
        assert (answer["code"], fields) == (1001001, {"data", "target_id", "target_type"})


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/mixed; boundary=B",
        "application/json",
        "text/plain",
        "",
    ],
)
def test_no_form(fresh: Fresh, content_type: str) -> None:
    """A body without boundary, or of another type, is none that the route reads."""
    answer = fresh().post(UPLOAD, content=WHOLE, headers={"Content-Type": content_type})
    assert field_of(answer) == "body"


def test_body_as_json(fresh: Fresh) -> None:
    """JSON is no form, whatever it holds; the gateway calls that a body it cannot read."""
    body = {"target_id": KEY_RESULT, "target_type": 3, "data": "GIF89a"}
    assert field_of(fresh().post(UPLOAD, json=body)) == "body"
    assert fresh(profile="gateway").post(UPLOAD, json=body).json()["code"] == 99991300


def test_body_as_urlencoded_form(fresh: Fresh) -> None:
    """A form that is not multipart cannot carry an image."""
    answer = fresh().post(UPLOAD, data=FIELDS | {"data": "GIF89a"})
    assert field_of(answer) == "body"


def test_bare_parts(fresh: Fresh) -> None:
    """The image needs neither a file name nor a type of its own, nor to come last."""
    client = fresh()
    for content in (WHOLE, parts(("data", GIF), *TARGET)):
        answer = client.post(UPLOAD, content=content, headers=BOUNDARY).json()
        assert fetch(client, answer["data"]["url"]).content == GIF


def test_image_that_looks_like_parts(fresh: Fresh) -> None:
    """Line ends, boundaries of others and zero bytes inside an image come back as they were."""
    client = fresh()
    data = GIF + b"\r\n--C--\r\n--\r\n\0--B\xff"
    answer = client.post(UPLOAD, content=parts(*TARGET, ("data", data)), headers=BOUNDARY).json()
    assert fetch(client, answer["data"]["url"]).content == data


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"target_id": OBJECTIVE, "target_type": "2"}, 0),
        ({"target_id": OBJECTIVE}, 1001004),
        ({"target_type": "2"}, 1001004),
        ({"target_id": "1"}, 1001004),
    ],
)
def test_targets(fresh: Fresh, fields: Any, code: int) -> None:
    """An image is for a target that there is, of the type that is named."""
    assert upload(fresh(), **fields)["code"] == code


def test_foreign_target(fresh: Fresh) -> None:
    """A person may upload for their own targets only, unless the claim says otherwise."""
    assert upload(fresh(), headers=acts(OTHER))["code"] == 1001002
    assert upload(fresh(set=("foreign_records=accept",)), headers=acts(OTHER))["code"] == 0


def test_too_large(fresh: Fresh) -> None:
    """An image of the largest size is kept, one byte more is refused and named as a limit of the emulator."""
    client = fresh(max_image=len(GIF))
    assert upload(client)["code"] == 0
    answer = upload(client, GIF + b"x")
    assert answer["code"] == 1001001
    assert answer["msg"] == f"limit of this emulator: no image larger than {len(GIF)} bytes"
    big = GIF + bytes(1_000_000)
    assert fetch(fresh(), uploaded(fresh(), big)["url"]).content == big


def test_too_large_a_body(fresh: Fresh) -> None:
    """A body over the limit is refused before it is read as a form."""
    answer = fresh(max_body=len(WHOLE)).post(UPLOAD, content=WHOLE + b"x", headers=BOUNDARY)
    assert (answer.status_code, answer.json()["code"]) == (413, 9499)


def test_too_many_images(fresh: Fresh) -> None:
    """An image too many is refused and not kept; other worlds have room of their own."""
    client = fresh(max_images=2)
    codes = [upload(client)["code"] for _ in range(3)]
    assert codes == [0, 0, 2200]
    assert upload(client, headers={"Authorization": "Bearer t-dev.other"})["code"] == 0


def gallery(*tokens: str | None) -> Body:
    images = [{} if token is None else {"fileToken": token} for token in tokens]
    return {"blocks": [{"type": "paragraph"}, {"type": "gallery", "gallery": {"imageList": images}}]}


def test_unknown_image(fresh: Fresh, create_body: Body) -> None:
    """The claim `unknown_image` decides whether galleries may show what was never uploaded to this world."""
    client = fresh(set=("unknown_image=refuse",))
    known, foreign = uploaded(client), uploaded(client, headers={"Authorization": "Bearer t-dev.other"})
    record = client.post(RECORDS, json=create_body | {"content": gallery(known["file_token"])}).json()["data"]
    assert record["content"] == gallery(known["file_token"])
    path = f"{RECORDS}/{record['progress_id']}"
    for unknown in (foreign["file_token"], "", None):
        body = {"content": gallery(known["file_token"], unknown)}
        assert client.post(RECORDS, json=create_body | body).json()["code"] == 1001004
        assert client.put(path, json=body).json()["code"] == 1001004
    accepted = fresh().post(RECORDS, json=create_body | {"content": gallery("boxnever", "", None)}).json()
    assert accepted["data"]["content"] == gallery("boxnever", "", None)


def test_any_order_of_parts(fresh: Fresh) -> None:
    """Parts may come in any order and twice: the last one of a name counts."""
    client = fresh()
    for first, last in product((b"7", KEY_RESULT.encode()), repeat=2):
        content = parts(("target_id", first), ("data", GIF), ("target_id", last), TARGET[1])
        code = client.post(UPLOAD, content=content, headers=BOUNDARY).json()["code"]
        assert code == (0 if last == KEY_RESULT.encode() else 1001004)
