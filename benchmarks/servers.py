"""Servers under measurement, each a process of its own, and single calls to them."""

import http.client
import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import orjson

ROOT = Path(__file__).parents[1]
RAW = ("benchmarks.floors.raw",)
STARLETTE = ("benchmarks.floors.starlette",)
OURS = ("okr_mock", "serve", "--json", "--log-level", "info")
APP = "cli_benchmark"
"""Id of the app that asks for a token, and name of the world that the token leads to."""
_TOKEN = "/open-apis/auth/v3/tenant_access_token/internal"
_NOT_OURS = ("OKR_MOCK_", "PYTHONDONTWRITEBYTECODE")
"""What would make a server another one than users have: their Python has compiled what it starts."""
_PORTS = range(20_000, 30_000)  # below what systems give to outgoing connections: a poll must not meet itself


class ServerError(Exception):
    """A server did not start, or answered what it should not; says which and what in one line."""


@dataclass(frozen=True)
class Server:
    """A running server.

    Args:
        port: port on 127.0.0.1.
        pid: id of the process.
    """

    port: int
    pid: int


def spawn(command: tuple[str, ...], port: int, stdout: IO[bytes] | int, root: Path = ROOT) -> subprocess.Popen[bytes]:
    """Start a server without waiting for it; its log is thrown away.

    Args:
        command: module and arguments.
        port: port to listen on, or 0 for a free one.
        stdout: where its address goes.
        root: checkout whose code is run, with what is installed here.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_OURS)}
    environment["PYTHONPATH"] = os.pathsep.join(str(root / part) for part in ("contracts", "mockserver"))
    arguments = [sys.executable, "-m", *command, "--port", str(port)]
    return subprocess.Popen(arguments, stdout=stdout, stderr=subprocess.DEVNULL, cwd=root, env=environment)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a server.

    Args:
        process: what `spawn` started.
    """
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def running(command: tuple[str, ...], root: Path = ROOT) -> Iterator[Server]:
    """Run a server on a free port, and end it.

    Args:
        command: module and arguments.
        root: checkout whose code is run.

    Raises:
        ServerError: it does not start.
    """
    process = spawn(command, 0, subprocess.PIPE, root)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise ServerError(f"the server does not start; see: python -m {' '.join(command)} --port 0")
        yield Server(urlsplit(orjson.loads(line)["url"]).port or 0, process.pid)
    finally:
        end(process)
        if process.stdout:
            process.stdout.close()


def ask(
    port: int, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Make one call on a connection of its own; gives status and body.

    Args:
        port: port of the server.
        method: HTTP method.
        path: path with query.
        body: body to send.
        headers: headers to send.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def fetch_token(port: int) -> str:
    """Fetch a signed token from the emulator.

    Args:
        port: port of the emulator.

    Raises:
        ServerError: it gives none.
    """
    status, body = ask(port, "POST", _TOKEN, orjson.dumps({"app_id": APP, "app_secret": "made-up"}))
    if status != 200:
        raise ServerError(f"the emulator answers {status} to a request for a token: {body[:200]!r}")
    token: str = orjson.loads(body)["tenant_access_token"]
    return token


def free_port() -> int:
    """Find a port that nobody listens on."""
    while True:
        port = random.choice(_PORTS)
        with suppress(OSError), socket.socket() as sock:
            sock.bind(("127.0.0.1", port))
            return port
