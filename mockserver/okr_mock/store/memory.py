"""The store in memory: no call waits for another, because nothing here awaits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from feishu_okr.contract import Profile
from okr_mock.exchange import Exchange
from okr_mock.gateway.envelope import Refusal
from okr_mock.journal import NO_WORLD, Journal
from okr_mock.store import Changes, Page
from okr_mock.world.fixture import RECORD
from okr_mock.world.turn import Turn, open_turn


@dataclass(frozen=True)
class Bounds:
    """How much the store keeps.

    Args:
        worlds: worlds at once.
        records: progress records a world.
        world_bytes: bytes of entities a world, those of the fixture not counted.
    """

    worlds: int
    records: int
    world_bytes: int


@dataclass
class _World:
    journal: Journal
    entities: dict[str, bytes | None] = field(default_factory=dict)
    n: int = 0
    generation: int = 0
    records: int = 0
    size: int = 0


class MemoryStore:
    """Worlds in this process; each holds what differs from the fixture.

    Args:
        fixture: stored bytes by key, what every world starts from.
        profile: options every world chooses.
        seed: seed of all ids.
        clock: milliseconds since the epoch.
        new_journal: makes an empty journal.
        bounds: how much is kept; what goes beyond is refused.
    """

    def __init__(
        self,
        fixture: Mapping[str, bytes],
        profile: Profile,
        seed: int,
        clock: Callable[[], int],
        new_journal: Callable[[], Journal],
        bounds: Bounds,
    ) -> None:
        self._fixture = fixture
        self._profile = profile
        self._seed = seed
        self._clock = clock
        self._new_journal = new_journal
        self._bounds = bounds
        self._worlds: dict[str, _World] = {}

    async def begin(self, world: str) -> Turn:
        found = self._worlds.get(world)
        if found is None:
            if len(self._worlds) >= self._bounds.worlds and world != NO_WORLD:
                raise Refusal("world_limit", limit=str(self._bounds.worlds))
            found = self._worlds[world] = _World(self._new_journal())
        found.n += 1
        return open_turn(world, found.n, self._seed, self._clock(), self._profile, found.generation)

    async def read(self, world: str, key: str) -> bytes | None:
        found = self._worlds.get(world)
        if found is not None and key in found.entities:
            return found.entities[key]
        return self._fixture.get(key)

    async def commit(self, turn: Turn, changes: Changes, exchange: Exchange) -> None:
        found = self._worlds.get(turn.world)
        if found is None:  # reset while this call was running: it belongs to the world that is gone
            return
        for key, value in changes.items():
            self._admit(found, key, value)
        for key, value in changes.items():
            _change(found, key, value, key in self._fixture)
        found.journal.append(exchange)

    def _admit(self, world: _World, key: str, value: bytes | None) -> None:
        """Refuse a change that would go beyond the bounds."""
        if value is None:
            return
        before = world.entities.get(key)
        if before is None and key.startswith(RECORD) and world.records >= self._bounds.records:
            raise Refusal("record_limit", limit=str(self._bounds.records))
        if world.size + len(value) - len(before or b"") > self._bounds.world_bytes:
            raise Refusal("world_bytes_limit", limit=str(self._bounds.world_bytes))

    async def journal(self, world: str) -> Page:
        found = self._worlds.get(world)
        return Page(tuple(found.journal), found.journal.evicted) if found else Page((), 0)

    async def clear_journal(self, world: str) -> None:
        if world in self._worlds:
            self._worlds[world].journal.clear()

    async def reset(self, world: str) -> None:
        self._worlds.pop(world, None)


def _change(world: _World, key: str, value: bytes | None, is_fixed: bool) -> None:
    before = world.entities.pop(key, None)
    world.size += len(value or b"") - len(before or b"")
    if key.startswith(RECORD):
        world.records += (value is not None) - (before is not None)
    if value is not None:
        world.entities[key] = memoryview(value).tobytes()  # orjson's bytes sit in a buffer twice their size
    elif is_fixed:
        world.entities[key] = None
