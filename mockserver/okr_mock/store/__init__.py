"""The store: what a world remembers, as bytes, changed by one atomic commit a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from feishu_okr.contract import Operation
from okr_mock.exchange import Exchange
from okr_mock.store.basis import Basis
from okr_mock.store.claim import Claim, Counts, Fired
from okr_mock.store.tail import Tail
from okr_mock.world.clock import Clock
from okr_mock.world.fixture import Entities, Key
from okr_mock.world.start import Start
from okr_mock.world.turn import Quota, Turn

Changes = Mapping[Key, bytes | None]
STEP = "step"
"""First part of the name of a meter that a step of a scenario has for itself."""


class StoreError(Exception):
    """The store cannot be read or written at present; says why. Nothing was changed, and a later try may do."""


class Meter(NamedTuple):
    """What counts against a quota.

    Args:
        name: app and operation.
        calls: calls that a window allows.
        seconds: length of the window.
    """

    name: tuple[str, str]
    calls: int
    seconds: int


@dataclass(frozen=True)
class Page:
    """What the journal of a world holds.

    Args:
        exchanges: oldest first.
        evicted: how many gave way to newer ones.
    """

    exchanges: Sequence[Exchange]
    evicted: int


@dataclass(frozen=True)
class WorldFacts:
    """A world from outside.

    Args:
        name: its name.
        start: what it started from.
        clock: how it tells the time.
        now: its time in milliseconds since the epoch.
        calls: calls it has seen.
        records: progress records it holds, those of its fixture not counted.
        size: bytes of entities it holds beyond its fixture.
        has_snapshot: whether it can be restored.
        evicted: exchanges that gave way to newer ones in its journal.
    """

    name: str
    start: Start
    clock: Clock
    now: int
    calls: int
    records: int
    size: int
    has_snapshot: bool
    evicted: int


class Store(Protocol):
    """Worlds by name; a world comes to life with its first call and starts from its fixture.

    An entity has a group and a name in it; what belongs together is read together.
    """

    @property
    def tail(self) -> Tail | None:
        """Reads what other processes write too; None where there are no others."""

    async def begin(self, world: str, app: str = "", operation: Operation | None = None) -> Turn:
        """Open the next turn of a world.

        Args:
            world: name of the world.
            app: id of the calling app.
            operation: what is asked, so that it counts against the app's quota; None where calls are not counted.

        Raises:
            Refusal: there are too many worlds; never for the world of calls that lead to none.
        """

    async def read(self, world: str, key: Key) -> bytes | None:
        """Read an entity.

        Args:
            world: name of the world.
            key: group and name of the entity.
        """

    async def scan(self, world: str, groups: Sequence[str]) -> list[Mapping[str, bytes]]:
        """Read groups whole, in one go; each as its entities by name.

        Args:
            world: name of the world.
            groups: names of the groups.
        """

    async def commit(self, turn: Turn, changes: Changes, exchange: Exchange, basis: Basis = ()) -> None:
        """Change entities and write the journal, all or nothing.

        Args:
            turn: the call that changes.
            changes: bytes by key; None removes the entity.
            exchange: the call as the journal keeps it.
            basis: what the changes rest on; asked only if there are changes.

        Raises:
            OvertakenError: that has changed since it was read; nothing is changed or written then.
            Refusal: the world would grow beyond its bounds; nothing is changed or written then.
        """

    async def claim(self, turn: Turn, claims: Sequence[Claim]) -> Fired | None:
        """Let the first step fire that is due, counting all that were asked until then, in one atomic step.

        Args:
            turn: the call; its seed makes the draws.
            claims: of the steps that match it, in their order.
        """

    async def counts(self, world: str) -> Mapping[tuple[str, str], Counts]:
        """Tell how often steps were asked and fired, by scenario and step.

        Args:
            world: name of the world.
        """

    async def states(self, world: str) -> Mapping[str, str]:
        """Tell the states of a world's scenarios that are no longer the first one.

        Args:
            world: name of the world.
        """

    async def fired(self) -> set[tuple[str, str]]:
        """Name the steps that have fired in any world, by scenario and step."""

    async def forget_counts(self, world: str) -> None:
        """Begin all scenarios of a world anew: no step has fired, every state is the first, no limit of theirs is used.

        Args:
            world: name of the world.
        """

    async def count(self, world: str, meter: Meter) -> Quota:
        """Count a call against a quota of its own.

        Args:
            world: name of the world.
            meter: the quota.
        """

    async def expire_tokens(self, world: str) -> int:
        """Let no token of a world be valid that was issued so far; gives the generation of those to come.

        Args:
            world: name of the world.
        """

    async def journal(self, world: str) -> Page:
        """Read the journal of a world.

        Args:
            world: name of the world.
        """

    async def next_exchange(self, world: str, seconds: float) -> None:
        """Wait until the journal of a world has got another exchange, or the time is over.

        Args:
            world: name of the world.
            seconds: longest wait.
        """

    async def clear_journal(self, world: str) -> None:
        """Forget the exchanges of a world, not its entities.

        Args:
            world: name of the world.
        """

    async def reset(self, world: str) -> None:
        """Return a world to its fixture, clock and first number, with an empty journal; tokens stay valid.

        Args:
            world: name of the world.
        """

    async def create(self, world: str, start: Start) -> bool:
        """Make a world with a start of its own; False if there is one of that name.

        Args:
            world: name of the world.
            start: what it starts from.

        Raises:
            Refusal: there are too many worlds.
        """

    async def restart(self, world: str, start: Start, *, is_new: bool) -> None:
        """Give a world another start of its own, its scenarios from their beginning.

        Args:
            world: name of the world.
            start: what it starts from now on.
            is_new: whether it forgets what it holds; else it goes on, on the clock of its new start if that is another.

        Raises:
            Refusal: there are too many worlds.
        """

    async def delete(self, world: str) -> bool:
        """Forget a world and its start; False if there is none.

        Args:
            world: name of the world.
        """

    async def worlds(self) -> list[WorldFacts]:
        """Name all worlds, oldest first; that of calls that lead to none is left out."""

    async def facts(self, world: str) -> WorldFacts:
        """Tell about one world, which comes to life if it is not there yet.

        Args:
            world: name of the world.

        Raises:
            Refusal: there are too many worlds.
        """

    async def set_clock(self, world: str, clock: Clock) -> None:
        """Change how a world tells the time.

        Args:
            world: name of the world.
            clock: its clock from now on.

        Raises:
            Refusal: there are too many worlds.
        """

    async def entities(self, world: str) -> Entities:
        """Read everything a world holds, its fixture's part included.

        Args:
            world: name of the world.
        """

    async def snapshot(self, world: str) -> None:
        """Remember the entities and the clock of a world; an earlier snapshot is forgotten.

        Args:
            world: name of the world.

        Raises:
            Refusal: there are too many worlds.
        """

    async def restore(self, world: str) -> bool:
        """Return a world to its snapshot; numbers and journal go on. False if there is none.

        Args:
            world: name of the world.
        """

    async def learn(self) -> None:
        """Learn which worlds other processes have given a start of their own; what is asked before a turn needs it."""

    async def check(self) -> None:
        """See that worlds can be read and changed.

        Raises:
            StoreError: they cannot; any other method may raise it too.
        """

    def close(self) -> None:
        """Let go of what a store holds open; what comes later opens it anew."""
