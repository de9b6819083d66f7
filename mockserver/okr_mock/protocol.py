"""uvicorn's HTTP protocol, taught to write our answers as they are and to refuse what is not HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from okr_mock.endpoint import Emulator, refuse_malformed
from okr_mock.gateway.envelope import WRITE

Headers = list[tuple[bytes, bytes]]


async def write(send: Callable[[Any], Awaitable[None]], status: int, headers: Headers, body: bytes) -> None:
    """Do what uvicorn's `send` does in two steps, in one and without touching the headers' spelling.

    Args:
        send: ASGI send of the call, bound to its cycle; to name that in the scope would make garbage of each call.
        status: HTTP status.
        headers: names and values as they shall stand on the wire.
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
    is_head = cycle.scope["method"] == "HEAD"
    head = _head(status, [*cycle.default_headers, *headers], cycle.keep_alive)
    cycle.transport.write(head if is_head else head + body)
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()


def _head(status: int, headers: Headers, keep_alive: bool) -> bytes:
    lines = [b": ".join(header) for header in headers]
    end = b"\r\n" if keep_alive else b"Connection: close\r\n\r\n"
    return STATUS_LINE[status] + b"\r\n".join(lines) + b"\r\n" + end


_EXTENSIONS: dict[str, Any] = {WRITE: write}


class Protocol(HttpToolsProtocol):
    """One connection."""

    _refusal: asyncio.Task[None] | None = None

    def on_message_begin(self) -> None:
        """Offer our way to write an answer."""
        super().on_message_begin()
        self.scope["extensions"] = _EXTENSIONS

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's name
        """Refuse a request that cannot be parsed.

        Args:
            msg: the complaint in uvicorn's words, which the caller does not get.
        """
        if self._refusal is None and not self.transport.is_closing():
            self.transport.pause_reading()
            self._refusal = self.loop.create_task(self._refuse())

    async def _refuse(self) -> None:
        emulator: Emulator = self.config.app.emulator  # type: ignore[union-attr]
        turn, answer = await refuse_malformed(emulator)
        head = _head(answer.status, [*self.server_state.default_headers, *answer.headers(turn)], keep_alive=False)
        self.transport.write(head + answer.body)
        self.transport.close()
