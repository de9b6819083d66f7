import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from okr_mock.exchange import Exchange
from okr_mock.store.held import Bounds
from okr_mock.store.row import Size
from okr_mock.store.sqlite import SQLiteStore
from okr_mock.store.transaction import Transaction
from okr_mock.world.start import Start, Starts

EXCHANGE = Exchange(1, "operation", 0, 200, 10, (b"{", b"}"))
Told = list[tuple[str, int, int]]


@pytest.fixture
def told() -> Told:
    """What was told of forgotten journals: their world, what stood in them, and what had given way before."""
    return []


@pytest.fixture
def store(tmp_path: Path, start: Start, told: Told) -> Iterator[SQLiteStore]:
    """A store whose journals keep three exchanges."""

    def parting(world: str, exchanges: Sequence[Exchange], evicted: int) -> None:
        told.append((world, len(exchanges), evicted))

    bounds = Bounds(worlds=9, records=99, images=9, world_bytes=9999)
    file = tmp_path / "store.db"
    store = SQLiteStore(file, Starts(start, {}), lambda: 1000, Size(3, 1000), bounds, parting=parting)
    yield store
    store.close()


def statements(store: SQLiteStore) -> list[str]:
    """The statements that the store's connection runs from now on."""
    seen: list[str] = []
    store._database._open().set_trace_callback(seen.append)
    return seen


def test_calls_of_one_world_share_a_row(store: SQLiteStore) -> None:
    """However many calls of a world come at once, its row is read and written once."""

    async def story() -> list[int]:
        await store.begin("w")
        seen = statements(store)
        turns = await asyncio.gather(*(store.begin("w") for _ in range(8)))
        await asyncio.gather(*(store.commit(turn, {}, EXCHANGE) for turn in turns))
        assert len([text for text in seen if text.startswith("UPDATE world")]) == 2
        assert len([text for text in seen if " FROM world " in text]) == 2
        return [turn.n for turn in turns]

    assert asyncio.run(story()) == [2, 3, 4, 5, 6, 7, 8, 9]


def test_a_journal_keeps_its_size(store: SQLiteStore) -> None:
    """Of exchanges that come at once, the oldest give way, by number and by bytes, and are counted."""

    async def story(size: int) -> tuple[int, int]:
        world = f"w{size}"
        turns = await asyncio.gather(*(store.begin(world) for _ in range(8)))
        await asyncio.gather(*(store.commit(turn, {}, EXCHANGE._replace(n=turn.n, size=size)) for turn in turns))
        page = await store.journal(world)
        assert [exchange.n for exchange in page.exchanges] == list(range(9 - len(page.exchanges), 9))
        return len(page.exchanges), page.evicted

    assert asyncio.run(story(10)) == (3, 5)
    assert asyncio.run(story(400)) == (2, 6)
    assert asyncio.run(story(1001)) == (0, 8)


def test_sql_finds_what_waits(store: SQLiteStore) -> None:
    """SQL about worlds and journals sees what earlier calls have changed, and later calls see what it has changed."""

    def count(database: Transaction) -> object:
        return database.execute("SELECT n, (SELECT count(*) FROM exchange) FROM world").fetchone()

    def raise_number(database: Transaction) -> None:
        database.execute("UPDATE world SET n = 100")

    async def story() -> None:
        turn = await store.begin("w")
        calls = (store.commit(turn, {}, EXCHANGE), store.begin("w"), store._database.change(count))
        done = await asyncio.gather(*calls, store._database.change(raise_number), store.begin("w"))
        assert (done[1].n, done[2], done[4].n) == (2, (2, 1), 101)

    asyncio.run(story())


def test_what_gave_way_is_told_of_a_cleared_journal(store: SQLiteStore, told: Told) -> None:
    """A journal that is cleared in the transaction that filled it tells how many exchanges had given way."""

    async def story() -> None:
        turns = [await store.begin("w") for _ in range(5)]
        await asyncio.gather(*(store.commit(turn, {}, EXCHANGE) for turn in turns), store.clear_journal("w"))
        turns = [await store.begin("w") for _ in range(5)]
        commits = [asyncio.create_task(store.commit(turn, {}, EXCHANGE)) for turn in turns]
        asked = asyncio.create_task(store.facts("w"))  # after them, and in their transaction
        await asyncio.gather(*commits)
        assert (await asked).evicted == 2
        await asyncio.gather(*(store.commit(turn, {}, EXCHANGE) for turn in turns), store.reset("w"))

    asyncio.run(story())
    assert told == [("w", 3, 2), ("w", 3, 7)]


def test_a_bug_leaves_nothing_that_waits(store: SQLiteStore) -> None:
    """Of changes in one transaction, one that fails by our own mistake leaves no trace, and the others are made."""

    def bug(database: Transaction) -> None:
        life = database.life("w")
        assert life is not None
        database.put("w", life._replace(n=50))
        raise ZeroDivisionError

    async def story() -> None:
        await store.begin("w")
        failed = asyncio.create_task(store._database.change(bug))
        last = asyncio.create_task(store.begin("w"))
        with pytest.raises(ZeroDivisionError):
            await failed
        assert (await last).n == 2

    asyncio.run(story())


def test_nothing_is_known_after_a_failure(store: SQLiteStore) -> None:
    """A transaction that cannot be written changes nothing; the next one reads the file anew."""

    async def story() -> None:
        turn = await store.begin("w")
        connection = store._database._open()
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        large = EXCHANGE._replace(parts=(b"x" * 100_000,))
        results = await asyncio.gather(store.begin("w"), store.commit(turn, {}, large), return_exceptions=True)
        assert [type(result).__name__ for result in results] == ["StoreError", "StoreError"]
        assert (await store.begin("w")).n == 2

    asyncio.run(story())
