"""`python -m benchmarks.pair OLD NEW`: how many creates a new checkout does where an old one does one."""

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor
from itertools import chain
from pathlib import Path

import click

from benchmarks.rate import create_rate, shown
from benchmarks.servers import OURS, Server, running

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
    print(shown("new / old", ratios))


def _round(load: Executor, old: Path, new: Path) -> list[float]:
    with running(OURS, old) as first, running(OURS, new) as second:
        for server in (first, second):
            create_rate(load, server, _WARM_UP)
        return [_turn(load, first, second, turn % 2 == 0) for turn in range(_TURNS)]


def _turn(load: Executor, old: Server, new: Server, old_begins: bool) -> float:
    order = (old, new) if old_begins else (new, old)
    rates = {server: create_rate(load, server, _TURN) for server in order}
    return rates[new] / rates[old]


if __name__ == "__main__":
    main()
