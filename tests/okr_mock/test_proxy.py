"""The proxy calls nobody but its upstream, whatever it is asked, and passes bodies of any size."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feishu_okr.recording import Raw
from okr_mock.proxy import LONGEST, Proxy

UPSTREAM = "https://upstream.example:8443"
Pairs = list[tuple[bytes, bytes]]


class Upstream(httpx2.AsyncBaseTransport):
    """Stands in for the network: remembers who is called and answers as it is told."""

    def __init__(self, status: int = 200, headers: Pairs | None = None, parts: list[bytes] | None = None) -> None:
        self._status, self._headers, self._parts = status, headers or [], parts or [b"{}"]
        self.called: list[tuple[str, bytes, bytes]] = []
        self.breaks = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer, and note address, header Host and body."""
        body = await request.aread()
        self.called.append(
            (f"{request.url.scheme}://{request.url.netloc.decode()}", request.headers["host"].encode(), body)
        )
        return httpx2.Response(self._status, headers=self._headers, stream=Parts(self))

    async def parts(self) -> AsyncIterator[bytes]:
        """Give the body."""
        for part in self._parts:
            yield part
        if self.breaks:
            raise httpx2.ReadError("gone")


class Parts(httpx2.AsyncByteStream):
    """The body of an answer."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._upstream.parts()


def passed(
    upstream: Upstream, target: bytes = b"/x", headers: Pairs | None = None, body: bytes = b""
) -> tuple[list[dict[str, Any]], list[Raw]]:
    """Pass a call on; gives what the caller is sent and what the witness saw."""
    told: list[dict[str, Any]] = []
    seen: list[Raw] = []
    path, _, query = target.partition(b"?")
    scope = {"type": "http", "method": "POST", "raw_path": path, "query_string": query, "headers": headers or []}
    parts: Iterator[dict[str, Any]] = iter([{"type": "http.request", "body": body}])

    async def receive() -> Any:
        return next(parts)

    async def send(message: Any) -> None:
        told.append(message)

    async def play() -> None:
        await Proxy(UPSTREAM, upstream, seen.append)(scope, receive, send)

    asyncio.run(play())
    return told, seen


@settings(max_examples=60)
@given(
    st.text("/@:.?#%\\[]evil", max_size=20).map(str.encode) | st.binary(max_size=20),
    st.sampled_from([b"evil.example", b"upstream.example@evil.example", b"", b"evil.example:8443"]),
)
def test_nobody_else_is_called(target: bytes, host: bytes) -> None:
    """Whatever path and Host a caller names, the upstream gets the call under its own name, or nobody does."""
    upstream = Upstream()
    told, _ = passed(upstream, target, [(b"host", host), (b"x-forwarded-host", b"evil.example")])
    assert {called[:2] for called in upstream.called} <= {(UPSTREAM, b"upstream.example:8443")}
    assert told[0]["status"] == (200 if upstream.called else 400)


@pytest.mark.parametrize("target", [b"http://evil.example/x", b"*", b"evil.example:443", b"@evil.example/", b""])
def test_addresses_are_refused(target: bytes) -> None:
    """A caller that takes the proxy for one to anywhere is told so, and nobody is called."""
    upstream = Upstream()
    told, seen = passed(upstream, target, [(b"host", b"evil.example")])
    assert (told[0]["status"], upstream.called, seen) == (400, [], [])


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_passed_on(status: int) -> None:
    """A redirect is the caller's to follow: it arrives as it is, and its address gets no call."""
    upstream = Upstream(status, [(b"location", b"http://evil.example/")])
    told, seen = passed(upstream)
    assert (told[0]["status"], told[0]["headers"]) == (status, [(b"location", b"http://evil.example/")])
    assert len(upstream.called) == len(seen) == 1


@pytest.mark.parametrize("size", [LONGEST, LONGEST + 1])
def test_large_bodies_pass(size: int) -> None:
    """Bodies of any size pass whole in both directions; of those beyond the limit no copy is kept."""
    body = b"x" * size
    upstream = Upstream(parts=[body[: size // 2], body[size // 2 :]])
    told, (seen,) = passed(upstream, headers=[(b"host", b"x"), (b"content-length", b"%d" % size)], body=body)
    assert upstream.called[0][2] == b"".join(one["body"] for one in told[1:]) == body
    assert [len(one) if one is not None else None for one in (seen.sent, seen.body)] == [
        size if size == LONGEST else None
    ] * 2


def test_an_answer_that_breaks_off_is_none() -> None:
    """Where the upstream breaks off, so does the answer, and no exchange is witnessed."""
    upstream = Upstream(parts=[b"half"])
    upstream.breaks = True
    told, seen = passed(upstream)
    assert [one.get("more_body") for one in told] == [None, True]
    assert seen == []
