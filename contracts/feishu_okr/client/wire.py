"""Requests and answers as HTTP carries them; nothing is sent or received here."""

import io
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2
import orjson

from feishu_okr.client.action import Answer
from feishu_okr.client.agreement import agreement
from feishu_okr.client.call import Call, File
from feishu_okr.client.errors import ContractBroken, OKRError, Unreachable
from feishu_okr.client.refusal import refusal

T = TypeVar("T")
_AGENT = "feishu-okr-python"
_JSON = "application/json; charset=utf-8"


class Meter(io.BytesIO):
    """A file that tells how much of it was read.

    Args:
        file: the file.
    """

    def __init__(self, file: File) -> None:
        super().__init__(file.data)
        self._file = file

    def read(self, size: int | None = -1) -> bytes:
        """Read on, and tell."""
        piece = super().read(size)
        if piece and self._file.progress:
            self._file.progress(self.tell(), len(self._file.data))
        return piece


def build(base_url: str, call: Call[Any], token: str, timeout: Mapping[str, float | None]) -> httpx2.Request:
    """Build the request of a call.

    Args:
        base_url: address of the API, without a slash at its end.
        call: the call.
        token: access token, or "" on token routes.
        timeout: seconds by phase.
    """
    operation = agreement().operation(call.operation)
    path = operation.path.format_map({name: quote(value, safe="") for name, value in call.path.items()})
    headers = {"Accept": "application/json", "User-Agent": _AGENT}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return httpx2.Request(
        operation.method,
        _url(base_url + path),
        params=call.given() or None,
        extensions={"timeout": dict(timeout)},
        **_body(call, headers),
    )


@lru_cache(maxsize=256)
def _url(address: str) -> httpx2.URL:
    """Parse an address; the same few are called again and again, and parsing was a tenth of a create's own time."""
    return httpx2.URL(address)


def _body(call: Call[Any], headers: dict[str, str]) -> dict[str, Any]:
    if call.body is None:
        return {"headers": headers}
    if call.file:
        fields = {name: str(int(value)) if isinstance(value, int) else value for name, value in call.body.items()}
        return {
            "headers": headers,
            "data": fields,
            "files": {"data": (call.file.name, Meter(call.file), call.file.media)},
        }
    return {"headers": headers | {"Content-Type": _JSON}, "content": orjson.dumps(call.body)}


def read(call: Call[T], answer: Answer) -> T:
    """Read the result out of a successful answer.

    Args:
        call: what was sent.
        answer: what came back.

    Raises:
        Refused: the API said no.
        Unreachable: the answer is not the API's.
        ContractBroken: the answer is the API's and not what the contract says.
    """
    envelope = _envelope(call, answer)
    issues_tokens = agreement().operation(call.operation).issues_tokens
    try:
        return call.read(envelope if issues_tokens else envelope.get("data"))
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(call, answer, f"lacks something in data: {error}") from None


def _envelope(call: Call[Any], answer: Answer) -> dict[str, Any]:
    try:
        envelope = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        raise _no_json(call, answer) from None
    if not isinstance(envelope, dict) or not isinstance(envelope.get("code"), int):
        raise _broken(call, answer, "is JSON without a code")
    if envelope["code"] != 0:
        raise refusal(call.operation, answer, envelope)
    if answer.status >= 400:
        raise _broken(call, answer, f"has the code 0 and HTTP status {answer.status}")
    return envelope


def _no_json(call: Call[Any], answer: Answer) -> OKRError:
    """Tell an answer without JSON: an unknown path, a page of something in between, or bytes that were damaged."""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    unknown = agreement().entry(answer.status, answer.status, "")
    if unknown and unknown.stage == "route" and kind != "text/html":
        return refusal(call.operation, answer, {"code": unknown.code, "msg": unknown.text(())})
    if answer.status < 300 or kind == "application/json":
        return _broken(call, answer, f"is not JSON ({kind or 'no media type'}, {len(answer.body)} bytes)")
    where = (
        f"; it leads to {answer.headers['location']}" if answer.status < 400 and "location" in answer.headers else ""
    )
    return Unreachable(
        f"{call.operation}: something between here and the API answered with HTTP {answer.status} "
        f"and {kind or 'no media type'} instead of JSON{where}; look at the base URL, proxies and the service's status",
        operation=call.operation,
        http_status=answer.status,
        log_id=answer.headers.get("x-tt-logid", ""),
        carried_out=answer.status >= 500,
        retryable=answer.status >= 500,
    )


def _broken(call: Call[Any], answer: Answer, what: str) -> ContractBroken:
    return ContractBroken(
        f"{call.operation}: the answer {what}",
        operation=call.operation,
        http_status=answer.status,
        log_id=answer.headers.get("x-tt-logid", ""),
        carried_out=True,
        retryable=True,
    )


_UNSENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)


def unreachable(operation: str, base_url: str, error: httpx2.RequestError) -> Unreachable:
    """Tell an error of the transport.

    Args:
        operation: id of the operation.
        base_url: address of the API.
        error: what the transport raised.
    """
    sent = not isinstance(error, _UNSENT)
    what = "the request went out and no whole answer came back from" if sent else "the request could not be sent to"
    reason = str(error) or type(error).__name__
    return Unreachable(
        f"{operation}: {what} {base_url}: {reason}; look at the base URL, the network and whether the service runs",
        operation=operation,
        carried_out=sent,
        retryable=not isinstance(error, httpx2.UnsupportedProtocol | httpx2.LocalProtocolError),
    )
