import asyncio
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from okr_mock.exchange import Exchange
from okr_mock.store import Meter, StoreError
from okr_mock.store.claim import Claim, Fired
from okr_mock.store.held import Bounds
from okr_mock.store.row import Size
from okr_mock.store.sqlite import SQLiteStore
from okr_mock.store.transaction import Transaction
from okr_mock.world.clock import Clock
from okr_mock.world.fixture import build_fixture
from okr_mock.world.start import Start, Starts
from tests.conftest import MakeClient

BOUNDS = Bounds(worlds=10, records=1000, images=10, world_bytes=1_000_000)
EXCHANGE = Exchange(1, "x", 0, 200, 4, (b'{"n":1', b',"request":null', b"}"))
KEY = ("group", "a")

Open = Callable[[], SQLiteStore]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the store of a test is."""
    return tmp_path / "store.db"


@pytest.fixture
def open_store(file: Path, start: Start) -> Iterator[Open]:
    """Opens the one file as often as is asked, each time as a further process would."""
    opened: list[SQLiteStore] = []

    def make() -> SQLiteStore:
        store = SQLiteStore(file, Starts(start, {}), lambda: 1000, Size(10, 1000), BOUNDS, patience=0.05)
        opened.append(store)
        return store

    yield make
    for store in opened:
        store.close()


def test_everything_is_shared(open_store: Open, start: Start) -> None:
    """What one process changes another sees at once: entities, numbers, tokens, steps, quotas, clock, start, calls."""
    one, other = open_store(), open_store()
    own = replace(start, seed=7, scenarios=("rate_limit",), usual=start)
    meter = Meter(("app", "operation"), 1, 60)

    async def story() -> None:
        assert await one.create("w", own)
        assert not await other.create("w", own)
        turn = await one.begin("w")
        assert turn.start == (await other.begin("w")).start
        await one.commit(turn, {KEY: b"value"}, EXCHANGE)
        assert await other.read("w", KEY) == b"value"
        assert (await other.journal("w")).exchanges[0].data == EXCHANGE.data
        assert [(await store.begin("w")).n for store in (one, other, one)] == [3, 4, 5]
        assert await one.expire_tokens("w") == (await other.begin("w")).generation == 1
        claims = [Claim("s", "once", times=1, states=("next",))]
        assert [await store.claim(turn, claims) for store in (one, other)] == [Fired(0, 1), None]
        assert await other.states("w") == {"s": "next"}
        assert [(await store.count("w", meter)).is_spent for store in (one, other)] == [False, True]
        await one.set_clock("w", Clock(frozen=5000))
        assert (await other.begin("w")).now == 5000
        assert await other.delete("w")
        assert (await one.begin("w")).start.seed == start.seed

    asyncio.run(story())


def test_apps_of_worlds_made_elsewhere(open_store: Open, start: Start) -> None:
    """An app that is declared in a world made by another process leads there, once that is asked for."""
    document = {**start.fixture.document, "apps": [{"id": "cli_elsewhere", "secret": "x"}]}
    own = replace(start, fixture=build_fixture(document))
    one = open_store()
    starts = Starts(start, {})
    other = SQLiteStore(Path(one._database._path), starts, lambda: 1000, Size(10, 1000), BOUNDS)

    async def story() -> None:
        await one.create("w", own)
        assert starts.home("cli_elsewhere") == "cli_elsewhere"
        await other.learn()
        assert starts.home("cli_elsewhere") == "w"
        await one.delete("w")
        await other.learn()
        assert starts.home("cli_elsewhere") == "cli_elsewhere"

    asyncio.run(story())
    other.close()


def test_a_restart_forgets_nothing(open_store: Open, start: Start) -> None:
    """A store that is opened again goes on where it ended, its snapshot and the starts of its worlds too."""

    async def before(store: SQLiteStore) -> None:
        await store.create("w", replace(start, seed=7))
        await store.commit(await store.begin("w"), {KEY: b"value"}, EXCHANGE)
        await store.snapshot("w")
        await store.commit(await store.begin("w"), {KEY: None}, EXCHANGE)

    async def after(store: SQLiteStore) -> None:
        turn = await store.begin("w")
        assert (turn.n, turn.start.seed) == (3, 7)
        assert await store.read("w", KEY) is None
        assert await store.restore("w")
        assert await store.read("w", KEY) == b"value"
        assert len((await store.journal("w")).exchanges) == 2

    first = open_store()
    asyncio.run(before(first))
    first.close()
    asyncio.run(after(open_store()))


def test_a_wait_ends_by_another_process(open_store: Open) -> None:
    """Who waits for a world's next exchange is woken by what another process writes."""
    one, other = open_store(), open_store()

    async def story() -> None:
        waiting = asyncio.create_task(one.next_exchange("w", 60))
        await asyncio.sleep(0)
        await other.commit(await other.begin("w"), {}, EXCHANGE)
        await asyncio.wait_for(waiting, 10)

    asyncio.run(story())


def test_a_locked_store(open_store: Open, file: Path) -> None:
    """While another program holds the lock, changes fail after a while and say so, reads go on; then all is well."""
    store = open_store()

    async def story() -> None:
        await store.commit(await store.begin("w"), {KEY: b"value"}, EXCHANGE)
        with closing(sqlite3.connect(file, isolation_level=None)) as rude:
            rude.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked; another program holds its lock"):
                await store.begin("w")
            with pytest.raises(StoreError, match="locked"):
                await store.check()
            assert await store.read("w", KEY) == b"value"
            rude.execute("ROLLBACK")
        await store.check()
        assert (await store.begin("w")).n == 2

    asyncio.run(story())


def test_a_full_disk(open_store: Open) -> None:
    """A change that finds no room fails and changes nothing; with room again all is well."""
    store = open_store()

    async def story() -> None:
        turn = await store.begin("w")
        connection = store._database._open()
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="full; make room on its disk"):
            await store.commit(turn, {KEY: b"value", ("group", "large"): b"x" * 100_000}, EXCHANGE)
        assert await store.read("w", KEY) is None
        assert (await store.journal("w")).exchanges == ()
        await store.commit(turn, {KEY: b"value"}, EXCHANGE)
        assert await store.read("w", KEY) == b"value"

    asyncio.run(story())


@pytest.mark.parametrize("content", [b"no database, but long enough to be looked at" * 40, None])
def test_a_file_of_others(open_store: Open, file: Path, content: bytes | None) -> None:
    """A file that another program has made is left as it is, and the error says what to do."""
    if content is None:
        with closing(sqlite3.connect(file)) as database:
            database.execute("CREATE TABLE theirs (x)")
    else:
        file.write_bytes(content)
    with pytest.raises(StoreError, match="name another file"):
        open_store().open()


def test_a_bug_fails_one_change_alone(open_store: Open) -> None:
    """Of changes that are committed together, one that goes wrong by our own mistake leaves the others as they are."""
    store = open_store()

    def bug(database: Transaction) -> None:
        database.execute("UPDATE world SET n = 100")
        raise ZeroDivisionError

    async def story() -> None:
        first = asyncio.create_task(store.begin("w"))
        failed = asyncio.create_task(store._database.change(bug))
        last = asyncio.create_task(store.begin("w"))
        with pytest.raises(ZeroDivisionError):
            await failed
        assert [(await turn).n for turn in (first, last)] == [1, 2]

    asyncio.run(story())


def test_only_its_owner_may_read_it(open_store: Open, file: Path) -> None:
    """What callers have sent can be read by the owner of the file alone."""
    store = open_store()
    asyncio.run(store.check())
    assert {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()} == {0o600}


def test_a_failing_store_is_the_apis_500(make_client: MakeClient, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """While the store cannot be written, calls get the API's own 500, control routes 503; then all is well again."""
    client = make_client(store=f"sqlite:///{file}")
    store = client.app.emulator.store  # type: ignore[attr-defined]
    store._database._patience = 0.05
    path = "/open-apis/okr/v1/progress_records/1"
    assert client.get(path).json()["code"] == 1001004
    with closing(sqlite3.connect(file, isolation_level=None)) as rude:
        rude.execute("BEGIN IMMEDIATE")
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (500, 1009999)
        assert "the store" in caplog.text
        assert "a bug" not in caplog.text
        assert client.get("/readyz").status_code == 503
        assert client.get("/__admin/requests").status_code == 503
    assert client.get("/readyz").status_code == 200
    assert client.get(path).json()["code"] == 1001004
    store.close()
