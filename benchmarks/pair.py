"""`python -m benchmarks.pair OLD NEW`: how many creates a new checkout does where an old one does one."""

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor
from itertools import chain
from pathlib import Path
from statistics import median, quantiles

import click

from benchmarks.load import Job, run
from benchmarks.request import valid_body, written
from benchmarks.servers import OURS, Server, ServerError, fetch_token, running

_WARM_UP = 1500  # creates, after which the journal of a world is full
_TURN = 2000
_TURNS = 4  # of each server a round; then both are made anew, for a store that grows costs time

_CHECKOUT = click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("old", type=_CHECKOUT)
@click.argument("new", type=_CHECKOUT)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="Rounds of four turns each.")
def main(old: Path, new: Path, rounds: int) -> None:
    """Compare the creates a second of two checkouts that take short turns, each turn with its neighbour."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as load:
        ratios = list(chain.from_iterable(_round(load, old, new) for _ in range(rounds)))
    low, _, high = quantiles(ratios, n=4)
    print(f"new / old: {median(ratios):.3f} (half of the turns from {low:.3f} to {high:.3f})")


def _round(load: Executor, old: Path, new: Path) -> list[float]:
    with running(OURS, old) as first, running(OURS, new) as second:
        for server in (first, second):
            _rate(load, server, _WARM_UP)
        return [_turn(load, first, second, turn % 2 == 0) for turn in range(_TURNS)]


def _turn(load: Executor, old: Server, new: Server, old_begins: bool) -> float:
    order = (old, new) if old_begins else (new, old)
    rates = {server: _rate(load, server, _TURN) for server in order}
    return rates[new] / rates[old]


def _rate(load: Executor, server: Server, count: int) -> float:
    request = written(valid_body(), fetch_token(server.port), server.port)
    tally = load.submit(run, Job(server.port, request, 200, count=count)).result()
    if tally.wrong:
        raise ServerError(f"{tally.wrong} of {count} answers were wrong, first {tally.first_wrong}")
    return tally.answers / tally.seconds


if __name__ == "__main__":
    main()
