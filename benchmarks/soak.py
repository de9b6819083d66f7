"""Soak: mixed operations, faults and vanishing clients at full load, from processes of their own.

`python -m benchmarks.soak` ends with exit code 1 if an answer came that nobody asked for, if resident memory still
grows after the warm-up, or if the server keeps descriptors of clients that are gone.
"""

import http.client
import multiprocessing
import shlex
import socket
import struct
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import monotonic, sleep

import click
import orjson

from benchmarks.memory import resident
from benchmarks.request import RECORDS, headers, invalid_body, valid_body
from benchmarks.servers import OURS, Server, ServerError, ask, running

WORLDS = 8
"""Worlds a worker goes through; each is reset when its turn is over, so that what they hold stays the same."""
_JOURNAL = ("--journal-bytes", "262144")
_WANTED = "X-Wanted"
_HARD_END = struct.pack("ii", 1, 0)
_LITTLE = 4096
_SAMPLES = 60
_WARM_UP = 0.2  # share of the run after which memory is no longer expected to grow
_GROWTH = 1.05
_IDLE = 5.0
_FAULTS: dict[str, tuple[dict[str, object], str]] = {
    "refused": ({"error": 1009999}, "500"),
    "limited": ({"error": 99991400}, "429"),
    "gateway": ({"fault": {"html_error_page": 502}}, "502"),
    "reset": ({"fault": "reset"}, "ended"),
    "close": ({"fault": "close"}, "ended"),
    "half": ({"fault": "truncate"}, "ended"),
    "lost": ({"lose_answer": "reset"}, "ended"),
    "chunk": ({"fault": "malformed_chunk"}, "ended"),
    "broken": ({"fault": "malformed_json"}, "200"),
}
"""Faults by name: what the scenario does, and what the caller must see."""


@dataclass
class Seen:
    """What workers saw, or one of them.

    Args:
        calls: how often each kind of call was answered as it should be.
        wrong: answers that nobody asked for, by kind, expectation and answer.
    """

    calls: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    def note(self, kind: str, expected: str, got: str) -> None:
        """Count one answer.

        Args:
            kind: kind of the call.
            expected: status, or `ended` for a connection that ends early.
            got: what came.
        """
        if expected == got:
            self.calls[kind] += 1
        else:
            self.wrong[f"{kind}: {got} instead of {expected}"] += 1

    def add(self, other: "Seen") -> None:
        """Add what another one saw.

        Args:
            other: the other one.
        """
        self.calls += other.calls
        self.wrong += other.wrong


class Caller:
    """One keep-alive caller, who begins anew where a fault has ended the connection.

    Args:
        port: port of the emulator.
        seen: where answers are noted.
    """

    def __init__(self, port: int, seen: Seen) -> None:
        self._port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._seen = seen

    def call(self, kind: str, expected: str, request: tuple[str, str, bytes], token: str, wanted: str = "") -> bytes:
        """Make a call and note what came; gives the body.

        Args:
            kind: kind of the call.
            expected: what must come.
            request: method, path and body.
            token: access token.
            wanted: fault that the call asks for.
        """
        extra = {_WANTED: wanted} if wanted else {}
        body = b""
        try:
            self._connection.request(*request, headers(token) | extra)
            answer = self._connection.getresponse()
            body = answer.read()
            got = str(answer.status)
        except (OSError, http.client.HTTPException):
            got = "ended"
            self._connection.close()
        self._seen.note(kind, expected, got)
        return body

    def vanish(self, token: str) -> None:
        """Leave in the middle of a body, and in the middle of an answer, softly and by RST.

        Args:
            token: access token.
        """
        body = valid_body()
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers(token).items())
        head = f"POST {RECORDS} HTTP/1.1\r\nHost: x\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode()
        journal = f"GET /__admin/requests?world={_world(token)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        for data, is_answered in ((head + body[: len(body) // 2], False), (journal, True)):
            for is_hard in (False, True):
                self._leave(data, is_hard=is_hard, is_answered=is_answered)
                self._seen.calls["left mid-answer" if is_answered else "left mid-body"] += 1

    def _leave(self, data: bytes, *, is_hard: bool, is_answered: bool) -> None:
        with socket.socket() as leaving:
            leaving.settimeout(30)
            leaving.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _LITTLE)  # so that the answer cannot be all here
            leaving.connect(("127.0.0.1", self._port))
            if is_hard:
                leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HARD_END)
            leaving.sendall(data)
            if is_answered:
                leaving.recv(64)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def work(port: int, worker: int, seconds: float) -> Seen:
    """Make mixed calls until the time is over; gives what was seen.

    Args:
        port: port of the emulator.
        worker: number of this worker.
        seconds: how long.
    """
    seen, turn, end = Seen(), 0, monotonic() + seconds
    caller = Caller(port, seen)
    while monotonic() < end:
        token = f"t-dev.soak{worker}_{turn % WORLDS}"
        _prepare(caller, token)
        for _ in range(20):
            _operations(caller, token)
        _faults(caller, token)
        caller.vanish(token)
        turn += 1
    caller.close()
    return seen


def _world(token: str) -> str:
    return token.partition(".")[2]


def _prepare(caller: Caller, token: str) -> None:
    """Empty a world and let it follow the faults."""
    steps = [
        {"name": name, "when": {"header": {_WANTED: {"equals": name}}}, "then": then}
        for name, (then, _) in _FAULTS.items()
    ]
    scenario = orjson.dumps({"description": "Faults that a call asks for.", "steps": steps})
    world = _world(token)
    caller.call("reset", "200", ("POST", f"/__admin/reset?world={world}", b"{}"), token)
    caller.call("scenario", "200", ("PUT", f"/__admin/scenario?world={world}", scenario), token)


def _operations(caller: Caller, token: str) -> None:
    body = valid_body()
    created = orjson.loads(caller.call("create", "200", ("POST", RECORDS, body), token) or b"{}")
    path = f"{RECORDS}/{created.get('data', {}).get('progress_id', '0')}"
    caller.call("get", "200", ("GET", path, b""), token)
    caller.call("update", "200", ("PUT", path, body), token)
    caller.call("invalid create", "400", ("POST", RECORDS, invalid_body()), token)
    caller.call("delete", "200", ("DELETE", path, b""), token)
    caller.call("get deleted", "400", ("GET", path, b""), token)
    caller.call("periods", "200", ("GET", "/open-apis/okr/v1/periods", b""), token)
    caller.call("no route", "404", ("GET", "/open-apis/okr/v1/nothing", b""), token)
    caller.call("forged", "400", ("GET", path, b""), "t-forged")


def _faults(caller: Caller, token: str) -> None:
    for name, (_, expected) in _FAULTS.items():
        caller.call(f"fault {name}", expected, ("POST", RECORDS, valid_body()), token, name)


@dataclass(frozen=True)
class Soak:
    """What a run came to.

    Args:
        seen: what the callers saw.
        memory: resident bytes of the server, at even distances from start to end.
        before: descriptors of the server before the first caller.
        after: descriptors once all callers are gone.
    """

    seen: Seen
    memory: Sequence[int]
    before: int
    after: int

    @property
    def growth(self) -> float:
        """Resident memory of the last quarter of the run after the warm-up, as a ratio to its first quarter."""
        kept = self.memory[int(len(self.memory) * _WARM_UP) :]
        quarter = max(1, len(kept) // 4)
        return median(kept[-quarter:]) / median(kept[:quarter])

    def complaints(self) -> Iterator[str]:
        """Say what is not as it should be."""
        for text, count in self.seen.wrong.most_common():
            yield f"{count} times {text}"
        if self.growth > _GROWTH:
            yield f"memory grows after the warm-up, {self.growth:.3f} times"
        if self.after > self.before:
            yield f"{self.after - self.before} descriptors are left open"


def soak(server: Server, seconds: float, workers: int) -> Soak:
    """Soak a server.

    Args:
        server: the server.
        seconds: how long.
        workers: how many processes call at once.

    Raises:
        ServerError: the server has ended.
    """
    ask(server.port, "GET", "/readyz")
    before = _settled(server.pid, 0)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        jobs = [pool.submit(work, server.port, number, seconds) for number in range(workers)]
        memory = list(_memory(server.pid, jobs, seconds / _SAMPLES))
        seen = Seen()
        for job in jobs:
            seen.add(job.result())
    if ask(server.port, "GET", "/readyz")[0] != 200:
        raise ServerError("the server is not ready any more")
    return Soak(seen, memory, before, _settled(server.pid, before))


def _memory(pid: int, jobs: Sequence["Future[Seen]"], pause: float) -> Iterator[int]:
    while wait(jobs, timeout=pause).not_done:
        try:
            yield resident(pid)
        except FileNotFoundError as error:
            raise ServerError("the server has ended") from error


def _settled(pid: int, aim: int) -> int:
    """Count descriptors, and give those of callers who have just left a while to be closed."""
    end = monotonic() + _IDLE
    while (count := len(list(Path(f"/proc/{pid}/fd").iterdir()))) > aim and monotonic() < end:
        sleep(0.1)
    return count


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seconds", default=600.0, show_default=True, help="How long.")
@click.option("--workers", default=3, show_default=True, help="Processes that call at once.")
@click.option("--serve", default="", help="Further flags of the server, such as a store.")
def main(seconds: float, workers: int, serve: str) -> None:
    """Soak the emulator."""
    with running((*OURS, *_JOURNAL, *shlex.split(serve))) as server:
        try:
            found = soak(server, seconds, workers)
        except ServerError as error:
            click.echo(f"soak: {error}", err=True)
            sys.exit(1)
    total = sum(found.seen.calls.values())
    click.echo(f"{total:,} calls in {seconds:.0f} s answered as asked:")
    for kind, count in sorted(found.seen.calls.items()):
        click.echo(f"  {count:>9,}  {kind}")
    steady = [memory / 2**20 for memory in found.memory[int(len(found.memory) * _WARM_UP) :]]
    click.echo(
        f"resident after the warm-up: {min(steady):.1f} to {max(steady):.1f} MiB; end / start {found.growth:.3f}"
    )
    click.echo(f"descriptors: {found.before} before, {found.after} after")
    complaints = list(found.complaints())
    for text in complaints:
        click.echo(f"soak: {text}", err=True)
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
