"""The load: keep-alive connections in a closed loop, run in a process of its own."""

import asyncio
import sys
from dataclasses import dataclass
from time import perf_counter
from typing import cast

import uvloop

CONNECTIONS = 16
_PATIENCE = 300.0  # seconds on top of a job's own until it counts as hung
_LENGTH = b"content-length: "


@dataclass(frozen=True)
class Job:
    """What to ask of which server.

    Args:
        port: port of the server.
        request: the bytes of one request.
        status: HTTP status that every answer must have.
        seconds: how long to ask; 0 for no limit.
        count: how often to ask; 0 for no limit.
    """

    port: int
    request: bytes
    status: int
    seconds: float = 0
    count: int = 0


@dataclass(frozen=True)
class Tally:
    """What came back.

    Args:
        answers: completed answers with the right status.
        seconds: from the first request to the last answer.
        wrong: answers with another status, and connections that broke.
        first_wrong: what the first of those was.
    """

    answers: int
    seconds: float
    wrong: int
    first_wrong: str


class _Run:
    """What the connections of a job share."""

    def __init__(self, job: Job) -> None:
        self.request = job.request
        self.left = job.count or sys.maxsize
        self.answers = self.wrong = 0
        self.first_wrong = ""
        self.busy = CONNECTIONS
        self.is_over = asyncio.Event()
        self._status = b"%d" % job.status

    def stop(self) -> None:
        """Let no connection ask again."""
        self.left = 0

    def count(self, status: bytes) -> None:
        """Count an answer."""
        if status == self._status:
            self.answers += 1
        else:
            self.fail(f"status {status.decode('latin-1')}")

    def fail(self, what: str) -> None:
        """Count what went wrong."""
        self.wrong += 1
        self.first_wrong = self.first_wrong or what

    def leave(self) -> None:
        """Take a connection out; the last one ends the run."""
        self.busy -= 1
        if not self.busy:
            self.is_over.set()


class _Connection(asyncio.Protocol):
    """One connection: asks, reads the whole answer, asks again."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._seen = b""
        self._is_busy = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def ask(self) -> None:
        """Send the next request, or leave."""
        if self._run.left > 0:
            self._run.left -= 1
            self._transport.write(self._run.request)
        else:
            self._is_busy = False
            self._transport.close()
            self._run.leave()

    def data_received(self, data: bytes) -> None:
        data = self._seen + data if self._seen else data
        head = data.find(b"\r\n\r\n")
        at = data[:head].lower().find(_LENGTH)
        if head < 0 or len(data) < head + 4 + int(data[at + len(_LENGTH) : data.index(b"\r", at)]):
            self._seen = data
            return
        self._seen = b""
        self._run.count(data[9:12])
        self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._is_busy:
            self._is_busy = False
            self._run.fail(f"a connection broke: {exc or 'closed by the server'}")
            self._run.leave()


def run(job: Job) -> Tally:
    """Do a job.

    Args:
        job: what to ask of which server.
    """
    return uvloop.run(_drive(job))


async def _drive(job: Job) -> Tally:
    loop = asyncio.get_running_loop()
    shared = _Run(job)
    pairs = [
        await loop.create_connection(lambda: _Connection(shared), "127.0.0.1", job.port) for _ in range(CONNECTIONS)
    ]
    if job.seconds:
        loop.call_later(job.seconds, shared.stop)
    started = perf_counter()
    for _, connection in pairs:
        connection.ask()
    try:
        async with asyncio.timeout(job.seconds + _PATIENCE):
            await shared.is_over.wait()
    except TimeoutError:
        shared.fail(f"no end after {job.seconds + _PATIENCE:.0f} seconds")
    return Tally(shared.answers, perf_counter() - started, shared.wrong, shared.first_wrong)
