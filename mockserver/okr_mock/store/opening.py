"""Which store is meant by a setting; a further kind of store is a function here and its line in the table."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from okr_mock.exchange import Exchange
from okr_mock.journal import Journal
from okr_mock.settings import Settings, SettingsError
from okr_mock.store import Store, StoreError
from okr_mock.store.held import Bounds
from okr_mock.store.memory import MemoryStore
from okr_mock.world.start import Starts

MEMORY = "memory"
Parting = Callable[[str, Sequence[Exchange], int], None]
_Open = Callable[[Settings, Starts, Callable[[], int], Bounds, Parting], Store]


def open_store(settings: Settings, starts: Starts, clock: Callable[[], int], parting: Parting) -> Store:
    """Make the store that the settings name.

    Args:
        settings: name it, and say how much it keeps.
        starts: what each world starts from.
        clock: the real time, in milliseconds since the epoch.
        parting: told of each world whose journal is forgotten, and what stood in it.

    Raises:
        SettingsError: there is no such store, or it cannot be opened.
    """
    bounds = Bounds(
        settings.max_worlds,
        settings.max_records,
        settings.max_images,
        settings.max_world_bytes,
        settings.world_idle,
    )
    opened = _KINDS.get(settings.store.partition(":")[0])
    if opened is None:
        raise SettingsError(f"--store {settings.store}: there is no such store; {_FORMS}")
    return opened(settings, starts, clock, bounds, parting)


def _memory(
    settings: Settings, starts: Starts, clock: Callable[[], int], bounds: Bounds, parting: Parting
) -> MemoryStore:
    if settings.store != MEMORY:
        raise SettingsError(f"--store {settings.store}: {_FORMS}")
    journal = partial(Journal, settings.journal_exchanges, settings.journal_bytes)
    return MemoryStore(starts, clock, journal, bounds, parting=parting)


def _sqlite(settings: Settings, starts: Starts, clock: Callable[[], int], bounds: Bounds, parting: Parting) -> Store:
    from okr_mock.store.row import Size
    from okr_mock.store.sqlite import SQLiteStore  # nobody else needs sqlite3

    path = unquote(settings.store.removeprefix("sqlite:///"))
    if path == settings.store or not path:
        raise SettingsError(
            f"--store {settings.store}: say sqlite:///file.db, or sqlite:////folder/file.db from the root"
        )
    most = Size(settings.journal_exchanges, settings.journal_bytes)
    store = SQLiteStore(Path(path), starts, clock, most, bounds, parting=parting)
    try:
        store.open()
    except StoreError as error:
        raise SettingsError(f"--store {settings.store}: {error}") from error
    store.close()  # a worker opens it for itself
    return store


def _redis(settings: Settings, starts: Starts, clock: Callable[[], int], bounds: Bounds, parting: Parting) -> Store:
    from okr_mock.store.redis import RedisStore  # nobody else needs its client
    from okr_mock.store.redis_link import RedisLink

    try:
        link = RedisLink(settings.store, bounds.idle)
    except ValueError as error:  # it may hold a password and is not repeated
        raise SettingsError(f"--store: {error}; {_FORMS}") from error
    most = (settings.journal_exchanges, settings.journal_bytes)
    return RedisStore(link, starts, clock, most, bounds, parting)


_FORMS = "say memory, sqlite:///file.db or redis://host"
_KINDS: dict[str, _Open] = {
    MEMORY: _memory,
    "sqlite": _sqlite,
    "redis": _redis,
    "rediss": _redis,
    "unix": _redis,
}
