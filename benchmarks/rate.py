"""Rates: how many answers a second a load gets, all of them right."""

from collections.abc import Sequence
from concurrent.futures import Executor
from statistics import median, quantiles

from benchmarks.load import Job, run
from benchmarks.request import valid_body, written
from benchmarks.servers import Server, ServerError, fetch_token


def rate(load: Executor, name: str, job: Job) -> float:
    """Run a load; gives answers a second.

    Args:
        load: runs it.
        name: what is asked, for the error.
        job: what to ask.

    Raises:
        ServerError: an answer was wrong.
    """
    tally = load.submit(run, job).result()
    if tally.wrong:
        whole = tally.answers + tally.wrong
        raise ServerError(f"{name}: {tally.wrong} of {whole} answers were wrong, first {tally.first_wrong}")
    return tally.answers / tally.seconds


def create_rate(load: Executor, server: Server, count: int) -> float:
    """Make so many creates of one app; gives creates a second.

    Args:
        load: runs them.
        server: who is asked.
        count: how many.

    Raises:
        ServerError: an answer was wrong.
    """
    request = written(valid_body(), fetch_token(server.port), server.port)
    return rate(load, "creates", Job(server.port, request, 200, count=count))


def shown(name: str, ratios: Sequence[float]) -> str:
    """Write the ratios of neighbouring turns in a line.

    Args:
        name: what they are ratios of.
        ratios: at least two.
    """
    low, _, high = quantiles(ratios, n=4)
    return f"{name}: {median(ratios):.3f} (half of the turns from {low:.3f} to {high:.3f})"
