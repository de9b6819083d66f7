"""uvicorn's HTTP protocol, taught to write our answers as they are and to refuse what is not HTTP."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.types import Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from okr_mock.endpoint import Emulator
from okr_mock.gateway.delivery import BAD_CHUNK, CLOSE, DELIVER, HANG, RESET, SLOW, TRUNCATE, Delivery
from okr_mock.gateway.envelope import NO_STATUS, WRITE
from okr_mock.not_found import refuse_early

_LAST = b"Connection: close\r\n\r\n"


class Outbox:
    """Answers of one turn of the event loop, written together when it ends.

    A write wakes a caller that sleeps, which takes the kernel a tenth of what a create costs us. Callers that ask at
    the same time are mostly one process: written one after the other, their answers wake it once.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[asyncio.Transport, bytes]] = []
        self.extensions: dict[str, Any] = {WRITE: self.write, DELIVER: deliver}

    async def write(self, send: Send, status: int, headers: bytes, body: bytes) -> None:
        """Do what uvicorn's `send` does in two steps, in one and without touching the headers' spelling.

        Args:
            send: ASGI send of the call, bound to its cycle; to name that in the scope would make garbage of each call.
            status: HTTP status.
            headers: header lines as they shall stand on the wire.
            body: the whole body.

        Raises:
            RuntimeError: the answer has begun already.
        """
        cycle: RequestResponseCycle = send.__self__  # type: ignore[attr-defined]
        if cycle.response_started:
            raise RuntimeError("the answer has begun already")
        if cycle.flow.write_paused and not cycle.disconnected:
            await cycle.flow.drain()
        if cycle.disconnected:
            return
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        body = b"" if cycle.scope["method"] == "HEAD" else body
        self._put(cycle.transport, _written(status, headers, body, cycle.keep_alive))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.empty()
            cycle.transport.close()
        cycle.on_response()

    def _put(self, transport: asyncio.Transport, data: bytes) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.empty)
        self._waiting.append((transport, data))

    def empty(self) -> None:
        """Write what waits; needed before a connection is closed."""
        waiting, self._waiting = self._waiting, []
        for transport, data in waiting:
            if not transport.is_closing():
                transport.write(data)


def _written(status: int, headers: bytes, body: bytes, keep_alive: bool) -> bytes:
    return b"".join((STATUS_LINE[status], headers, b"\r\n" if keep_alive else _LAST, body))


async def deliver(send: Send, status: int, headers: bytes, body: bytes, delivery: Delivery) -> None:
    """Let an answer arrive badly, and end its connection.

    Args:
        send: ASGI send of the call, bound to its cycle.
        status: HTTP status, or `NO_STATUS` where there is no answer to deliver.
        headers: header lines as they shall stand on the wire.
        body: the whole body.
        delivery: how.
    """
    cycle: RequestResponseCycle = send.__self__  # type: ignore[attr-defined]
    if cycle.disconnected:
        return
    cycle.response_started = True
    cycle.keep_alive = False
    head = b"" if status == NO_STATUS else _written(status, headers, b"", keep_alive=False)
    await _DELIVERIES[delivery.kind](cycle, head, body, delivery.amount)
    cycle.response_complete = True
    cycle.message_event.set()
    cycle.on_response()


async def _reset(cycle: RequestResponseCycle, _: bytes, __: bytes, ___: float) -> None:
    """End the connection with RST: a socket that lingers for no time does so when it is closed."""
    cycle.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    cycle.transport.abort()
    await _gone(cycle, 0)


async def _close(cycle: RequestResponseCycle, _: bytes, __: bytes, ___: float) -> None:
    cycle.transport.close()
    await _gone(cycle, 0)


async def _truncate(cycle: RequestResponseCycle, head: bytes, body: bytes, size: float) -> None:
    cycle.transport.write(head + body[: int(size)])
    cycle.transport.close()


async def _slow(cycle: RequestResponseCycle, head: bytes, body: bytes, rate: float) -> None:
    cycle.transport.write(head)
    step = max(1, int(rate * _SLOW_STEP))
    for start in range(0, len(body), step):
        if cycle.disconnected:
            return
        await asyncio.sleep(step / rate)
        cycle.transport.write(body[start : start + step])
    cycle.transport.close()


async def _bad_chunk(cycle: RequestResponseCycle, head: bytes, body: bytes, _: float) -> None:
    """Send the body in chunks of which the second has a size that is no number."""
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    chunked = b"\r\n".join([*lines[:-2], b"Transfer-Encoding: chunked", b"", b""])
    half = body[: len(body) // 2]
    cycle.transport.write(chunked + b"%x\r\n%b\r\nzz\r\n" % (len(half), half))
    cycle.transport.close()


async def _hang(cycle: RequestResponseCycle, _: bytes, __: bytes, seconds: float) -> None:
    await _gone(cycle, seconds)
    cycle.transport.close()


async def _gone(cycle: RequestResponseCycle, seconds: float) -> None:
    """Wait until the connection is gone, or for so many seconds if they are more than none."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds or None):
            while not cycle.disconnected:
                cycle.message_event.clear()
                await cycle.message_event.wait()


_SLOW_STEP = 0.1  # seconds between two pieces
_DELIVERIES: dict[str, Callable[[RequestResponseCycle, bytes, bytes, float], Awaitable[None]]] = {
    RESET: _reset,
    CLOSE: _close,
    TRUNCATE: _truncate,
    SLOW: _slow,
    BAD_CHUNK: _bad_chunk,
    HANG: _hang,
}


@dataclass(frozen=True)
class Limits:
    """What one server bears.

    Args:
        connections: connections served at once.
        header_timeout: seconds a caller may take for the head of a request.
        body_timeout: seconds a caller may take for the body of a request.
    """

    connections: int
    header_timeout: int
    body_timeout: int


class Protocol(HttpToolsProtocol):
    """One connection.

    Args:
        emulator: writes the refusals of what never becomes a call.
        limits: connections and time-outs.
        outbox: writes the answers of all connections.
        options: what uvicorn gives.
    """

    def __init__(self, emulator: Emulator, limits: Limits, outbox: Outbox, **options: Any) -> None:
        super().__init__(**options)
        self._emulator = emulator
        self._outbox = outbox
        self._limits = limits
        self._refused: tuple[str, dict[str, str]] | None = None
        self._is_in_head = True
        self._deadline = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or refuse it when there are too many."""
        super().connection_made(transport)
        self._deadline = self.loop.time() + self._limits.header_timeout
        if len(self.connections) > self._limits.connections:
            self._refuse("connection_limit", limit=str(self._limits.connections))

    def on_message_begin(self) -> None:
        """Offer our way to write an answer, and give the head its time."""
        super().on_message_begin()
        self.scope["extensions"] = self._outbox.extensions
        self._is_in_head = True
        self._deadline = self.loop.time() + self._limits.header_timeout

    def on_headers_complete(self) -> None:
        """Give the body its time."""
        super().on_headers_complete()
        self._is_in_head = False
        self._deadline = self.loop.time() + self._limits.body_timeout

    def on_response_complete(self) -> None:
        """Go on with the next call, as uvicorn does, but without a timer for the wait until it comes."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self._refused is None:
            self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._refused is not None:
            self._begin_refusal(*self._refused)
        elif not self._is_owing:
            self._deadline = self.loop.time() + self.timeout_keep_alive

    @property
    def _is_owing(self) -> bool:
        """Whether the caller has begun a call and not sent it whole."""
        return self._is_in_head or self._is_half

    def check_time(self, now: float) -> None:
        """Refuse a caller that takes too long, and end a connection that waits too long for the next call.

        Args:
            now: the event loop's time.
        """
        if now <= self._deadline:
            return
        if self._is_owing:
            self._refuse("request_timeout")
        elif self.cycle is not None and self.cycle.response_complete:
            self.transport.close()

    def eof_received(self) -> None:
        """Answer a caller that has closed its side, before the transport closes ours."""
        self._outbox.empty()

    def shutdown(self) -> None:
        """Close the connection once its answer is written."""
        self._outbox.empty()
        super().shutdown()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's name
        """Refuse a request that cannot be parsed.

        Args:
            msg: the complaint in uvicorn's words, which the caller does not get.
        """
        self._refuse("bad_request")

    def _refuse(self, name: str, **params: str) -> None:
        """Refuse what came last, once all that came before it is answered, and end the connection."""
        if self._refused is not None or self.transport.is_closing():
            return
        self._refused = name, params
        self.transport.pause_reading()
        if self._is_half and self.pipeline:
            self.pipeline.popleft()  # it is what is refused; another call is being answered
        elif self._is_half or self.cycle is None or self.cycle.response_complete:
            self._begin_refusal(name, params)

    @property
    def _is_half(self) -> bool:
        """Whether the body of the newest call has not come whole."""
        return self.cycle is not None and self.cycle.more_body

    def _begin_refusal(self, name: str, params: dict[str, str]) -> None:
        task = self.loop.create_task(self._write_refusal(name, params))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    async def _write_refusal(self, name: str, params: dict[str, str]) -> None:
        turn, answer = await refuse_early(self._emulator, name, params)
        self._outbox.empty()
        if not (self._is_half and self.cycle.response_started):  # it may have been answered before its body came
            self.transport.write(_written(answer.status, answer.head(turn), answer.body, keep_alive=False))
        self.transport.close()
