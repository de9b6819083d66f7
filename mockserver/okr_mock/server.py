"""The server: our own socket, uvicorn around our application, and an end within two seconds."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from functools import partial

import uvicorn

from okr_mock.app import App
from okr_mock.protocol import Limits, Outbox, Protocol
from okr_mock.settings import Settings, SettingsError

BACKLOG = 2048
GRACE = 1
"""Seconds that running calls get to end."""
SPARE_FILES = 64
"""Open files kept for everything that is no connection."""
_DIGESTION = 0.005  # seconds of each one for looking at what calls carried
_FIRST_CALL = 0.1  # seconds after the start in which nothing else is done than to answer


def bind(host: str, port: int) -> socket.socket:
    """Bind a listening socket.

    Args:
        host: address or name to listen on.
        port: port, or 0 for a free one.

    Raises:
        SettingsError: the address cannot be had.
    """
    try:
        family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        sock = socket.create_server(where, family=family, backlog=BACKLOG)
    except OSError as error:
        hint = "stop what listens there, or choose --port 0" if port else "choose another --host"
        raise SettingsError(f"cannot listen on {host}:{port}: {error.strerror or error}; {hint}") from error
    return sock


def address(sock: socket.socket, scheme: str = "http") -> str:
    """Write the URL by which this machine reaches a bound socket.

    Args:
        sock: a listening socket.
        scheme: `http` or `https`.
    """
    host, port = sock.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


class Ending(uvicorn.Server):
    """uvicorn, but a signal ends it with exit code 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let SIGINT and SIGTERM ask for the end, and not raise them again afterwards as uvicorn does."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Server(Ending):
    """Serves the emulator, looks after its connections, and says when it is ready.

    Args:
        app: the emulator.
        limits: connections and time-outs.
        context: TLS context; None for plain http.
        announce: called once, when the server answers.
    """

    def __init__(
        self,
        app: App,
        limits: Limits,
        context: ssl.SSLContext | None = None,
        announce: Callable[[], None] = lambda: None,
    ) -> None:
        config = uvicorn.Config(
            app,
            http=partial(Protocol, app.emulator, limits, Outbox()),  # type: ignore[arg-type]  # uvicorn only calls it
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,  # a world's own clock tells the date
            timeout_graceful_shutdown=GRACE,
            timeout_keep_alive=75,
            ssl_context_factory=(lambda *_: context) if context else None,
        )
        super().__init__(config)
        self._announce = announce
        self._app = app
        self._warm_up: asyncio.Task[None] | None = None
        self._timekeeper: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, watch over slow callers, and say that the server is ready."""
        await super().startup(sockets)
        self._timekeeper = asyncio.create_task(self._keep_time())
        self._announce()
        self._warm_up = asyncio.create_task(self._app.warm_up(_FIRST_CALL))

    async def _keep_time(self) -> None:
        """Look once a second at slow callers, scenarios and what calls carried; cheaper than a timer a call."""
        library = self._app.emulator.library
        while True:
            await asyncio.sleep(1)
            if library.is_stale():
                await asyncio.to_thread(library.refresh)
            self._app.coverage.digest(_DIGESTION)
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                connection.check_time(now)  # type: ignore[union-attr]


def limits(settings: Settings) -> Limits:
    """Set the limits of connections, within what the operating system allows.

    Args:
        settings: what is asked for.
    """
    try:
        import resource
    except ImportError:  # not on Windows
        files = settings.max_connections + SPARE_FILES
    else:
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    most = settings.max_connections if files < 0 else min(settings.max_connections, max(1, files - SPARE_FILES))
    return Limits(most, settings.header_timeout, settings.body_timeout)


def serve(server: Server, sock: socket.socket) -> None:
    """Serve until a signal comes.

    Args:
        server: a server that has not run yet.
        sock: a listening socket, from `bind`.
    """
    for name in ("uvicorn.error", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what callers do is in our own lines
    gc.freeze()  # what is built by now lives to the end, and holds no garbage worth a search
    gc.set_threshold(10_000)  # a call makes many objects and leaves none behind
    server.run(sockets=[sock])
