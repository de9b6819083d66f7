"""Siege: a shared emulator beside a thousand slow callers, and after very many mixed calls.

`python -m benchmarks.siege` prints two ratios: how much longer a normal call takes while a thousand callers have sent
half a head and fall silent, and how much resident memory grows over the last three quarters of the mixed calls.
"""

import http.client
import socket
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from statistics import median
from time import perf_counter

import click
import orjson

from benchmarks.memory import resident
from benchmarks.request import RECORDS, headers, invalid_body, valid_body
from benchmarks.servers import OURS, running

HALF = f"POST {RECORDS} HTTP/1.1\r\nHost: x\r\nContent-Le".encode()
WORLDS = 64
WORKERS = 4
Call = tuple[str, str, bytes]


def slow_callers(callers: int, calls: int) -> float:
    """Measure how many times its usual time a normal create takes beside slow callers.

    Args:
        callers: how many have sent half a head.
        calls: creates timed without and with them.
    """
    with running(OURS) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        _timed(connection, calls)
        usual = _timed(connection, calls)
        with ExitStack() as stack:
            for _ in range(callers):
                slow = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
                slow.sendall(HALF)
            return _timed(connection, calls) / usual


def _timed(connection: http.client.HTTPConnection, calls: int) -> float:
    return median(_once(connection) for _ in range(calls))


def _once(connection: http.client.HTTPConnection) -> float:
    started = perf_counter()
    _ask(connection, ("POST", RECORDS, valid_body()), "t-dev", {200})
    return perf_counter() - started


def _ask(connection: http.client.HTTPConnection, call: Call, token: str, expected: set[int]) -> bytes:
    connection.request(*call, headers(token))
    answer = connection.getresponse()
    body = answer.read()
    if answer.status not in expected:
        raise SystemExit(f"{call[0]} {call[1]} was answered with {answer.status}: {body[:200]!r}")
    return body


def mixed_calls(port: int, worker: int, rounds: int) -> int:
    """Make mixed calls in many worlds; every record made is deleted again; gives how many calls were made.

    Args:
        port: port of the emulator.
        worker: number of this worker.
        rounds: how often to go through all kinds of calls.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port)
    return sum(_mixed_round(connection, f"t-dev.w{worker}_{number % WORLDS}") for number in range(rounds))


def _mixed_round(connection: http.client.HTTPConnection, token: str) -> int:
    body = valid_body()
    created = orjson.loads(_ask(connection, ("POST", RECORDS, body), token, {200}))
    path = f"{RECORDS}/{created['data']['progress_id']}"
    _ask(connection, ("GET", path, b""), token, {200})
    _ask(connection, ("PUT", path, body), token, {200})
    _ask(connection, ("POST", RECORDS, invalid_body()), token, {400})
    _ask(connection, ("DELETE", path, b""), token, {200})
    _ask(connection, ("GET", path, b""), token, {400})
    _ask(connection, ("GET", "/open-apis/okr/v1/periods", b""), token, {404})
    _ask(connection, ("GET", path, b""), "t-forged", {400})
    return 8


def growth(calls: int) -> Iterator[tuple[int, int]]:
    """Give calls made so far and resident bytes, four times over a run of mixed calls.

    Args:
        calls: how many in all.
    """
    rounds = calls // (4 * WORKERS * 8)
    with running((*OURS, "--journal-bytes", "262144")) as server, ProcessPoolExecutor(WORKERS) as pool:
        made = 0
        for _ in range(4):
            made += sum(pool.map(mixed_calls, [server.port] * WORKERS, range(WORKERS), [rounds] * WORKERS))
            yield made, resident(server.pid)


@click.command()
@click.option("--callers", default=1000, show_default=True, help="Slow callers.")
@click.option("--calls", default=200_000, show_default=True, help="Mixed calls.")
def main(callers: int, calls: int) -> None:
    """Besiege the emulator."""
    ratio = slow_callers(callers, 500)
    click.echo(f"a call beside {callers} slow callers takes {ratio:.2f} times its usual time")
    seen = []
    for made, memory in growth(calls):
        seen.append(memory)
        click.echo(f"after {made:,} mixed calls {memory / 2**20:.1f} MiB are resident")
    click.echo(f"memory at the end / after the first quarter: {seen[-1] / seen[0]:.3f}")


if __name__ == "__main__":
    main()
