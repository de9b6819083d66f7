"""`python -m benchmarks.watched`: how many creates the emulator does watched where it does one unwatched."""

import multiprocessing
import multiprocessing.synchronize
import socket
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from statistics import median, quantiles

import click

from benchmarks.load import Job, run
from benchmarks.request import valid_body, written
from benchmarks.servers import OURS, Server, ServerError, fetch_token, running

_WARM_UP = 1500  # creates, after which the journal of a world is full
_TURN = 2000
_TURNS = 6  # a round; then the server is made anew, for a store that grows costs time
_ASK = b"GET /__admin/events?past=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
_READY = b"event: ready"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="Rounds of six pairs of turns.")
def main(rounds: int) -> None:
    """Compare creates a second with one watcher and with none, in turns on one server."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as load:
        ratios = [ratio for _ in range(rounds) for ratio in _round(load)]
    low, _, high = quantiles(ratios, n=4)
    print(f"watched / unwatched: {median(ratios):.3f} (half of the turns from {low:.3f} to {high:.3f})")


def _round(load: Executor) -> list[float]:
    with running(OURS) as server:
        _rate(load, server, _WARM_UP)
        return [_turn(load, server, watched_begins=turn % 2 == 0) for turn in range(_TURNS)]


def _turn(load: Executor, server: Server, *, watched_begins: bool) -> float:
    rates = {}
    for is_watched in (watched_begins, not watched_begins):
        if is_watched:
            with _watching(server.port):
                rates[True] = _rate(load, server, _TURN)
        else:
            rates[False] = _rate(load, server, _TURN)
    return rates[True] / rates[False]


@contextmanager
def _watching(port: int) -> Iterator[None]:
    """Have a process read the stream of calls, as fast as it comes."""
    context = multiprocessing.get_context("spawn")
    is_ready = context.Event()
    watcher = context.Process(target=watch, args=(port, is_ready))
    watcher.start()
    try:
        if not is_ready.wait(30):
            raise ServerError("the stream of calls does not begin")
        yield
    finally:
        watcher.terminate()
        watcher.join()


def watch(port: int, is_ready: "multiprocessing.synchronize.Event") -> None:
    """Read the stream of calls until it ends.

    Args:
        port: port of the server.
        is_ready: set once the stream has begun.
    """
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(_ASK)
        head = b""
        while _READY not in head:
            head += connection.recv(65_536)
        is_ready.set()
        while connection.recv(1 << 20):
            pass


def _rate(load: Executor, server: Server, count: int) -> float:
    request = written(valid_body(), fetch_token(server.port), server.port)
    tally = load.submit(run, Job(server.port, request, 200, count=count)).result()
    if tally.wrong:
        raise ServerError(f"{tally.wrong} of {count} answers were wrong, first {tally.first_wrong}")
    return tally.answers / tally.seconds


if __name__ == "__main__":
    main()
