"""The request that every server gets: the vendor's example of a create, and the same one made wrong."""

from pathlib import Path
from typing import Any

import orjson

RECORDS = "/open-apis/okr/v1/progress_records"
DEVELOPMENT_TOKEN = "t-dev"
_EXAMPLE = Path(__file__).parents[1] / "contracts" / "examples" / "create-request.json"


def valid_body() -> bytes:
    """Write the seed request compactly."""
    return orjson.dumps(orjson.loads(_EXAMPLE.read_bytes()))


def invalid_body() -> bytes:
    """Write the seed request with a constraint broken at the top and a wrong type deep inside."""
    value: dict[str, Any] = orjson.loads(_EXAMPLE.read_bytes())
    value["target_type"] = 9
    value["content"]["blocks"][0]["paragraph"]["elements"][0]["textRun"]["text"] = 5
    return orjson.dumps(value)


def headers(token: str) -> dict[str, str]:
    """Name the headers of a call.

    Args:
        token: access token.
    """
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}


def written(body: bytes, token: str, port: int) -> bytes:
    """Write a create as the bytes that go over the wire.

    Args:
        body: JSON body.
        token: access token.
        port: port of the server.
    """
    fields = {"Host": f"127.0.0.1:{port}", **headers(token), "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {RECORDS} HTTP/1.1\r\n{lines}\r\n".encode() + body
