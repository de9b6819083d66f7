"""The tail: what all processes write into a shared store, for those who look on in one of them."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Latest(NamedTuple):
    """What was written since a mark.

    Args:
        mark: to go on from.
        heads: heads of the newest exchanges, oldest first.
        missed: how many came before them.
    """

    mark: int
    heads: Sequence[bytes]
    missed: int


class Tail(Protocol):
    """Reads journals that other processes write too."""

    async def mark(self) -> int:
        """Mark the end of what is written."""

    async def since(self, mark: int, world: str, most: int) -> Latest:
        """Read what was written since a mark.

        Args:
            mark: from `mark`, or an earlier answer.
            world: name of the world; "" for all.
            most: heads to give.
        """
