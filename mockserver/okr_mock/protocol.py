"""uvicorn's HTTP protocol, taught to refuse what is not HTTP in the vendor's envelope and to journal it."""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from okr_mock.endpoint import Emulator, refuse_malformed


class Protocol(HttpToolsProtocol):
    """One connection."""

    _refusal: asyncio.Task[None] | None = None

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
        headers = [*self.server_state.default_headers, *answer.start(turn)["headers"], (b"connection", b"close")]
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[answer.status] + lines + b"\r\n" + answer.body)
        self.transport.close()
