"""A request as it came: read whole, within limits, before anything judges it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson
from starlette.types import Message, Receive

from feishu_okr.contract.nesting import read_json
from okr_mock.gateway.envelope import Refusal

_BEARER = b"Bearer "
_SCENARIO = b"x-mock-scenario"
JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
Kinds = Mapping[str, str]
_HOST = re.compile(r"[A-Za-z0-9.:_\[\]-]{1,255}")
_INTEGER = re.compile(r"-?[0-9]{1,18}")
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
        scheme: `http` or `https`.
        scenario: scenario that the call names for itself in `X-Mock-Scenario`, or "".
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
    scheme: str = "http"
    scenario: str = ""

    @property
    def has_slash(self) -> bool:
        """Whether the path ends with a slash."""
        return self.target.endswith(b"/")

    def json(self, most_depth: int = 0) -> Any:
        """Read the body as JSON, whatever its Content-Type says.

        Args:
            most_depth: lists and objects within each other; 0 for as many as orjson reads, which are 1024.

        Raises:
            Refusal: `body_too_large`, or `body_not_json` with the reason.
        """
        if self.is_too_large:
            raise Refusal("body_too_large")
        try:
            return read_json(self.body, most_depth) if most_depth else orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise Refusal("body_not_json", reason=str(error)) from error

    def arguments(self, kinds: Kinds) -> dict[str, Any]:
        """Read the query string; of a name given twice the last value counts, unless it is a list.

        Args:
            kinds: JSON type by name; other names are strings.
        """
        return typed(_pairs(self.query), kinds) if self.query else {}

    def header(self, name: bytes) -> str:
        """Give a header, "" where it is not there.

        Args:
            name: its name in lower case.
        """
        for key, value in self.headers:
            if key == name:
                return value.decode("latin-1")
        return ""

    @property
    def base_url(self) -> str:
        """The address by which the caller reached us, without a path."""
        host = self.header(b"host")
        return f"{self.scheme}://{host if _HOST.fullmatch(host) else 'localhost'}"

    @property
    def media(self) -> str:
        """Media type of the body in lower case, without parameters; "" where none is named."""
        return self.header(b"content-type").partition(";")[0].strip().lower()

    def form(self) -> dict[str, str]:
        """Read the body as fields of a form.

        Raises:
            Refusal: `body_too_large`.
        """
        if self.is_too_large:
            raise Refusal("body_too_large")
        return dict(_pairs(self.body))

    def text_of(self, field: str) -> str:
        """Find a text in the body of a token route, be it JSON or a form; "" where there is none.

        Args:
            field: its name.
        """
        try:
            body = self.form() if self.media == FORM else self.json()
        except Refusal:
            return ""
        found = body.get(field) if isinstance(body, dict) else None
        return found if isinstance(found, str) else ""


def _pairs(text: bytes) -> list[tuple[str, str]]:
    return parse_qsl(text.decode("latin-1"), keep_blank_values=True, errors="replace")


def typed(pairs: Iterable[tuple[str, str]], kinds: Kinds) -> dict[str, Any]:
    """Read texts as the JSON types they stand for; what cannot be read stays a text, for the contract to judge.

    Args:
        pairs: names and texts; an empty text of a list or number counts as absent.
        kinds: JSON type by name; other names are strings.
    """
    values: dict[str, Any] = {}
    for name, text in pairs:
        kind = kinds.get(name, "string")
        if kind == "string":
            values[name] = text
        elif not text:
            continue
        elif kind == "array":
            values.setdefault(name, []).append(text)
        else:
            values[name] = int(text) if _INTEGER.fullmatch(text) else text
    return values


async def receive_request(scope: Mapping[str, Any], receive: Receive, max_body: int) -> Request:
    """Read a request to the end of its body.

    Args:
        scope: ASGI scope of the request.
        receive: gives the parts of the body.
        max_body: largest body kept, in bytes; larger ones are read on for a while and thrown away.
    """
    part = await receive()
    body, is_complete = part.get("body", b""), part["type"] == "http.request" and not part.get("more_body", False)
    is_too_large = len(body) > max_body
    if not is_complete:  # seldom: most bodies are there when their head has been read
        body, is_complete, is_too_large = await _rest(part, receive, max_body)
    headers = scope["headers"]
    token, scenario = _named(headers)
    return Request(
        scope["method"],
        scope["raw_path"],
        scope.get("path_params", {}),
        scope["query_string"],
        headers,
        token,
        b"" if is_too_large else body,
        is_complete or is_too_large,
        is_too_large,
        scope.get("scheme", "http"),
        scenario,
    )


async def _rest(part: Message, receive: Receive, max_body: int) -> tuple[bytes, bool, bool]:
    """Read a body that comes in parts; gives it, whether it is complete, and whether it is too large."""
    parts: list[bytes] = []
    seen, is_complete = 0, False
    while part["type"] != "http.disconnect":
        body = part.get("body", b"")
        seen += len(body)
        if seen <= max_body:
            parts.append(body)
        is_complete = not part.get("more_body", False)
        if is_complete or seen > max_body * _PATIENCE:
            break
        part = await receive()
    return b"".join(parts), is_complete, seen > max_body


def _named(headers: list[tuple[bytes, bytes]]) -> tuple[str, str]:
    """Give the bearer token and the scenario that a call names, "" for none, in one walk over its headers."""
    token = scenario = ""
    for name, value in headers:
        if name == b"authorization":
            token = value.removeprefix(_BEARER).strip().decode("latin-1") if value.startswith(_BEARER) else ""
        elif name == _SCENARIO:
            scenario = value.decode("latin-1")
    return token, scenario
