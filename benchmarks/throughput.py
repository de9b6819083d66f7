"""Throughput: the servers take turns, so that what disturbs the machine disturbs them all."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from benchmarks.answer import check
from benchmarks.load import Job
from benchmarks.rate import rate
from benchmarks.request import RECORDS, headers, invalid_body, valid_body, written
from benchmarks.scenario import scenario_of
from benchmarks.servers import OURS, RAW, STARLETTE, ask, fetch_token, running
from benchmarks.stores import on_sqlite, redis_server

Round = dict[str, float]
"""Answers a second by name, of one round."""
STEPS = 1000
"""Steps of the scenario that one of the servers has loaded."""
_RUN_UP = 0.2  # unmeasured seconds before each turn, for the emulator is fresh


@dataclass(frozen=True)
class _Target:
    port: int
    body: bytes
    token: str
    status: int = 200

    def job(self, seconds: float) -> Job:
        return Job(self.port, written(self.body, self.token, self.port), self.status, seconds)


def measure(load: Executor, rounds: int, seconds: float, say: Callable[[str], None]) -> list[Round]:
    """Measure answers a second, a warm-up round first; gives the rounds after it.

    Args:
        load: runs the load.
        rounds: how many rounds.
        seconds: how long each server works a round.
        say: told of the progress.

    Raises:
        ServerError: a server answered what it should not.
    """
    found = []
    with running(RAW) as raw, running(STARLETTE) as starlette, scenario_of(STEPS) as scenario, redis_server() as redis:
        for number in range(rounds + 1):
            say(f"throughput: round {number} of {rounds}" if number else "throughput: warm-up")
            # fresh ones: they keep every record, and memory that grows costs time
            with running(OURS) as ours, running((*OURS, "--scenario", scenario)) as steered, _shared(redis) as shared:
                ports = {"raw": raw.port, "starlette": starlette.port, "ours": ours.port, "steps": steered.port}
                found.append(_round(load, _targets(ports | shared), seconds))
    return found[1:]


@contextmanager
def _shared(redis: str) -> Iterator[dict[str, int]]:
    """Run the emulator on each store that processes can share; gives ports by name."""
    with ExitStack() as stack:
        ports = {"sqlite": stack.enter_context(on_sqlite()).port}
        if redis:
            ports["redis"] = stack.enter_context(running((*OURS, "--store", redis))).port
        yield ports


def _targets(ports: dict[str, int]) -> dict[str, _Target]:
    """Aim at the ports: all with one token, and all but `invalid` with one body."""
    token, body = fetch_token(ports["ours"]), valid_body()
    targets = {name: _Target(port, body, token) for name, port in ports.items()}
    return targets | {"invalid": _Target(ports["ours"], invalid_body(), token, 400)}


def _round(load: Executor, targets: dict[str, _Target], seconds: float) -> Round:
    rates = {}
    for name, target in targets.items():
        check(name, target.body, target.status, *_ask(target))
        rate(load, name, target.job(_RUN_UP))
        rates[name] = rate(load, name, target.job(seconds))
    return rates


def _ask(target: _Target) -> tuple[int, bytes]:
    return ask(target.port, "POST", RECORDS, target.body, headers(target.token))
