"""The store: what a world remembers, as bytes, changed by one atomic commit a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from okr_mock.exchange import Exchange
from okr_mock.world.turn import Turn

Changes = Mapping[str, bytes | None]


@dataclass(frozen=True)
class Page:
    """What the journal of a world holds.

    Args:
        exchanges: oldest first.
        evicted: how many gave way to newer ones.
    """

    exchanges: Sequence[Exchange]
    evicted: int


class Store(Protocol):
    """Worlds by name; a world comes to life with its first call and starts from the fixture."""

    async def begin(self, world: str) -> Turn:
        """Open the next turn of a world.

        Args:
            world: name of the world.

        Raises:
            Refusal: there are too many worlds; never for the world of calls that lead to none.
        """

    async def read(self, world: str, key: str) -> bytes | None:
        """Read an entity.

        Args:
            world: name of the world.
            key: key of the entity.
        """

    async def commit(self, turn: Turn, changes: Changes, exchange: Exchange) -> None:
        """Change entities and write the journal, all or nothing.

        Args:
            turn: the call that changes.
            changes: bytes by key; None removes the entity.
            exchange: the call as the journal keeps it.

        Raises:
            Refusal: the world would grow beyond its bounds; nothing is changed or written then.
        """

    async def journal(self, world: str) -> Page:
        """Read the journal of a world.

        Args:
            world: name of the world.
        """

    async def clear_journal(self, world: str) -> None:
        """Forget the exchanges of a world, not its entities.

        Args:
            world: name of the world.
        """

    async def reset(self, world: str) -> None:
        """Return a world to its fixture, with an empty journal and its first number next; tokens stay valid.

        Args:
            world: name of the world.
        """
