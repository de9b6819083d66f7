"""The stores that the suite in test_store.py runs on: a new one is a function here and its line in STORES."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from okr_mock.journal import Journal
from okr_mock.store import Store
from okr_mock.store.held import Bounds
from okr_mock.store.memory import MemoryStore
from okr_mock.store.redis import RedisStore
from okr_mock.store.redis_link import RedisLink
from okr_mock.store.row import Size
from okr_mock.store.sqlite import SQLiteStore
from okr_mock.world.start import Start, Starts
from tests.redis_server import RedisServer, running_redis

BOUNDS = Bounds(worlds=3, records=2, images=1, world_bytes=100)
FIRST_TIME = 1000


class Wanted(NamedTuple):
    """What a test wants of a store.

    Args:
        starts: what its worlds start from; "group" "a" is in every fixture.
        bounds: how much it keeps.
        uptime: seconds, for the idleness of worlds.
        folder: an empty folder of the test.
        redis: the address of an empty database; "" where it was not asked for.
    """

    starts: Starts
    bounds: Bounds
    uptime: Callable[[], float]
    folder: Path
    redis: str = ""


def _memory(wanted: Wanted) -> Store:
    return MemoryStore(wanted.starts, lambda: FIRST_TIME, lambda: Journal(10, 1000), wanted.bounds, wanted.uptime)


def _sqlite(wanted: Wanted) -> Store:
    most, path = Size(10, 1000), wanted.folder / "store.db"
    return SQLiteStore(path, wanted.starts, lambda: FIRST_TIME, most, wanted.bounds, wanted.uptime)


def _redis(wanted: Wanted) -> Store:
    return RedisStore(RedisLink(wanted.redis), wanted.starts, lambda: FIRST_TIME, (10, 1000), wanted.bounds)


STORES: dict[str, Callable[[Wanted], Store]] = {"memory": _memory, "sqlite": _sqlite, "redis": _redis}

Make = Callable[..., Store]


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A server that keeps nothing, for all tests of a session."""
    with running_redis() as server:
        yield server


@pytest.fixture(params=list(STORES))
def make_store(request: pytest.FixtureRequest, start: Start, tmp_path: Path) -> Iterator[Make]:
    """Makes empty stores of each kind; those that one test makes share nothing but what it gives them."""
    made: list[Store] = []

    def make(bounds: Bounds = BOUNDS, uptime: Callable[[], float] = float) -> Store:
        fixture = replace(start.fixture, entities={"group": {"a": b"fixture"}})
        starts = Starts(replace(start, fixture=fixture), {})
        redis = request.getfixturevalue("redis_server").new_database() if request.param == "redis" else ""
        made.append(STORES[request.param](Wanted(starts, bounds, uptime, tmp_path, redis)))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(make_store: Make) -> Store:
    """A store of each kind, with the usual bounds."""
    return make_store()
