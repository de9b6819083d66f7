"""Many callers and many worlds on one server: nothing leaks from one to another, and memory stays in bounds."""

import asyncio
import gc
import http.client
import json
import re
import sys
import tracemalloc
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import pytest

from okr_mock.exchange import Exchange
from okr_mock.journal import Journal
from okr_mock.store.held import Bounds
from okr_mock.store.memory import MemoryStore
from okr_mock.world.start import Start, Starts
from tests.conftest import RECORDS, Body, emulator

pytestmark = pytest.mark.once

CALLERS, WORLDS = 8, 200
CALLS_A_WORLD = 7
KEY_RESULT = "7041430377642082323"
LISTED = f"/open-apis/okr/v2/key_results/{KEY_RESULT}/progresses"
BASE = 1_700_000_000_000
SERVED_WORLD = 64 * 1024
"""Most bytes of the server that a world may take, with its record and a journal of seven calls; measured: 39 kB."""
STORED_WORLD = 6 * 1024
"""Most bytes that a world with one record of a kilobyte may take in the store; measured: 3.6 kB."""


class Home(NamedTuple):
    """A world, the caller it belongs to, and the record in it."""

    caller: int
    name: str
    record: str


class Caller:
    """Calls a server on one connection.

    Args:
        url: where it is.
        number: which caller this is.
    """

    def __init__(self, url: str, number: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", int(url.rsplit(":", 1)[1]), timeout=60)
        self.number = number
        self.close = self._connection.close

    def call(self, method: str, path: str, world: str, body: Body | None = None) -> Body:
        """Make a call; gives the value of its answer."""
        headers = {"Authorization": f"Bearer t-dev.{world}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        self._connection.request(method, path, data, headers)
        value: Body = json.loads(self._connection.getresponse().read())
        return value

    def settle(self) -> list[Home]:
        """Make worlds, each at a time of its own, so that no two have a record of the same id."""
        homes = []
        for n in range(WORLDS):
            name = f"w{self.number}-{n}"
            moment = BASE + (self.number * WORLDS + n) * 1000
            assert (
                self.call("PUT", f"/__admin/clock?world={name}", name, {"set": moment, "freeze": True})["now"] == moment
            )
            made = self.call("POST", RECORDS, name, record(name))
            assert made["code"] == 0
            homes.append(Home(self.number, name, made["data"]["progress_id"]))
            assert text_of(self.call("GET", f"{RECORDS}/{homes[-1].record}", name)) == name
        return homes

    def visit(self, homes: Sequence[Home]) -> None:
        """Look for the records of others in one's own worlds, and try to remove them; one's own are all there."""
        own = [home for home in homes if home.caller == self.number]
        others = [home for home in homes if home.caller != self.number]
        for n, home in enumerate(own):
            neighbour, stranger = own[n - 1], others[(n * 97 + self.number) % len(others)]
            assert self.call("GET", f"{RECORDS}/{neighbour.record}", home.name)["code"] == 1001004
            assert self.call("GET", f"{RECORDS}/{stranger.record}", home.name)["code"] == 1001004
            assert self.call("DELETE", f"{RECORDS}/{stranger.record}", home.name)["code"] == 1001004
            listed = self.call("GET", LISTED, home.name)["data"]["items"]
            assert [entry["id"] for entry in listed] == [home.record]
            assert text_of(self.call("GET", f"{RECORDS}/{home.record}", home.name)) == home.name


def settle(url: str, number: int) -> list[Home]:
    """Settle, in a process of its own."""
    with closing(Caller(url, number)) as caller:
        return caller.settle()


def visit(url: str, homes: Sequence[Home], number: int) -> None:
    """Visit, in a process of its own."""
    with closing(Caller(url, number)) as caller:
        caller.visit(homes)


def record(text: str) -> Body:
    run = {"type": "textRun", "textRun": {"text": text}}
    return {
        "source_title": "周报",
        "source_url": "https://example.com/weekly",
        "target_id": KEY_RESULT,
        "target_type": 3,
        "content": {"blocks": [{"type": "paragraph", "paragraph": {"elements": [run]}}]},
    }


def text_of(answer: Body) -> str:
    (block,) = answer["data"]["content"]["blocks"]
    return str(block["paragraph"]["elements"][0]["textRun"]["text"])


def resident(pid: int) -> int:
    """Read the resident memory of a process, in bytes; 0 where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    match = re.search(r"^VmRSS:\s+(\d+) kB$", status.read_text(), re.MULTILINE) if status.exists() else None
    return int(match[1]) * 1024 if match else 0


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, int]]:
    """URL and process id of a server that nobody else calls."""
    with emulator("--log-level", "error") as (url, process):
        yield url, process.pid


def test_nothing_leaks(server: tuple[str, int]) -> None:
    """Eight processes with 200 worlds each find their own records and nobody else's, at a bounded price a world."""
    url, pid = server
    before = resident(pid)
    with ProcessPoolExecutor(CALLERS, get_context("spawn")) as pool:
        homes = [home for settled in pool.map(partial(settle, url), range(CALLERS)) for home in settled]
        assert len({home.record for home in homes}) == CALLERS * WORLDS
        list(pool.map(partial(visit, url, homes), range(CALLERS)))
    with closing(Caller(url, 0)) as caller:
        worlds = caller.call("GET", "/__admin/worlds", "w0-0")["worlds"]
    after = resident(pid)
    assert {world["name"] for world in worlds} == {home.name for home in homes}
    assert {(world["records"], world["calls"]) for world in worlds} == {(1, CALLS_A_WORLD)}
    assert (after - before) / len(homes) < SERVED_WORLD


def test_ten_thousand_worlds(start: Start) -> None:
    """A store with ten thousand worlds pays for what each of them holds, and not for the fixture they share."""
    entity = b"x" * 1024
    store = MemoryStore(Starts(start, {}), lambda: BASE, lambda: Journal(1000, 2**24), Bounds(10_000, 10, 10, 2**20))
    exchange = Exchange(1, "x", 0, 200, 2, (b"{}",))

    async def live() -> None:
        for n in range(10_000):
            turn = await store.begin(f"w{n}")
            name = turn.entity_id
            await store.commit(turn, {("progress_record", name): entity, ("target/3/1", name): b""}, exchange)

    gc.collect()
    tracemalloc.start()
    try:
        asyncio.run(live())
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert len(asyncio.run(store.worlds())) == 10_000
    assert taken / 10_000 < STORED_WORLD
    assert sys.getsizeof(entity) * 10_000 < taken  # each holds its own


def test_deleted_worlds_give_their_memory_back(start: Start) -> None:
    """Worlds that are made and deleted by the thousand leave nothing behind, their starts and apps neither."""
    store = MemoryStore(Starts(start, {}), lambda: BASE, lambda: Journal(10, 1000), Bounds(10, 10, 10, 2**20))

    async def live(times: int) -> None:
        for n in range(times):
            assert await store.create(f"w{n}", replace(start, seed=n))
            await store.snapshot(f"w{n}")
            assert await store.delete(f"w{n}")

    asyncio.run(live(100))
    tracemalloc.start()
    try:
        asyncio.run(live(100))
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        asyncio.run(live(3000))
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 100_000
