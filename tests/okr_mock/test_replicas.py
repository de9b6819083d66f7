"""What several servers on one Redis promise together."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import ExitStack

import httpx2
import pytest

from tests.conftest import CREATES, RECORDS, Body, emulator
from tests.redis_server import RedisServer, running_redis

HEADERS = {"Authorization": "Bearer t-dev.shared"}


@pytest.fixture
def keeper() -> Iterator[RedisServer]:
    """A Redis that has on its disk what it acknowledged."""
    with running_redis("always") as server:
        yield server


@pytest.mark.once
def test_nothing_acknowledged_is_lost(keeper: RedisServer, create_body: Body) -> None:
    """Of thousands of acknowledged creates, none is lost or made twice while Redis and at last all is killed."""
    acknowledged: list[str] = []
    refused: list[int] = []
    kills = list(range(CREATES // 10, CREATES, CREATES // 4))
    flags = ("--store", keeper.url, "--max-records", "1000000", "--log-level", "error")

    async def caller(client: httpx2.AsyncClient, url: str) -> None:
        while len(acknowledged) < CREATES:
            answer = (await client.post(f"{url}{RECORDS}/", json=create_body)).json()
            if answer["code"] == 0:
                acknowledged.append(answer["data"]["progress_id"])
            else:
                refused.append(answer["code"])
                await asyncio.sleep(0.01)
            if kills and len(acknowledged) >= kills[0]:
                kills.pop(0)
                keeper.kill()
                await asyncio.sleep(0.05)
                await asyncio.to_thread(keeper.start)

    async def story(urls: list[str]) -> None:
        async with httpx2.AsyncClient(headers=HEADERS, timeout=30) as client:
            await asyncio.gather(*(caller(client, urls[number % 2]) for number in range(16)))

    with ExitStack() as stack:
        servers = [stack.enter_context(emulator(*flags)) for _ in range(2)]
        asyncio.run(story([url for url, _ in servers]))
        for _, process in servers:
            process.send_signal(signal.SIGKILL)
    keeper.kill()
    keeper.start()
    with emulator(*flags) as (url, _):
        records = httpx2.get(f"{url}/__admin/records?world=shared", timeout=60).json()["records"]
    ids = [record["progress_id"] for record in records]
    assert not kills
    assert set(refused) == {1009999}
    assert len(set(acknowledged)) == len(acknowledged) >= CREATES
    assert len(set(ids)) == len(ids) <= len(acknowledged) + len(refused)
    assert set(acknowledged) - set(ids) == set()
