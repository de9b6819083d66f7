"""The store in Redis: processes on many machines share its worlds; each keeps a replica of what it has seen.

A call makes two round trips: its begin brings what others have changed, its commit is one script. Between the two it
sees the world as it began. A step that might fire costs a third.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar

from feishu_okr.contract import Operation
from okr_mock.exchange import Exchange
from okr_mock.gateway.envelope import Refusal
from okr_mock.store import STEP, Changes, Meter, Page, WorldFacts
from okr_mock.store.basis import Basis, OvertakenError
from okr_mock.store.claim import Claim, Counts, Fired
from okr_mock.store.held import Bounds
from okr_mock.store.news import News
from okr_mock.store.redis_link import RedisLink, window_of
from okr_mock.store.redis_tail import RedisTail
from okr_mock.store.redis_text import (
    read_exchange,
    read_name,
    write_changes,
    write_claims,
    write_exchange,
    write_name,
)
from okr_mock.store.redis_worlds import Look, RedisWorlds, clock_args, life_of
from okr_mock.store.replica import Replica, field_of
from okr_mock.store.shared_starts import SharedStarts
from okr_mock.store.tally import FIRST_STATE
from okr_mock.world.clock import Clock
from okr_mock.world.fixture import Entities, Key
from okr_mock.world.start import Start, Starts
from okr_mock.world.turn import Quota, Turn, open_turn

_BOUNDS = {2: "record_limit", 3: "image_limit", 4: "world_bytes_limit"}
_OVERTAKEN = 5
"""What `commit.lua` may give."""
_NOWHERE = ("", 0)


class RedisStore:
    """Worlds in Redis.

    Args:
        link: to Redis.
        starts: what each world starts from.
        clock: the real time, in milliseconds since the epoch; the furthest of all machines' clocks counts.
        most: exchanges that a journal keeps, and bytes of these.
        bounds: how much is kept; what goes beyond is refused.
        parting: told of each world whose journal is forgotten here, and what stands in it.
    """

    def __init__(
        self,
        link: RedisLink,
        starts: Starts,
        clock: Callable[[], int],
        most: tuple[int, int],
        bounds: Bounds,
        parting: Callable[[str, Sequence[Exchange], int], None] = lambda *_: None,
    ) -> None:
        self._link = link
        self._starts = starts
        self._own = SharedStarts(link, starts)
        self._worlds = RedisWorlds(link, starts, self._own, clock, bounds.worlds)
        self._clock = clock
        self._most = most
        self._limits = (bounds.records, bounds.images, bounds.world_bytes)
        self._parting = parting
        self._within: ContextVar[tuple[str, int]] = ContextVar("within", default=_NOWHERE)
        self._news = News()
        self._told: set[tuple[str, str]] = set()
        self.tail = RedisTail(link)

    async def begin(self, world: str, app: str = "", operation: Operation | None = None) -> Turn:
        await self._own.follow()
        known = self._worlds.known(world)
        start = known.start if known else self._starts[world]
        meter = _meter(app, operation, start)
        look, replica = await self._worlds.begin(world, meter, start.profile["quota_window"])
        quota = Quota(meter.calls, look.reset, bool(look.is_spent)) if meter else None
        if replica.start is not start:  # others have given it another one; this call is counted as that one says
            meter = _meter(app, operation, replica.start)
            quota = await self.count(world, meter) if meter else None
        self._within.set((world, replica.version))
        return open_turn(world, look.n, look.now, replica.start, look.generation, quota, look.life)

    async def _seen(self, world: str) -> Replica | None:
        """Give a world as the call that is under way has begun it; for whoever else reads, as it is now."""
        known = self._worlds.known(world) if self._within.get()[0] == world else None
        return known or await self._worlds.replica(world)

    async def read(self, world: str, key: Key) -> bytes | None:
        replica = await self._seen(world)
        if replica is not None:
            return replica.read(key)
        return self._starts[world].fixture.entities.get(key[0], {}).get(key[1])

    async def scan(self, world: str, groups: Sequence[str]) -> list[Mapping[str, bytes]]:
        replica = await self._seen(world)
        first = self._starts[world].fixture.entities
        return [replica.group(group) if replica else first.get(group, {}) for group in groups]

    async def entities(self, world: str) -> Entities:
        replica = await self._seen(world)
        return replica.entities if replica else self._starts[world].fixture.entities

    async def commit(self, turn: Turn, changes: Changes, exchange: Exchange, basis: Basis = ()) -> None:
        (_, seen), _ = self._within.get(), self._within.set(_NOWHERE)
        written = write_changes(changes, turn.start.fixture.entities)
        rests = (seen, len(basis), *(field_of(place) for place, _ in basis))
        args = (turn.life, exchange.size, write_exchange(exchange), *self._most, *self._limits, *rests, *written)
        outcome, version = await self._link.run("commit", turn.world, *args)
        if outcome == _OVERTAKEN:
            replica = await self._worlds.replica(turn.world)
            self._within.set((turn.world, replica.version) if replica else _NOWHERE)
            raise OvertakenError
        if outcome in _BOUNDS:
            raise Refusal(_BOUNDS[outcome], limit=str(self._limits[outcome - min(_BOUNDS)]))
        known = self._worlds.known(turn.world)
        if not outcome and changes and known is not None and life_of(known.edition) == turn.life:
            known.apply(changes, version)
        if self._news.waiting:
            self._news.tell(turn.world)

    async def claim(self, turn: Turn, claims: Sequence[Claim]) -> Fired | None:
        args = (turn.life, turn.start.seed, FIRST_STATE, write_claims(claims))
        found = await self._link.run("claim", turn.world, *args)
        if found is None:
            return None
        fired = Fired(*found)
        name = (claims[fired.claim].scenario, claims[fired.claim].step)
        if name not in self._told:
            await self._link.note_fired(write_name(name))
            self._told.add(name)
        return fired

    async def counts(self, world: str) -> Mapping[tuple[str, str], Counts]:
        rows = await self._link.table(world, "tally")
        return {read_name(name): Counts(*map(int, value.split())) for name, value in rows.items()}

    async def states(self, world: str) -> Mapping[str, str]:
        rows = await self._link.table(world, "states")
        return {name.decode(): state.decode() for name, state in rows.items()}

    async def fired(self) -> set[tuple[str, str]]:
        return {read_name(name) for name in await self._link.fired()}

    async def forget_counts(self, world: str) -> None:
        await self._link.run("forget", world, "steps")

    async def count(self, world: str, meter: Meter) -> Quota:
        kind = self._start(world, await self._worlds.alive(world)).profile["quota_window"]
        args = (self._clock(), meter.calls, meter.seconds, kind, int(meter.name[0] == STEP))
        reset, is_spent = await self._worlds.change("count", world, *args, window=window_of(world, meter.name))
        return Quota(meter.calls, reset, bool(is_spent))

    async def expire_tokens(self, world: str) -> int:
        generation: int = await self._worlds.change("expire", world)
        return generation

    async def journal(self, world: str) -> Page:
        kept, evicted = await self._link.journal(world)
        return Page(tuple(map(read_exchange, kept)), evicted)

    async def next_exchange(self, world: str, seconds: float) -> None:
        here = asyncio.create_task(self._news.wait(world, seconds))
        elsewhere = asyncio.create_task(self._link.listen(world, seconds))
        waits = (here, elsewhere)
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in done:
                wait.result()
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def clear_journal(self, world: str) -> None:
        page = await self.journal(world)
        if await self._link.run("forget", world, "journal"):
            self._parting(world, page.exchanges, page.evicted)

    async def reset(self, world: str) -> None:
        await self._own.follow()
        page, start = await self.journal(world), self._starts.own.get(world)
        if start is None:
            was = await self._worlds.forget(world)
        elif was := await self._worlds.facts(world) is not None:
            await self._worlds.make(world, start, anew=True)
        if was:
            self._parting(world, page.exchanges, page.evicted)

    async def create(self, world: str, start: Start) -> bool:
        await self._own.follow()
        if not await self._worlds.make(world, start):
            return False
        await self._own.put(world, start)
        return True

    async def restart(self, world: str, start: Start, *, is_new: bool) -> None:
        await self._own.follow()
        before = self._start(world, await self._worlds.alive(world))
        if is_new:
            page = await self.journal(world)
            await self._worlds.make(world, start, anew=True)
            self._parting(world, page.exchanges, page.evicted)
        else:
            sets_clock = start.sets_clock or before.sets_clock
            clock = clock_args(start.clock(self._clock())) if sets_clock else ("", "")
            await self._worlds.change("restart", world, self._own.text(start), *clock)
        await self._own.put(world, start)

    async def delete(self, world: str) -> bool:
        page = await self.journal(world)
        was = await self._worlds.forget(world)
        await self._own.drop(world)
        if was:
            self._parting(world, page.exchanges, page.evicted)
        return was

    async def worlds(self) -> list[WorldFacts]:
        await self._own.follow()
        return [self._facts(world, look) for world, look in (await self._worlds.all()).items()]

    async def facts(self, world: str) -> WorldFacts:
        await self._own.follow()
        return self._facts(world, await self._worlds.alive(world))

    def _facts(self, world: str, look: Look) -> WorldFacts:
        sizes = (look.n, look.records, look.size)
        start = self._start(world, look)
        return WorldFacts(world, start, look.clock, look.now, *sizes, bool(look.has_snapshot), look.evicted)

    def _start(self, world: str, look: Look) -> Start:
        return self._own.start(world, look.text or b"")

    async def set_clock(self, world: str, clock: Clock) -> None:
        await self._worlds.change("set_clock", world, *clock_args(clock))

    async def snapshot(self, world: str) -> None:
        await self._worlds.change("save", world)

    async def restore(self, world: str) -> bool:
        return bool(await self._link.run("restore", world))

    async def learn(self) -> None:
        await self._own.follow()

    async def check(self) -> None:
        await self._link.check()

    def close(self) -> None:
        self._own.close()
        self._link.close()


def _meter(app: str, operation: Operation | None, start: Start) -> Meter | None:
    """Say what a call counts against, if calls are counted."""
    if operation is None or not operation.quota or start.quota == "off":
        return None
    calls, seconds = operation.quota
    return Meter((app, operation.id), start.allowed(calls), seconds)
