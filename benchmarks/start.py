"""Start: from the process's birth to its first correct answer."""

import subprocess
from collections.abc import Callable
from http.client import RemoteDisconnected
from time import perf_counter, sleep

from benchmarks.answer import check
from benchmarks.request import DEVELOPMENT_TOKEN, RECORDS, headers, valid_body
from benchmarks.servers import OURS, RAW, ServerError, ask, end, free_port, spawn

_SERVERS = {"raw": RAW, "ours": OURS}
_PAUSE = 0.002
_PATIENCE = 30.0


def measure(runs: int, say: Callable[[str], None]) -> list[dict[str, float]]:
    """Measure seconds to the first answer, one unmeasured run first; the servers take turns.

    Args:
        runs: how many runs.
        say: told of the progress.

    Raises:
        ServerError: a server answered what it should not.
    """
    found = []
    for number in range(runs + 1):
        say(f"start: run {number} of {runs}" if number else "start: warm-up")
        found.append({name: _seconds(name, command) for name, command in _SERVERS.items()})
    return found[1:]


def _seconds(name: str, command: tuple[str, ...]) -> float:
    port, body = free_port(), valid_body()
    started = perf_counter()
    process = spawn(command, port, subprocess.DEVNULL)
    try:
        status, answer = _first_answer(name, process, port, body, started + _PATIENCE)
        seconds = perf_counter() - started
    finally:
        end(process)
    check(name, body, 200, status, answer)
    return seconds


def _first_answer(
    name: str, process: subprocess.Popen[bytes], port: int, body: bytes, deadline: float
) -> tuple[int, bytes]:
    while perf_counter() < deadline and process.poll() is None:
        try:
            return ask(port, "POST", RECORDS, body, headers(DEVELOPMENT_TOKEN))
        except (ConnectionRefusedError, ConnectionResetError, RemoteDisconnected):
            sleep(_PAUSE)
    raise ServerError(f"{name} does not start: exit code {process.poll()}")
