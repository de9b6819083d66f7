"""What the store in Redis promises beyond the suite: several processes, failures, expiry."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from okr_mock.exchange import Exchange
from okr_mock.store import Meter, StoreError
from okr_mock.store.claim import Claim, Fired
from okr_mock.store.redis import RedisStore
from okr_mock.store.redis_link import RedisLink, keys_of
from okr_mock.store.tally import Tally
from okr_mock.store.window import Window
from okr_mock.world.start import Start, Starts
from tests.okr_mock.store.conftest import BOUNDS
from tests.redis_server import RedisServer, running_redis

BIG = replace(BOUNDS, worlds=100, records=100_000, world_bytes=10**8)
EXCHANGE = Exchange(1, "x", 0, 200, 2, (b"{}",))


def open_store(url: str, start: Start, idle: int = 0) -> RedisStore:
    """A store as a process of its own would open it."""
    return RedisStore(RedisLink(url, idle), Starts(start, {}), lambda: 1000, (10, 1000), BIG)


@pytest.fixture
def keeper() -> Iterator[RedisServer]:
    """A server of its own that keeps what was acknowledged, also when it is killed."""
    with running_redis("always") as server:
        yield server


def test_two_processes_share_a_world(redis_server: RedisServer, start: Start) -> None:
    """What one process commits, removes or gives a start of its own, the other knows with its next turn; ids differ."""
    url = redis_server.new_database()

    async def story() -> None:
        one, two = open_store(url, start), open_store(url, start)
        first, second = await one.begin("w"), await two.begin("w")
        assert {first.n, second.n} == {1, 2}
        await one.commit(first, {("g", "a"): b"1", ("g", "b"): b"2"}, EXCHANGE)
        assert await two.read("w", ("g", "a")) is None  # as its call began
        await two.commit(second, {("g", "b"): None}, EXCHANGE)
        await two.begin("w")
        assert await two.scan("w", ["g"]) == [{"a": b"1"}]
        assert await one.create("own", replace(start, seed=9))
        assert (await two.begin("own")).start.seed == 9
        assert await one.expire_tokens("w") == (await two.begin("w")).generation == 1
        await two.next_exchange("w", 0.01)

    asyncio.run(story())


def test_a_call_without_changes_misses_none(redis_server: RedisServer, start: Start) -> None:
    """What another process commits while a call runs that changes nothing is known with the next turn."""
    url = redis_server.new_database()

    async def story() -> None:
        one, two = open_store(url, start), open_store(url, start)
        turn = await one.begin("w")
        await two.commit(await two.begin("w"), {("g", "a"): b"1"}, EXCHANGE)
        await one.commit(turn, {}, EXCHANGE)
        await one.begin("w")
        assert await one.read("w", ("g", "a")) == b"1"

    asyncio.run(story())


def test_a_step_fires_once_over_all_processes(redis_server: RedisServer, start: Start) -> None:
    """64 steps that fire once each are fired 64 times by calls that two processes make at once, no more."""
    url = redis_server.new_database()
    claims = [Claim("s", str(n), times=1) for n in range(64)]

    async def story() -> None:
        stores = [open_store(url, start), open_store(url, start)]
        turns = [await store.begin("w") for store in stores]
        asked = [stores[n % 2].claim(turns[n % 2], claims) for n in range(96)]
        fired = Counter(await asyncio.gather(*asked))
        assert fired == {Fired(n, 1): 1 for n in range(64)} | {None: 32}

    asyncio.run(story())


def test_scripts_judge_as_this_process_would(redis_server: RedisServer, start: Start) -> None:
    """Steps fire and quotas count in Redis as in memory: counts, states, draws and windows of both kinds."""
    claims = [
        Claim("s", "rare", probability=0.3, times=9),
        Claim("s", "late", after=2, every=3, state="start", states=("on", None)),
        Claim("s", "some", calls=frozenset({2, 5}), state="on", states=("start",)),
    ]

    async def story() -> None:
        store, tally, window = open_store(redis_server.new_database(), start), Tally(), Window()
        turn = await store.begin("w")
        for _ in range(60):
            assert await store.claim(turn, claims) == tally.claim(claims, turn.start.seed)
        assert (await store.counts("w"), await store.states("w")) == (tally.counts, tally.states)
        meter = Meter(("a", "b"), 2, 60)
        for _ in range(4):
            assert await store.count("w", meter) == window.count(2, 60, 1000, "fixed")

    asyncio.run(story())


def test_a_killed_server_loses_nothing_acknowledged(keeper: RedisServer, start: Start) -> None:
    """While Redis is gone the store says so; once it is back all that was acknowledged is there, and calls go on."""

    async def story() -> None:
        store, kept = open_store(keeper.url, start), set()
        for _ in range(50):
            turn = await store.begin("w")
            await store.commit(turn, {("progress_record", str(turn.n)): b"x"}, EXCHANGE)
            kept.add(str(turn.n))
        keeper.kill()
        for failing in (store.begin("w"), store.check(), store.journal("w")):
            with pytest.raises(StoreError, match="fails"):
                await failing
        await asyncio.to_thread(keeper.start)
        await store.check()
        assert set((await store.entities("w"))["progress_record"]) >= kept
        assert (await store.begin("w")).n == 51

    asyncio.run(story())


def test_idle_worlds_expire(redis_server: RedisServer, start: Start) -> None:
    """Every key of a world gets the time that is set, and one that has expired begins anew."""

    async def story() -> None:
        link = RedisLink(redis_server.new_database(), 100)
        store = RedisStore(link, Starts(start, {}), lambda: 1000, (10, 1000), BIG)
        await store.commit(await store.begin("w"), {("g", "a"): b"1"}, EXCHANGE)
        for key in await link.redis.keys("okr-mock:{w}:*"):
            assert 90 < await link.redis.ttl(key) <= 100
        await link.redis.delete(*keys_of("w"))  # as expiry does
        assert await store.worlds() == []
        assert (await store.begin("w")).n == 1

    asyncio.run(story())
