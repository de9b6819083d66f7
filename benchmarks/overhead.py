"""Overhead: what a call of the client costs beside the same call of bare httpx2.

`python -m benchmarks.overhead` (a minute) prints ratios of time, below 1 where the client is the faster one: once with
an emulator that answers over loopback and once with an answer that costs nothing, where the client's own work is all
that counts. Bare httpx2 has two forms: as its pages show it, and by hand for speed, with orjson for its JSON.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from time import perf_counter
from typing import Any

import click
import httpx2
import orjson

from benchmarks.request import RECORDS, headers, valid_body
from benchmarks.servers import APP, OURS, fetch_token, running
from feishu_okr import AsyncOKRClient, OKRClient

Creates = Callable[[int], None]
BODY: dict[str, Any] = orjson.loads(valid_body())
OPTIONS: dict[str, dict[str, Any]] = {
    "OKRClient": {},
    "OKRClient, check=False": {"check": False},
    "OKRClient, reconcile and rate": {"on_ambiguous": "reconcile", "rate": "100000/s"},
}


def contenders(stack: ExitStack, url: str, token: str, transport: httpx2.BaseTransport | None) -> dict[str, Creates]:
    """Give what creates so many records, by name; the two forms of bare httpx2 come first.

    Args:
        stack: ends what was begun.
        url: address of the API.
        token: access token of bare httpx2.
        transport: what to send with; None for the network.
    """
    bare = stack.enter_context(httpx2.Client(base_url=url, headers=headers(token), transport=transport))
    found: dict[str, Creates] = {
        "httpx2.Client": lambda calls: _bare(bare, calls),
        "httpx2.Client with orjson": lambda calls: _by_hand(bare, calls),
    }
    for name, options in OPTIONS.items():
        client = stack.enter_context(OKRClient(APP, "made-up", base_url=url, transport=transport, **options))
        found[name] = lambda calls, client=client: _creates(client, calls)  # type: ignore[misc]
    return found


def _bare(client: httpx2.Client, calls: int) -> None:
    for _ in range(calls):
        assert client.post(RECORDS, json=BODY).json()["code"] == 0


def _by_hand(client: httpx2.Client, calls: int) -> None:
    for _ in range(calls):
        assert orjson.loads(client.post(RECORDS, content=orjson.dumps(BODY)).content)["code"] == 0


def _creates(client: OKRClient, calls: int) -> None:
    for _ in range(calls):
        client.progress_records.create(**BODY)


@contextmanager
def async_contenders(url: str, token: str) -> Iterator[dict[str, Creates]]:
    """Give the same of an event loop.

    Args:
        url: address of the API.
        token: access token of bare httpx2.
    """
    with asyncio.Runner() as runner:
        bare = httpx2.AsyncClient(base_url=url, headers=headers(token))
        client = AsyncOKRClient(APP, "made-up", base_url=url)

        async def bare_creates(calls: int) -> None:
            for _ in range(calls):
                assert (await bare.post(RECORDS, json=BODY)).json()["code"] == 0

        async def by_hand_creates(calls: int) -> None:
            for _ in range(calls):
                answer = await bare.post(RECORDS, content=orjson.dumps(BODY))
                assert orjson.loads(answer.content)["code"] == 0

        async def creates(calls: int) -> None:
            for _ in range(calls):
                await client.progress_records.create(**BODY)

        yield {
            "httpx2.AsyncClient": lambda calls: runner.run(bare_creates(calls)),
            "httpx2.AsyncClient with orjson": lambda calls: runner.run(by_hand_creates(calls)),
            "AsyncOKRClient": lambda calls: runner.run(creates(calls)),
        }
        runner.run(bare.aclose())
        runner.run(client.close())


def ratios(rivals: dict[str, Creates], rounds: int, calls: int) -> dict[str, dict[str, float]]:
    """Give how many times as long as each of the first two the others take, who take turns; medians of the rounds.

    Args:
        rivals: what creates so many records, by name.
        rounds: how often each has its turn.
        calls: records of a turn.
    """
    samples: dict[str, list[float]] = {name: [] for name in rivals}
    for number in range(rounds + 1):
        for name, creates in rivals.items():
            begin = perf_counter()
            creates(calls)
            if number:  # the first round warms up
                samples[name].append(perf_counter() - begin)
    floors = list(samples)[:2]
    return {
        name: {floor: median(map(float.__truediv__, taken, samples[floor])) for floor in floors}
        for name, taken in samples.items()
        if name not in floors
    }


@contextmanager
def nowhere() -> Iterator[httpx2.BaseTransport]:
    """Answer every call at once, in memory."""
    answer = {"code": 0, "msg": "success", "data": {"progress_id": "1", "modify_time": "1", "content": BODY["content"]}}
    token = {"code": 0, "msg": "ok", "tenant_access_token": "t-x", "expire": 7200}
    found, issued = orjson.dumps(answer), orjson.dumps(token)
    yield httpx2.MockTransport(
        lambda asked: httpx2.Response(200, content=found if asked.url.path == RECORDS else issued)
    )


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", default=9, show_default=True, help="Turns of each.")
@click.option("--calls", default=300, show_default=True, help="Calls of a turn.")
def main(rounds: int, calls: int) -> None:
    """Compare the client with bare httpx2, in one run."""
    with running(OURS) as server, ExitStack() as stack:
        url, token = f"http://127.0.0.1:{server.port}", fetch_token(server.port)
        _tell("over loopback", ratios(contenders(stack, url, token, None), rounds, calls))
        _tell("over loopback", ratios(stack.enter_context(async_contenders(url, token)), rounds, calls))
        transport = stack.enter_context(nowhere())
        _tell("in memory", ratios(contenders(stack, url, token, transport), rounds, calls))


def _tell(where: str, found: dict[str, dict[str, float]]) -> None:
    for name, floors in found.items():
        told = " and ".join(f"{ratio:.2f} times as long as one of {floor}" for floor, ratio in floors.items())
        click.echo(f"{where}: a create of {name} takes {told}")


if __name__ == "__main__":
    main()
