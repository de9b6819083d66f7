"""`python -m benchmarks.watched`: how many creates the emulator does watched where it does one unwatched."""

import multiprocessing
import multiprocessing.synchronize
import socket
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager

import click

from benchmarks.rate import create_rate, shown
from benchmarks.servers import OURS, Server, ServerError, running

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
    print(shown("watched / unwatched", ratios))


def _round(load: Executor) -> list[float]:
    with running(OURS) as server:
        create_rate(load, server, _WARM_UP)
        return [_turn(load, server, watched_begins=turn % 2 == 0) for turn in range(_TURNS)]


def _turn(load: Executor, server: Server, *, watched_begins: bool) -> float:
    rates = {}
    for is_watched in (watched_begins, not watched_begins):
        if is_watched:
            with _watching(server.port):
                rates[True] = create_rate(load, server, _TURN)
        else:
            rates[False] = create_rate(load, server, _TURN)
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


if __name__ == "__main__":
    main()
