"""The proxy: passes calls on to one server, unchanged, and shows them to a witness."""

from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

import httpx2
from starlette.types import Receive, Scope, Send

from feishu_okr.recording import Raw

HOP_BY_HOP = {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
"""Headers that speak of one connection only."""
LONGEST = 8 * 1024 * 1024
"""Bytes of a body that are kept for the witness; what is longer passes all the same."""
TIMEOUT = httpx2.Timeout(60, connect=10)
_EXTENSIONS = {"timeout": TIMEOUT.as_dict()}
Headers = list[tuple[bytes, bytes]]


class Copy:
    """Keeps what passes by, up to a limit."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, part: bytes) -> None:
        """Keep a part.

        Args:
            part: what passes by.
        """
        self._size += len(part)
        if self._size > LONGEST:
            self._parts.clear()
        else:
            self._parts.append(part)

    @property
    def whole(self) -> bytes | None:
        """Everything; None where it was too much."""
        return None if self._size > LONGEST else b"".join(self._parts)


class Proxy:
    """Passes every call on to one server and its answer back; an ASGI application.

    Redirects are passed on, not followed. Nothing is added and nothing taken away but what speaks of one
    connection only.

    Args:
        upstream: address of the server.
        transport: sends the calls; a client would keep cookies, and costs half a call.
        witness: shown each exchange when its answer has passed.
    """

    def __init__(self, upstream: str, transport: httpx2.AsyncBaseTransport, witness: Callable[[Raw], None]) -> None:
        self._upstream = upstream.rstrip("/")
        self._host = urlsplit(upstream).netloc.rpartition("@")[2].encode()
        self._transport = transport
        self._witness = witness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on."""
        if scope["type"] != "http":
            return
        if not scope["raw_path"].startswith(b"/"):  # an address, as if we were a proxy to anywhere
            await _say(send, 400, b"ask for a path; the upstream is all that is called")
            return
        sent, answered = Copy(), Copy()
        request = self._request(scope, receive, sent)
        try:
            response = await self._transport.handle_async_request(request)
        except httpx2.TransportError:
            await _say(send, 502, b"the upstream does not answer")
            return
        try:
            await _pass_on(response, answered, send)
        except httpx2.TransportError:  # the answer broke off, and so it does for the caller; there is no exchange
            return
        finally:
            await response.aclose()
        self._witness(_raw(scope, sent.whole, response, answered.whole))

    def _request(self, scope: Scope, receive: Receive, copy: Copy) -> httpx2.Request:
        headers: Headers = [(name, value) for name, value in scope["headers"] if name not in HOP_BY_HOP]
        headers = [(name, self._host if name == b"host" else value) for name, value in headers]
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        url = httpx2.URL(self._upstream).copy_with(raw_path=target)
        has_body = any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])
        content = _body(receive, copy) if has_body else None
        return httpx2.Request(scope["method"], url, headers=headers, content=content, extensions=_EXTENSIONS)


async def _pass_on(response: httpx2.Response, copy: Copy, send: Send) -> None:
    headers = [(name, value) for name, value in response.headers.raw if name.lower() not in HOP_BY_HOP]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    async for part in response.aiter_raw():
        copy.add(part)
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _body(receive: Receive, copy: Copy) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise httpx2.ReadError("the caller left before its body was complete")
        part = message.get("body", b"")
        copy.add(part)
        if part:
            yield part
        if not message.get("more_body", False):
            return


async def _say(send: Send, status: int, text: bytes) -> None:
    """Say that there is no answer to pass on: the only answers that are the proxy's own."""
    body = b"okr-mock proxy: " + text
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body)), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _raw(scope: Scope, sent: bytes | None, response: httpx2.Response, body: bytes | None) -> Raw:
    is_coded = "content-encoding" in response.headers
    plain = _decoded(response, body) if is_coded and body is not None else body
    return Raw(
        "",
        scope["method"],
        scope["raw_path"].decode("latin-1"),
        scope["query_string"].decode("latin-1"),
        _texts(scope["headers"]),
        sent,
        response.status_code,
        _texts(response.headers.raw),
        plain,
    )


def _decoded(response: httpx2.Response, body: bytes) -> bytes | None:
    try:
        return httpx2.Response(200, headers=response.headers, content=body).content
    except httpx2.DecodingError:
        return None


def _texts(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
