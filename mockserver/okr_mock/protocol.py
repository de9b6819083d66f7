"""uvicorn's HTTP protocol, taught to write our answers as they are and to refuse what is not HTTP."""

import asyncio
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from okr_mock.endpoint import Emulator, refuse_malformed
from okr_mock.gateway.envelope import WRITE

Headers = list[tuple[bytes, bytes]]


class Protocol(HttpToolsProtocol):
    """One connection."""

    _refusal: asyncio.Task[None] | None = None

    def on_headers_complete(self) -> None:
        """Give the application, which starts later, a way to write its answer whole."""
        super().on_headers_complete()
        extensions: dict[str, Any] = {WRITE: partial(self._write, self.cycle)}
        self.scope["extensions"] = extensions

    async def _write(self, cycle: RequestResponseCycle, status: int, headers: Headers, body: bytes) -> None:
        """Do what `cycle.send` does in two steps, in one and without touching the headers' spelling."""
        if cycle.response_started:
            raise RuntimeError("the answer has begun already")
        if self.flow.write_paused and not cycle.disconnected:
            await self.flow.drain()
        if cycle.disconnected:
            return
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        is_head = cycle.scope["method"] == "HEAD"
        self.transport.write(self._written(status, headers, b"" if is_head else body, cycle.keep_alive))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    def _written(self, status: int, headers: Headers, body: bytes, keep_alive: bool) -> bytes:
        date = [(name.title(), value) for name, value in self.server_state.default_headers]
        close = [] if keep_alive else [(b"Connection", b"close")]
        lines = [b"%b: %b\r\n" % header for header in (*date, *headers, *close)]
        return b"".join((STATUS_LINE[status], *lines, b"\r\n", body))

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
        self.transport.write(self._written(answer.status, answer.headers(turn), answer.body, keep_alive=False))
        self.transport.close()
