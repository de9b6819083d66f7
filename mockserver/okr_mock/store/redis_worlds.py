"""Worlds in Redis: how one comes to life, and the replicas that this process keeps of those it has seen."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from secrets import randbits
from typing import Any, NamedTuple

from okr_mock.gateway.envelope import Refusal
from okr_mock.journal import NO_WORLD
from okr_mock.store import Meter
from okr_mock.store.redis_link import RedisLink, window_of
from okr_mock.store.replica import Replica, Update
from okr_mock.store.shared_starts import SharedStarts
from okr_mock.world.clock import Clock
from okr_mock.world.start import Start, Starts

_REPLICAS = 256
_LIFE_BITS = 53  # a number of Lua holds no more
_NO_ENTITIES = -1


class Look(NamedTuple):
    """What `look.lua` tells of a world.

    Args:
        edition: which life of the world it is, and which start it has had in it.
        n: calls it has seen.
        now: its time in milliseconds since the epoch.
        generation: tokens of an earlier generation are no longer valid.
        reset: seconds until a call is allowed again.
        is_spent: whether this call is one too many.
        version: of its entities.
        is_whole: whether all entities follow.
        values: fields that have changed, each followed by its value.
        lost: fields that were removed.
        text: what it started from, where this process does not know; empty where it is nothing of its own.
        shift: of its clock.
        frozen: of its clock; empty while it runs.
        records: progress records it holds.
        size: bytes of entities.
        evicted: exchanges that gave way to newer ones.
        has_snapshot: whether it can be restored.
    """

    edition: bytes
    n: int
    now: int
    generation: int
    reset: int
    is_spent: int
    version: int
    is_whole: int
    values: Sequence[bytes | None]
    lost: Sequence[bytes]
    text: bytes | None
    shift: int
    frozen: bytes
    records: int
    size: int
    evicted: int
    has_snapshot: int

    @property
    def life(self) -> int:
        """Number of this life of the world."""
        return life_of(self.edition)

    @property
    def clock(self) -> Clock:
        """How the world tells the time."""
        return Clock(self.shift, int(self.frozen) if self.frozen else None)


def life_of(edition: bytes) -> int:
    """Read the number of a life.

    Args:
        edition: of a world.
    """
    return int(edition.partition(b".")[0])


def clock_args(clock: Clock) -> tuple[int, int | str]:
    """Write a clock as scripts expect it.

    Args:
        clock: how a world tells the time.
    """
    return clock.shift, "" if clock.frozen is None else clock.frozen


class RedisWorlds:
    """The worlds, seen from this process.

    Args:
        link: to Redis.
        starts: what each world starts from.
        own: starts of worlds' own, shared by all processes.
        clock: the real time, in milliseconds since the epoch.
        most: how many worlds there may be.
    """

    def __init__(self, link: RedisLink, starts: Starts, own: SharedStarts, clock: Callable[[], int], most: int) -> None:
        self._link = link
        self._starts = starts
        self._own = own
        self._clock = clock
        self._most = most
        self._replicas: OrderedDict[str, Replica] = OrderedDict()
        self._asked: dict[str, tuple[int, bytes]] = {}

    def known(self, world: str) -> Replica | None:
        """Give what this process has seen of a world.

        Args:
            world: name of the world.
        """
        return self._replicas.get(world)

    async def begin(self, world: str, meter: Meter | None, kind: str) -> tuple[Look, Replica]:
        """Open a turn, in a world that comes to life if it is not there yet.

        Args:
            world: name of the world.
            meter: what the call counts against.
            kind: of the meter's window.
        """
        while (found := await self._look(world, 1, meter, kind)) is None:
            await self.make(world)
        return found

    async def replica(self, world: str) -> Replica | None:
        """Bring the replica of a world up to date; None where there is no such world.

        Args:
            world: name of the world.
        """
        found = await self._look(world, 0)
        return found[1] if found else None

    async def facts(self, world: str) -> Look | None:
        """Look at a world without its entities; None where there is no such world.

        Args:
            world: name of the world.
        """
        told = await self._link.run("look", world, 0, self._clock(), "", _NO_ENTITIES, 0, 0, "")
        return Look(*told) if told else None

    async def alive(self, world: str) -> Look:
        """Look at a world without its entities; it comes to life if it is not there yet.

        Args:
            world: name of the world.
        """
        while (found := await self.facts(world)) is None:
            await self.make(world)
        return found

    async def change(self, name: str, world: str, *args: Any, window: str = "") -> Any:
        """Run a script that changes a world, which comes to life if it is not there yet.

        Args:
            name: of the script.
            world: name of the world.
            args: what the script is told.
            window: key of the quota's window, if it counts.
        """
        while not (told := await self._link.run(name, world, *args, window=window)):
            await self.make(world)
        return told

    async def make(self, world: str, start: Start | None = None, *, anew: bool = False) -> bool:
        """Let a world begin; False if there is one.

        Args:
            world: name of the world.
            start: what it starts from, if that is its own.
            anew: whether one that is there gives way.

        Raises:
            Refusal: there are too many worlds.
        """
        if start is None and world in self._starts.own:
            await self._own.drop(world)  # it has expired
        if world != NO_WORLD and not await self._link.register(world, self._most):
            await self._clear()
            if not await self._link.register(world, self._most):
                raise Refusal("world_limit", limit=str(self._most))
        text = self._own.text(start) if start else b""
        start = start or self._starts[world]
        first = start.fixture.document.get("calls", 0)
        clock = clock_args(start.clock(self._clock()))
        args = (randbits(_LIFE_BITS), first, *clock, text, "anew" if anew else "")
        return bool(await self._link.run("make", world, *args))

    async def forget(self, world: str) -> bool:
        """Let a world go; False where there is none.

        Args:
            world: name of the world.
        """
        self._replicas.pop(world, None)
        was = await self._link.run("forget", world, "world")
        await self._link.unregister(world)
        return bool(was)

    async def all(self) -> dict[str, Look]:
        """Look at all worlds, oldest first."""
        found = {world: await self.facts(world) for world in await self._link.worlds()}
        return {world: look for world, look in found.items() if look}

    async def _clear(self) -> None:
        """Take those off the list that have expired."""
        for world in await self._link.worlds():
            if await self.facts(world) is None:
                await self.forget(world)
                await self._own.drop(world)

    async def _look(
        self, world: str, turns: int, meter: Meter | None = None, kind: str = ""
    ) -> tuple[Look, Replica] | None:
        known = self._replicas.get(world)
        seen = self._seen(world, known)
        quota = (meter.calls, meter.seconds, kind) if meter else (0, 0, "")
        window = window_of(world, meter.name) if meter else ""
        told = await self._link.run("look", world, turns, self._clock(), *seen, *quota, window=window)
        if told is None:
            self._replicas.pop(world, None)
            return None
        look = Look(*told)
        if seen[1] == _NO_ENTITIES and known is not None:
            if known.edition != look.edition and await self._look(world, 0) is None:
                return None
            return look, self._replicas.get(world, known)
        known = self._replicas.get(world, known)  # another call may have made one meanwhile, ahead of this look
        if known is None or known.edition != look.edition:
            known = Replica(look.edition, self._own.start(world, look.text or b""))
            self._keep(world, known)
        known.hear(Update(look.version, bool(look.is_whole), look.values, look.lost))
        return look, known

    def _seen(self, world: str, known: Replica | None) -> tuple[bytes, int]:
        """Say what of a world needs not be told; what has changed is told once a batch, whoever asks there."""
        if known is None:
            return b"", 0
        asked, self._asked[world] = self._asked.get(world), (self._link.batches.number, known.edition)
        return known.edition, _NO_ENTITIES if asked == self._asked[world] else known.version

    def _keep(self, world: str, replica: Replica) -> None:
        self._replicas[world] = replica
        self._replicas.move_to_end(world)
        if len(self._replicas) > _REPLICAS:
            self._asked.pop(self._replicas.popitem(last=False)[0], None)
