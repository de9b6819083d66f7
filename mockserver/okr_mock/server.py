"""The server: our own socket, uvicorn around our application, and an end within two seconds."""

import contextlib
import gc
import logging
import signal
import socket
import threading
from collections.abc import Iterator

import uvicorn

from okr_mock.app import App
from okr_mock.protocol import Protocol

BACKLOG = 2048
GRACE = 1
"""Seconds that running calls get to end."""


class SettingsError(Exception):
    """What was set cannot be done; says what, where and what to do in one line."""


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


def address(sock: socket.socket) -> str:
    """Write the URL of a bound socket.

    Args:
        sock: a listening socket.
    """
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """uvicorn, but a signal ends it with exit code 0.

    Args:
        app: the emulator.
    """

    def __init__(self, app: App) -> None:
        config = uvicorn.Config(
            app,
            http=Protocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
            timeout_keep_alive=75,
        )
        super().__init__(config)

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


def serve(app: App, sock: socket.socket) -> None:
    """Serve until a signal comes.

    Args:
        app: the emulator.
        sock: a listening socket, from `bind`.
    """
    for name in ("uvicorn.error", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what callers do is in our own lines
    gc.collect()
    gc.freeze()  # what is built by now lives to the end
    gc.set_threshold(10_000)  # a call makes many objects and leaves none behind
    Server(app).run(sockets=[sock])
