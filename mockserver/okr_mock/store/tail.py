"""The tail: what all processes write into a shared store, for those who look on in one of them."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol


class Latest(NamedTuple):
    """What was written since one last asked.

    Args:
        heads: heads of the newest exchanges, oldest first.
        missed: how many there were besides them.
    """

    heads: Sequence[bytes]
    missed: int


class Follower(Protocol):
    """Follows journals from the moment it was made."""

    async def latest(self, most: int) -> Latest:
        """Read what was written since this was last asked.

        Args:
            most: heads to give.
        """


class Tail(Protocol):
    """Reads journals that other processes write too."""

    def follow(self, world: str) -> AbstractAsyncContextManager[Follower]:
        """Follow a journal; what is committed from now on is told.

        Args:
            world: name of the world; "" for all.
        """
