"""Requests as they come: whatever the Content-Type, whatever the size, whatever the bytes."""

import orjson
import pytest

from tests.conftest import RECORDS, Body, MakeClient

UNREADABLE = [
    b"",
    b"{",
    b"\xff\xfe",
    b"NaN",
    b'{"target_id": NaN}',
    b'{"a": 1e400}',
    b'"\\ud800"',
    b'{"\\udc00": 1}',
    b"[" * 5000 + b"]" * 5000,
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b"\xef\xbb\xbf{}",
    b"'single'",
]


@pytest.mark.parametrize("body", UNREADABLE, ids=range(len(UNREADABLE)))
@pytest.mark.parametrize(("profile", "code"), [("documented", 1001001), ("gateway", 99991300)])
def test_unreadable_bodies(make_client: MakeClient, body: bytes, profile: str, code: int) -> None:
    """A body that is not JSON is refused in the envelope, with the profile's code and the reason."""
    answer = make_client(profile=profile).post(RECORDS, content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["error"]["field_violations"][0]["description"].startswith("not JSON")


HOSTILE = [
    {"标题": "周报", "target_id": 5},
    {"target_id": 2**64 - 1},
    {"target_id": -(2**63)},
    {"target_id": 1.5},
    {"content": [1, [2, [3]]]},
    {"content": {"blocks": [None, 1, "x", {"type": {"a": []}}]}},
    {"\x00": "\x00", "\x1b[31m": "\x1b"},
    {"source_url": "http://x\ny"},
    [],
    "text",
    5,
    None,
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("strict", [False, True])
def test_hostile_values(make_client: MakeClient, body: object, strict: bool) -> None:
    """Values of any kind in any place are refused in the envelope, never with a bare error."""
    answer = make_client(strict=strict).post(RECORDS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 1001001)
    assert all(isinstance(found.get("value", ""), str) for found in answer.json()["error"]["field_violations"])


@pytest.mark.parametrize("depth", [200, 300, 1000])
@pytest.mark.parametrize("field", ["unknown", "content"])
def test_deep_nesting(make_client: MakeClient, create_body: Body, depth: int, field: str) -> None:
    """Nesting that can be read but not written is answered, and the journal still shows the call."""
    deep = b"[" * depth + b"]" * depth
    client = make_client()
    body = {key: value for key, value in create_body.items() if key != field}
    content = orjson.dumps(body)[:-1] + b',"' + field.encode() + b'":' + deep + b"}"
    answer = client.post(RECORDS, content=content)
    assert answer.json()["code"] == (0 if field == "unknown" else 1001001)
    assert client.get("/__admin/requests").json()["requests"][0]["code"] == answer.json()["code"]


def test_body_limit(make_client: MakeClient, create_body: Body) -> None:
    """A body over the limit is refused with 413 in the envelope and not kept; the next call is served."""
    client = make_client(max_body=20_000)
    answer = client.post(RECORDS, content=b" " * 30_000)
    assert (answer.status_code, answer.json()["code"]) == (413, 9499)
    assert client.post(RECORDS, json=create_body).json()["code"] == 0
    assert client.get("/__admin/requests").json()["requests"][0]["request"] is None


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/json; charset=utf-8", "application/x-www-form-urlencoded", None]
)
def test_any_content_type(make_client: MakeClient, create_body: Body, content_type: str | None) -> None:
    """JSON is read whatever the Content-Type says, and without one."""
    headers = {"Content-Type": content_type} if content_type else {}
    assert make_client().post(RECORDS, content=orjson.dumps(create_body), headers=headers).json()["code"] == 0


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("body", [b"{}", b"junk"])
def test_bodies_where_none_is_read(make_client: MakeClient, create_body: Body, method: str, body: bytes) -> None:
    """GET and DELETE may carry a body, as the Node SDK sends `{}`."""
    client = make_client()
    record = client.post(RECORDS, json=create_body).json()["data"]["progress_id"]
    assert client.request(method, f"{RECORDS}/{record}", content=body).json()["code"] == 0


@pytest.mark.parametrize(
    ("query", "code", "warned"),
    [
        ("user_id_type=", 0, False),
        ("user_id_type=union_id", 0, False),
        ("user_id_type=nickname", 1001001, False),
        ("objective_id=5", 0, True),
        ("%ff%fe=%00&=&&user_id_type", 0, True),
    ],
)
def test_query(make_client: MakeClient, create_body: Body, query: str, code: int, warned: bool) -> None:
    """An empty user_id_type is absent, another value an error, and unknown parameters are told in the journal."""
    client = make_client()
    assert client.post(f"{RECORDS}?{query}", json=create_body).json()["code"] == code
    assert bool(client.get("/__admin/requests").json()["requests"][0]["warnings"]) is warned


def test_strict_refuses_unknown(make_client: MakeClient, create_body: Body) -> None:
    """In strict mode unknown fields and query parameters break the contract."""
    client = make_client(strict=True)
    for path, body in ((f"{RECORDS}?objective_id=5", create_body), (RECORDS, create_body | {"extra": 1})):
        answer = client.post(path, json=body).json()
        assert answer["code"] == 1001001
        assert "is not a known field" in answer["error"]["field_violations"][0]["description"]
