"""Calls an emulator in process and takes no answer that says the emulator has failed."""

import asyncio
from typing import Any

from okr_mock.app import create_app
from okr_mock.settings import Settings

Headers = list[tuple[bytes, bytes]]


class Caller:
    """One emulator and an event loop of its own, so that a hundred thousand calls need no thread.

    Args:
        settings: those of the emulator.
    """

    def __init__(self, **settings: Any) -> None:
        self._app = create_app(Settings(log_level="error", max_worlds=50, max_records=50, **settings))
        self._runner = asyncio.Runner()

    def call(self, method: str, path: str, query: bytes, headers: Headers, body: bytes) -> int:
        """Make a call; gives the status.

        Args:
            method: HTTP method.
            path: path, which is decoded already.
            query: query string.
            headers: headers, names in lower case.
            body: body.
        """
        return self._runner.run(self._call(method, path, query, headers, body))

    async def _call(self, method: str, path: str, query: bytes, headers: Headers, body: bytes) -> int:
        told: list[Any] = []
        parts = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> Any:
            return next(parts, {"type": "http.disconnect"})

        async def send(message: Any) -> None:
            told.append(message)

        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode("utf-8", errors="replace"),
            "root_path": "",
            "query_string": query,
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "state": {},
        }
        await self._app(scope, receive, send)
        status: int = told[0]["status"]
        assert status != 500, (method, path, query, headers, body[:2000], told)
        return status
