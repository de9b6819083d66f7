"""Rows of a database: what stands in it of a world and of an exchange."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from okr_mock.exchange import Exchange
from okr_mock.world.clock import Clock

COLUMNS = "life, n, generation, shift, frozen, records, images, size, kept, kept_bytes, evicted"
EXCHANGE = "n, operation, code, status, size, head, rest"


class Life(NamedTuple):
    """The row of a world; its fields are the columns of the table.

    Args:
        life: number of this life, which no other world has or had.
        n: calls it has seen.
        generation: generation of its tokens.
        shift: of its clock.
        frozen: of its clock.
        records: progress records it holds.
        images: images it holds.
        size: bytes of entities.
        kept: exchanges in its journal.
        kept_bytes: their bytes.
        evicted: exchanges that gave way to newer ones.
    """

    life: int
    n: int
    generation: int
    shift: int
    frozen: int | None
    records: int
    images: int
    size: int
    kept: int
    kept_bytes: int
    evicted: int

    @property
    def clock(self) -> Clock:
        """How the world tells the time."""
        return Clock(self.shift, self.frozen)


class Size(NamedTuple):
    """How much a journal keeps.

    Args:
        exchanges: exchanges.
        bytes: their bytes.
    """

    exchanges: int
    bytes: int


def exchange_of(row: Sequence[Any]) -> Exchange:
    """Read an exchange.

    Args:
        row: values of EXCHANGE.
    """
    n, operation, code, status, size, head, rest = row
    return Exchange(n, operation, code, status, size, (head, rest))
