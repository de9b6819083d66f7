"""A request as it came: read whole, within limits, before anything judges it."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive

from okr_mock.gateway.envelope import Refusal

_BEARER = b"Bearer "
_PATIENCE = 4  # bodies up to so many times the limit are read to their end, so that the caller can read the refusal


class Request(NamedTuple):
    """One HTTP request.

    Args:
        method: HTTP method.
        target: path as it was sent, percent-encoded.
        params: path parameters, decoded.
        query: query string as it was sent.
        headers: header names in lower case and values.
        token: the bearer token, or "" where there is none.
        body: the body; empty where it was too large.
        is_complete: whether the caller stayed until the end of the body.
        is_too_large: whether the body was over the limit.
    """

    method: str
    target: bytes
    params: Mapping[str, str]
    query: bytes
    headers: list[tuple[bytes, bytes]]
    token: str
    body: bytes
    is_complete: bool = True
    is_too_large: bool = False

    @property
    def has_slash(self) -> bool:
        """Whether the path ends with a slash."""
        return self.target.endswith(b"/")

    def json(self) -> Any:
        """Read the body as JSON, whatever its Content-Type says.

        Raises:
            Refusal: `body_too_large`, or `body_not_json` with the reason.
        """
        if self.is_too_large:
            raise Refusal("body_too_large")
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise Refusal("body_not_json", reason=str(error)) from error

    def arguments(self) -> dict[str, str]:
        """Read the query string; of a name given twice the last value counts."""
        if not self.query:
            return {}
        return dict(parse_qsl(self.query.decode("latin-1"), keep_blank_values=True, errors="replace"))


async def receive_request(scope: Mapping[str, Any], receive: Receive, max_body: int) -> Request:
    """Read a request to the end of its body.

    Args:
        scope: ASGI scope of the request.
        receive: gives the parts of the body.
        max_body: largest body kept, in bytes; larger ones are read on for a while and thrown away.
    """
    parts: list[bytes] = []
    seen, is_complete = 0, False
    while seen <= max_body * _PATIENCE and not is_complete:
        part = await receive()
        if part["type"] == "http.disconnect":
            break
        body = part.get("body", b"")
        seen += len(body)
        if seen <= max_body:
            parts.append(body)
        is_complete = not part.get("more_body", False)
    headers = scope["headers"]
    is_too_large = seen > max_body
    return Request(
        scope["method"],
        scope["raw_path"],
        scope.get("path_params", {}),
        scope["query_string"],
        headers,
        _token(headers),
        b"" if is_too_large else b"".join(parts),
        is_complete or is_too_large,
        is_too_large,
    )


def _token(headers: list[tuple[bytes, bytes]]) -> str:
    for name, value in headers:
        if name == b"authorization":
            return value.removeprefix(_BEARER).strip().decode("latin-1") if value.startswith(_BEARER) else ""
    return ""
