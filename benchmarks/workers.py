"""`python -m benchmarks.workers`: what a store in a file costs, and what a second worker brings."""

import multiprocessing
import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import click
import orjson

from benchmarks.load import Job
from benchmarks.rate import rate
from benchmarks.request import valid_body, written
from benchmarks.servers import OURS, Server, ServerError, ask, fetch_token, running

_RECORDS = "/open-apis/okr/v1/progress_records/"
_KINDS = {"memory": [], "1 worker": ["--workers", "1"], "2 workers": ["--workers", "2"]}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--rounds", type=click.IntRange(1), default=5, show_default=True, help="Rounds of a turn for each server."
)
@click.option("--count", type=click.IntRange(1), default=2000, show_default=True, help="Calls a turn.")
def main(rounds: int, count: int) -> None:
    """Compare memory, a SQLite file with one worker and with two, on writes and on reads, in turns."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as load, _servers() as servers:
        for name in ("writes", "reads"):
            asked = {kind: _request(server, is_read=name == "reads") for kind, server in servers.items()}
            rates: dict[str, list[float]] = {kind: [] for kind in servers}
            for _ in range(rounds + 1):
                for kind, server in servers.items():
                    rates[kind].append(_rate(load, server, asked[kind], count))
            middle = {kind: median(found[1:]) for kind, found in rates.items()}
            one, two, memory = middle["1 worker"], middle["2 workers"], middle["memory"]
            print(f"{name}: 2 workers / 1 worker {two / one:.2f}, 1 worker / memory {one / memory:.2f}", flush=True)


@contextmanager
def _servers() -> Iterator[dict[str, Server]]:
    with ExitStack() as stack:
        servers = {}
        for kind, flags in _KINDS.items():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            store = ["--store", f"sqlite:///{folder / 'store.db'}"] if flags else []
            servers[kind] = stack.enter_context(running((*OURS, *store, *flags)))
        yield servers


def _request(server: Server, *, is_read: bool) -> bytes:
    token = fetch_token(server.port)
    request = written(valid_body(), token, server.port)
    if not is_read:
        return request
    head, _, body = request.partition(b"\r\n\r\n")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    status, answer = ask(server.port, "POST", head.split(b" ")[1].decode(), body, headers)
    if status != 200:
        raise ServerError(f"a create is answered with {status}")
    path = _RECORDS + orjson.loads(answer)["data"]["progress_id"]
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def _rate(load: Executor, server: Server, request: bytes, count: int) -> float:
    return rate(load, "workers", Job(server.port, request, 200, count=count))


if __name__ == "__main__":
    main()
