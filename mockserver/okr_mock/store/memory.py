"""The store in memory: no call waits for another, because nothing here awaits."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from feishu_okr.contract import Operation
from okr_mock.exchange import Exchange
from okr_mock.gateway.envelope import Refusal
from okr_mock.journal import NO_WORLD, Journal
from okr_mock.store import STEP, Changes, Meter, Page, WorldFacts
from okr_mock.store.basis import Basis
from okr_mock.store.claim import Claim, Counts, Fired
from okr_mock.store.held import Bounds, Held, merged
from okr_mock.store.news import News
from okr_mock.store.tally import Tally
from okr_mock.store.window import Window
from okr_mock.world.clock import Clock
from okr_mock.world.fixture import RECORD, Entities, Key
from okr_mock.world.start import Start, Starts
from okr_mock.world.turn import Quota, Turn, open_turn


@dataclass
class _World:
    start: Start
    journal: Journal
    held: Held
    used: float
    n: int
    life: int
    generation: int = 0
    windows: dict[tuple[str, str], Window] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    snapshot: Held | None = None

    def begin_scenarios(self) -> None:
        """Forget what steps have counted, and their rate limits; quotas of the API go on."""
        self.tally = Tally()
        self.windows = {name: window for name, window in self.windows.items() if name[0] != STEP}


class MemoryStore:
    """Worlds in this process; each holds what differs from its fixture.

    Args:
        starts: what each world starts from.
        clock: the real time, in milliseconds since the epoch.
        new_journal: makes an empty journal.
        bounds: how much is kept; what goes beyond is refused.
        uptime: seconds from any moment on, for the idleness of worlds, which no clock of a world moves.
        parting: told of each world whose journal is forgotten, and what stands in it.
    """

    tail = None

    def __init__(
        self,
        starts: Starts,
        clock: Callable[[], int],
        new_journal: Callable[[], Journal],
        bounds: Bounds,
        uptime: Callable[[], float] = monotonic,
        parting: Callable[[str, Sequence[Exchange], int], None] = lambda *_: None,
    ) -> None:
        self._starts = starts
        self._clock = clock
        self._new_journal = new_journal
        self._bounds = bounds
        self._uptime = uptime
        self._parting = parting
        self._worlds: OrderedDict[str, _World] = OrderedDict()
        self._fired: set[tuple[str, str]] = set()
        self._news = News()
        self._lives = 0

    async def begin(self, world: str, app: str = "", operation: Operation | None = None) -> Turn:
        found = self._worlds.get(world)
        if found is None or self._bounds.idle:
            found = self._find(world)
        found.n += 1
        now = found.held.clock.read(self._clock())
        quota = None
        if operation is not None and operation.quota and found.start.quota != "off":
            calls, seconds = operation.quota
            quota = await self.count(world, Meter((app, operation.id), found.start.allowed(calls), seconds))
        return open_turn(world, found.n, now, found.start, found.generation, quota, found.life)

    async def read(self, world: str, key: Key) -> bytes | None:
        found = self._worlds.get(world)
        group, name = key
        if found is not None:
            held = found.held.groups.get(group)
            if held is not None and name in held:
                return held[name]
            start = found.start
        else:
            start = self._starts[world]
        first = start.fixture.entities.get(group)
        return first.get(name) if first else None

    async def scan(self, world: str, groups: Sequence[str]) -> list[Mapping[str, bytes]]:
        found = self._worlds.get(world)
        held = found.held.groups if found else {}
        first = (found.start if found else self._starts[world]).fixture.entities
        return [merged(first.get(group, {}), held.get(group)) for group in groups]

    async def commit(self, turn: Turn, changes: Changes, exchange: Exchange, basis: Basis = ()) -> None:  # noqa: ARG002 - no call comes between
        found = self._worlds.get(turn.world)
        if found is None or found.life != turn.life:  # this call belongs to a world that is gone
            return
        if changes:
            found.held.admit(changes, self._bounds)
            found.held.apply(changes, found.start.fixture.entities)
        found.journal.append(exchange)
        if self._news.waiting:
            self._news.tell(turn.world)

    async def claim(self, turn: Turn, claims: Sequence[Claim]) -> Fired | None:
        found = self._worlds.get(turn.world)
        return found.tally.claim(claims, turn.start.seed) if found else None

    async def counts(self, world: str) -> Mapping[tuple[str, str], Counts]:
        found = self._worlds.get(world)
        return dict(found.tally.counts) if found else {}

    async def states(self, world: str) -> Mapping[str, str]:
        found = self._worlds.get(world)
        return dict(found.tally.states) if found else {}

    async def fired(self) -> set[tuple[str, str]]:
        tallies = (world.tally for world in self._worlds.values())
        return self._fired | {name for tally in tallies for name in tally.fired}

    async def forget_counts(self, world: str) -> None:
        if world in self._worlds:
            self._retire(self._worlds[world])
            self._worlds[world].begin_scenarios()

    async def count(self, world: str, meter: Meter) -> Quota:
        found = self._find(world)
        now = found.held.clock.read(self._clock())
        window = found.windows.setdefault(meter.name, Window())
        return window.count(meter.calls, meter.seconds, now, found.start.profile["quota_window"])

    async def expire_tokens(self, world: str) -> int:
        found = self._find(world)
        found.generation += 1
        return found.generation

    async def journal(self, world: str) -> Page:
        found = self._worlds.get(world)
        return Page(tuple(found.journal), found.journal.evicted) if found else Page((), 0)

    async def next_exchange(self, world: str, seconds: float) -> None:
        await self._news.wait(world, seconds)

    async def clear_journal(self, world: str) -> None:
        if world in self._worlds:
            journal = self._worlds[world].journal
            self._parting(world, tuple(journal), journal.evicted)
            journal.clear()

    async def reset(self, world: str) -> None:
        found = self._worlds.pop(world, None)
        if found:
            self._part(world, found)
        if found and world in self._starts.own:
            self._find(world)

    def _part(self, name: str, world: _World) -> None:
        """Let a world go, its journal with it."""
        self._retire(world)
        self._parting(name, tuple(world.journal), world.journal.evicted)

    def _retire(self, world: _World) -> None:
        """Remember which steps have fired in a world that is no more."""
        self._fired |= world.tally.fired

    async def create(self, world: str, start: Start) -> bool:
        if world in self._worlds:
            return False
        self._starts.add(world, start)
        try:
            self._find(world)
        except Refusal:
            self._starts.remove(world)
            raise
        return True

    async def restart(self, world: str, start: Start, *, is_new: bool) -> None:
        found = self._find(world)
        self._retire(found)
        self._starts.add(world, start)
        if is_new:
            self._parting(world, tuple(found.journal), found.journal.evicted)
            self._worlds[world] = self._new_world(start)
            return
        before, found.start = found.start, start
        if start.sets_clock or before.sets_clock:
            found.held.clock = start.clock(self._clock())
        found.begin_scenarios()

    async def delete(self, world: str) -> bool:
        self._starts.remove(world)
        found = self._worlds.pop(world, None)
        if found:
            self._part(world, found)
        return found is not None

    async def worlds(self) -> list[WorldFacts]:
        return [self._facts(name, world) for name, world in self._worlds.items() if name != NO_WORLD]

    async def facts(self, world: str) -> WorldFacts:
        return self._facts(world, self._find(world))

    async def set_clock(self, world: str, clock: Clock) -> None:
        self._find(world).held.clock = clock

    async def entities(self, world: str) -> Entities:
        found = self._worlds.get(world)
        held = found.held.groups if found else {}
        first = (found.start if found else self._starts[world]).fixture.entities
        return {group: merged(first.get(group, {}), held.get(group)) for group in {**first, **held}}

    async def snapshot(self, world: str) -> None:
        found = self._find(world)
        found.snapshot = found.held.copy()

    async def restore(self, world: str) -> bool:
        found = self._worlds.get(world)
        if found is None or found.snapshot is None:
            return False
        found.held = found.snapshot.copy()
        return True

    async def learn(self) -> None:
        pass  # nobody else makes worlds here

    async def check(self) -> None:
        pass  # it cannot fail

    def close(self) -> None:
        pass  # it goes with the process

    def _find(self, world: str) -> _World:
        """Find a world or bring it to life; worlds stand in the order of their last use if idle ones are forgotten."""
        if self._bounds.idle:
            self._forget_idle()
        found = self._worlds.get(world)
        if found is None:
            if len(self._worlds) >= self._bounds.worlds and world != NO_WORLD:
                raise Refusal("world_limit", limit=str(self._bounds.worlds))
            found = self._worlds[world] = self._new_world(self._starts[world])
        if self._bounds.idle:
            found.used = self._uptime()
            self._worlds.move_to_end(world)
        return found

    def _new_world(self, start: Start) -> _World:
        self._lives += 1
        held = Held(clock=start.clock(self._clock()))
        return _World(start, self._new_journal(), held, 0.0, start.fixture.document.get("calls", 0), self._lives)

    def _forget_idle(self) -> None:
        oldest = self._uptime() - self._bounds.idle
        while self._worlds and next(iter(self._worlds.values())).used < oldest:
            name, world = self._worlds.popitem(last=False)
            self._part(name, world)
            self._starts.remove(name)

    def _facts(self, name: str, world: _World) -> WorldFacts:
        held = world.held
        now = held.clock.read(self._clock())
        sizes = (world.n, held.counts[RECORD], held.size)
        return WorldFacts(name, world.start, held.clock, now, *sizes, world.snapshot is not None, world.journal.evicted)
