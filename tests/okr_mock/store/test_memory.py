import asyncio

import pytest

from feishu_okr.contract import Contract
from okr_mock.exchange import Exchange
from okr_mock.gateway.envelope import Refusal
from okr_mock.journal import Journal
from okr_mock.store.memory import Bounds, MemoryStore

BOUNDS = Bounds(worlds=3, records=2, world_bytes=100)


@pytest.fixture
def store(contract: Contract) -> MemoryStore:
    """An empty store with one entity in its fixture."""
    return MemoryStore({"a": b"fixture"}, contract.ledger.profile(), 7, lambda: 1000, lambda: Journal(10, 1000), BOUNDS)


EXCHANGE = Exchange(1, "x", 0, 200, 2, (b"{}",))


def test_commit(store: MemoryStore) -> None:
    """A commit changes, adds and removes entities and writes the journal of one world only."""

    async def story() -> None:
        turn = await store.begin("w")
        await store.commit(turn, {"a": b"changed", "b": b"new"}, EXCHANGE)
        assert (await store.read("w", "a"), await store.read("w", "b")) == (b"changed", b"new")
        await store.commit(await store.begin("w"), {"a": None, "b": None}, EXCHANGE)
        assert (await store.read("w", "a"), await store.read("w", "b")) == (None, None)
        assert await store.read("other", "a") == b"fixture"
        assert len((await store.journal("w")).exchanges) == 2
        assert (await store.journal("other")).exchanges == ()

    asyncio.run(story())


def test_turns_are_numbered(store: MemoryStore) -> None:
    """Turns of a world are numbered from 1, whoever asks; after a reset from 1 again."""

    async def story() -> None:
        turns = await asyncio.gather(*(store.begin("w") for _ in range(10)))
        assert [turn.n for turn in turns] == list(range(1, 11))
        assert (turns[0].world, turns[0].now) == ("w", 1000)
        await store.reset("w")
        assert (await store.begin("w")).n == 1

    asyncio.run(story())


def test_reset_during_a_call(store: MemoryStore) -> None:
    """A call that was running when its world was reset leaves no trace in the new one."""

    async def story() -> None:
        turn = await store.begin("w")
        await store.reset("w")
        await store.commit(turn, {"a": b"late"}, EXCHANGE)
        assert await store.read("w", "a") == b"fixture"

    asyncio.run(story())


def test_worlds_are_bounded(store: MemoryStore) -> None:
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


def test_records_are_bounded(store: MemoryStore) -> None:
    """One record too many is refused and nothing is changed; replacing and deleting stay possible."""

    async def story() -> None:
        turn = await store.begin("w")
        await store.commit(turn, {"progress_record/1": b"1", "progress_record/2": b"2"}, EXCHANGE)
        with pytest.raises(Refusal, match="record_limit"):
            await store.commit(turn, {"a": b"changed", "progress_record/3": b"3"}, EXCHANGE)
        assert await store.read("w", "a") == b"fixture"
        await store.commit(turn, {"progress_record/2": b"new"}, EXCHANGE)
        await store.commit(turn, {"progress_record/1": None}, EXCHANGE)
        await store.commit(turn, {"progress_record/3": b"3"}, EXCHANGE)

    asyncio.run(story())


def test_bytes_are_bounded(store: MemoryStore) -> None:
    """A world never holds more bytes than its bound; what is deleted counts no longer."""

    async def story() -> None:
        turn = await store.begin("w")
        await store.commit(turn, {"x": b"x" * 90}, EXCHANGE)
        with pytest.raises(Refusal, match="world_bytes_limit"):
            await store.commit(turn, {"y": b"y" * 11}, EXCHANGE)
        await store.commit(turn, {"x": b"x" * 100}, EXCHANGE)
        await store.commit(turn, {"x": None}, EXCHANGE)
        await store.commit(turn, {"y": b"y" * 100}, EXCHANGE)

    asyncio.run(story())
