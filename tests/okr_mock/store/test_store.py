"""What every store promises; `conftest.py` names the stores."""

import asyncio
from dataclasses import replace

import pytest

from okr_mock.exchange import Exchange
from okr_mock.gateway.envelope import Refusal
from okr_mock.store import Store
from okr_mock.world.clock import Clock
from okr_mock.world.start import Start
from tests.okr_mock.store.conftest import BOUNDS, Make

A, B = ("group", "a"), ("group", "b")
RECORDS = [("progress_record", str(n)) for n in range(4)]
EXCHANGE = Exchange(1, "x", 0, 200, 2, (b"{}",))


def test_commit(store: Store) -> None:
    """A commit changes, adds and removes entities and writes the journal of one world only."""

    async def story() -> None:
        turn = await store.begin("w")
        await store.commit(turn, {A: b"changed", B: b"new"}, EXCHANGE)
        assert (await store.read("w", A), await store.read("w", B)) == (b"changed", b"new")
        assert await store.scan("w", ["group", "none"]) == [{"a": b"changed", "b": b"new"}, {}]
        await store.commit(await store.begin("w"), {A: None, B: None}, EXCHANGE)
        assert (await store.read("w", A), await store.read("w", B)) == (None, None)
        assert await store.scan("w", ["group"]) == [{}]
        assert await store.read("other", A) == b"fixture"
        assert await store.scan("other", ["group"]) == [{"a": b"fixture"}]
        assert len((await store.journal("w")).exchanges) == 2
        assert (await store.journal("other")).exchanges == ()

    asyncio.run(story())


def test_a_commit_wakes_who_waits(store: Store) -> None:
    """Who waits for the next exchange of a world is woken by its commit, also if the world began anew meanwhile."""

    async def story() -> None:
        waiting = asyncio.create_task(store.next_exchange("w", 60))
        await asyncio.sleep(0)
        await store.commit(await store.begin("other"), {}, EXCHANGE)
        await store.reset("w")
        assert not waiting.done()
        await store.commit(await store.begin("w"), {}, EXCHANGE)
        await asyncio.wait_for(waiting, 10)

    asyncio.run(story())


def test_turns_are_numbered(store: Store) -> None:
    """Turns of a world are numbered from 1, whoever asks; after a reset from 1 again."""

    async def story() -> None:
        turns = await asyncio.gather(*(store.begin("w") for _ in range(10)))
        assert sorted(turn.n for turn in turns) == list(range(1, 11))
        assert (turns[0].world, turns[0].now) == ("w", 1000)
        await store.reset("w")
        assert (await store.begin("w")).n == 1

    asyncio.run(story())


def test_reset_during_a_call(store: Store) -> None:
    """A call that was running when its world was reset leaves no trace in the new one."""

    async def story() -> None:
        turn = await store.begin("w")
        await store.reset("w")
        await store.commit(turn, {A: b"late"}, EXCHANGE)
        assert await store.read("w", A) == b"fixture"

    asyncio.run(story())


def test_worlds_are_bounded(store: Store) -> None:
    """One world too many is refused; a reset makes room; the world of no world is always there."""

    async def story() -> None:
        for world in ("a", "b", "c"):
            await store.begin(world)
        with pytest.raises(Refusal, match="world_limit"):
            await store.begin("d")
        await store.begin("-")
        await store.reset("a")
        await store.reset("-")
        await store.begin("d")

    asyncio.run(story())


def test_records_are_bounded(store: Store) -> None:
    """One record too many is refused and nothing is changed; replacing and deleting stay possible."""

    async def story() -> None:
        turn = await store.begin("w")
        await store.commit(turn, {RECORDS[1]: b"1", RECORDS[2]: b"2"}, EXCHANGE)
        with pytest.raises(Refusal, match="record_limit"):
            await store.commit(turn, {A: b"changed", RECORDS[3]: b"3"}, EXCHANGE)
        assert await store.read("w", A) == b"fixture"
        await store.commit(turn, {RECORDS[2]: b"new"}, EXCHANGE)
        await store.commit(turn, {RECORDS[1]: None}, EXCHANGE)
        await store.commit(turn, {RECORDS[3]: b"3"}, EXCHANGE)

    asyncio.run(story())


def test_images_are_bounded(store: Store) -> None:
    """One image too many is refused."""

    async def story() -> None:
        turn = await store.begin("w")
        await store.commit(turn, {("image", "1"): b"1"}, EXCHANGE)
        with pytest.raises(Refusal, match="image_limit"):
            await store.commit(turn, {("image", "2"): b"2"}, EXCHANGE)

    asyncio.run(story())


def test_bytes_are_bounded(store: Store) -> None:
    """A world never holds more bytes than its bound; what is deleted counts no longer."""

    async def story() -> None:
        turn = await store.begin("w")
        await store.commit(turn, {("g", "x"): b"x" * 90}, EXCHANGE)
        with pytest.raises(Refusal, match="world_bytes_limit"):
            await store.commit(turn, {("g", "y"): b"y" * 6, ("g", "z"): b"z" * 5}, EXCHANGE)
        await store.commit(turn, {("g", "x"): b"x" * 100}, EXCHANGE)
        await store.commit(turn, {("g", "x"): None}, EXCHANGE)
        await store.commit(turn, {("g", "y"): b"y" * 100}, EXCHANGE)

    asyncio.run(story())


def test_snapshot(store: Store) -> None:
    """A restored world holds what it held, its clock and bounds too; numbers go on, and it can be restored again."""

    async def story() -> None:
        turn = await store.begin("w")
        await store.commit(turn, {B: b"first", RECORDS[1]: b"1"}, EXCHANGE)
        await store.set_clock("w", Clock(frozen=5000))
        assert not await store.restore("w")
        await store.snapshot("w")
        for _ in range(2):
            await store.commit(await store.begin("w"), {A: None, B: b"second", RECORDS[2]: b"2"}, EXCHANGE)
            await store.set_clock("w", Clock())
            assert await store.restore("w")
            assert await store.scan("w", ["group"]) == [{"a": b"fixture", "b": b"first"}]
            facts = await store.facts("w")
            assert (facts.records, facts.now) == (1, 5000)
        assert (await store.begin("w")).n == 4

    asyncio.run(story())


def test_worlds_of_their_own(store: Store, start: Start) -> None:
    """A world that was made keeps its start over a reset; one that was deleted begins like any other."""

    async def story() -> None:
        own = replace(start, seed=99)
        assert await store.create("w", own)
        assert not await store.create("w", own)
        await store.reset("w")
        assert (await store.begin("w")).start.seed == 99
        assert [facts.name for facts in await store.worlds()] == ["w"]
        assert await store.delete("w")
        assert not await store.delete("w")
        assert (await store.begin("w")).start.seed == 0

    asyncio.run(story())


@pytest.mark.parametrize("make_store", ["memory", "sqlite"], indirect=True)  # Redis has its own clock for it
def test_idle_worlds_are_forgotten(make_store: Make) -> None:
    """A world that nobody called for the time that is set gives way; one that is called stays."""
    now = [100.0]
    store = make_store(replace(BOUNDS, idle=10), lambda: now[0])

    async def story() -> None:
        await store.begin("old")
        await store.begin("kept")
        now[0] += 8
        await store.begin("kept")
        now[0] += 8
        await store.begin("new")
        assert [facts.name for facts in await store.worlds()] == ["kept", "new"]

    asyncio.run(story())
