"""What the tails of the stores that processes share promise."""

import asyncio
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from okr_mock.exchange import Exchange
from okr_mock.store import Store
from okr_mock.store.redis import RedisStore
from okr_mock.store.redis_link import RedisLink
from okr_mock.store.row import Size
from okr_mock.store.sqlite import SQLiteStore
from okr_mock.store.tail import Follower, Tail
from okr_mock.world.start import Start, Starts
from tests.conftest import RECORDS, Serve
from tests.okr_mock.store.conftest import BOUNDS
from tests.redis_server import RedisServer

KEPT = 5
"""Exchanges that a journal keeps."""
Open = Callable[[], Store]


@pytest.fixture(params=["sqlite", "redis"])
def open_store(request: pytest.FixtureRequest, start: Start, tmp_path: Path) -> Open:
    """Opens one store as often as is asked, each time as a further process would."""
    if request.param == "sqlite":
        return lambda: SQLiteStore(tmp_path / "tail.db", Starts(start, {}), lambda: 1000, Size(KEPT, 9999), BOUNDS)
    url = request.getfixturevalue("redis_server").new_database()
    return lambda: on_redis(url, start)


def on_redis(url: str, start: Start) -> RedisStore:
    """A store as a process of its own would open it."""
    return RedisStore(RedisLink(url), Starts(start, {}), lambda: 1000, (KEPT, 9999), BOUNDS)


def exchange(world: str, n: int) -> Exchange:
    """A call that can be told from others, its bodies with what could pass for a line of facts."""
    head = b'{"n":%d,"world":"%b"' % (n, world.encode())
    return Exchange(n, "x", 0, 200, 40, (head, b',"request":', b'"[1]\\n [2,3]"', b"}"))


async def call(store: Store, *worlds: str) -> list[bytes]:
    """Make calls of worlds; gives their heads."""
    heads = []
    for world in worlds:
        turn = await store.begin(world)
        written = exchange(world, turn.n)
        await store.commit(turn, {}, written)
        heads.append(written.head)
    return heads


def tail_of(store: Store) -> Tail:
    """The tail of a store that has one."""
    assert store.tail is not None
    return store.tail


def run(open_store: Open, story: Callable[[Store, Store], object]) -> None:
    """Tell a story of two processes."""
    with closing(open_store()) as one, closing(open_store()) as other:
        asyncio.run(story(one, other))  # type: ignore[arg-type]


def test_all_processes_are_followed(open_store: Open) -> None:
    """Whatever process made a call, it is told once and in its place, from the moment the following began."""

    async def story(one: Store, other: Store) -> None:
        await call(one, "a", "b")
        async with tail_of(one).follow("") as all_worlds, tail_of(one).follow("a") as one_world:
            heads = [*await call(other, "a", "b", "a"), *await call(one, "c", "a")]
            assert await all_worlds.latest(10) == (heads, 0)
            assert await one_world.latest(10) == ([heads[0], heads[2], heads[4]], 0)
            assert await all_worlds.latest(10) == ([], 0)
            heads = await call(other, "b", "c")
            assert await all_worlds.latest(10) == (heads, 0)
            assert await one_world.latest(10) == ([], 0)

    run(open_store, story)


def test_what_is_left_out_is_counted(open_store: Open) -> None:
    """Of many calls the newest are told, and how many came besides them."""

    async def story(one: Store, other: Store) -> None:
        async with tail_of(one).follow("") as follower:
            heads = await call(other, *"abababab")
            assert await follower.latest(3) == (heads[-3:], 5)

    run(open_store, story)


async def heads_of(follower: Follower) -> list[bytes]:
    """What is told that was not told before."""
    return list((await follower.latest(99)).heads)


def test_a_journal_that_was_cleared_goes_on(open_store: Open) -> None:
    """Calls are told once, though their journal lost older ones, was cleared, or their world begins anew."""

    async def story(one: Store, other: Store) -> None:
        async with tail_of(one).follow("w") as follower:
            heads = await call(other, *"w" * (KEPT + 2))
            assert await heads_of(follower) == heads[2:]
            await other.clear_journal("w")
            assert await heads_of(follower) == []
            heads = await call(other, "w", "w")
            assert await heads_of(follower) == heads
            await other.delete("w")
            heads = await call(other, "w")
            assert await heads_of(follower) == heads

    run(open_store, story)


def test_databases_of_one_redis(redis_server: RedisServer, start: Start) -> None:
    """A process does not tell of calls that a world of the same name in another database has seen, nor counts them."""
    stores = [on_redis(redis_server.new_database(), start) for _ in range(2)]

    async def story() -> None:
        async with stores[0].tail.follow("w") as follower:
            await call(stores[1], "w", "w")
            heads = await call(stores[0], "w")
            await call(stores[1], "w")
            assert await follower.latest(10) == (heads, 0)

    asyncio.run(story())
    for store in stores:
        store.close()


def test_a_stream_tells_of_all_machines(redis_server: RedisServer, serve: Serve) -> None:
    """Who watches the calls of one server hears of those that another one on the same Redis answers."""
    store = ("--store", redis_server.new_database())
    one, other = serve(*store), serve(*store)
    with httpx2.stream("GET", f"{one}/__admin/events?past=0") as stream:
        told = (json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: "))
        assert next(told)["calls"] == []
        httpx2.post(f"{other}{RECORDS}", headers={"Authorization": "Bearer t-dev.elsewhere"})
        assert [(call["world"], call["n"]) for call in next(told)["calls"]] == [("elsewhere", 1)]
