"""`python -m benchmarks`: three measurements, one report."""

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from http.client import HTTPException
from pathlib import Path

import click
from rich.console import Console

from benchmarks import memory, start, throughput
from benchmarks.report import Report
from benchmarks.servers import ServerError

_FULL = {"rounds": 7, "seconds": 2.0, "creates": 100_000, "starts": 9}
_QUICK = {"rounds": 2, "seconds": 0.5, "creates": 2_000, "starts": 3}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", type=click.IntRange(1), help="Rounds of throughput after the warm-up.  [default: 7]")
@click.option("--seconds", type=click.FloatRange(0.1), help="Seconds each server works a round.  [default: 2]")
@click.option("--creates", type=click.IntRange(1), help="Records made to measure memory.  [default: 100000]")
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write all samples to a file.")
@click.option("--quick", is_flag=True, help="Few short rounds, to see that all of it runs.")
@click.option("--require", type=float, help="Fail when the median of ours / Starlette floor is below this.")
def main(
    rounds: int | None,
    seconds: float | None,
    creates: int | None,
    path: Path | None,
    quick: bool,
    require: float | None,
) -> None:
    """Compare the emulator with the bare floor of its own stack."""
    sizes = _QUICK if quick else _FULL
    chosen = {"rounds": rounds, "seconds": seconds, "creates": creates}
    sizes = sizes | {name: value for name, value in chosen.items() if value is not None}
    try:
        report = _measure(int(sizes["rounds"]), sizes["seconds"], int(sizes["creates"]), int(sizes["starts"]))
    except (ServerError, OSError, HTTPException) as error:
        _say(f"benchmarks: {str(error) or repr(error)}")
        sys.exit(1)
    report.show(Console())
    if path:
        path.write_bytes(report.json())
    if require is not None and report.floor_ratio < require:
        _say(f"benchmarks: ours / starlette floor is {report.floor_ratio:.2f}, below the required {require:.2f}")
        sys.exit(1)


def _measure(rounds: int, seconds: float, creates: int, starts: int) -> Report:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as load:
        speeds = throughput.measure(load, rounds, seconds, _say)
        first_answers = start.measure(starts, _say)
        _say(f"memory: {creates:,} creates")
        return Report(speeds, first_answers, memory.measure(load, creates))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
