"""The journal: the exchanges of a world, bounded by count and bytes."""

from collections import deque
from collections.abc import Iterator

from okr_mock.exchange import Exchange

NO_WORLD = "-"
"""Name of the journal of calls that lead to no world."""


class Journal:
    """The exchanges of one world; the oldest give way to new ones.

    Args:
        most: exchanges kept.
        most_bytes: bytes of exchanges kept.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._exchanges: deque[Exchange] = deque()
        self.evicted = 0

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._exchanges)

    def append(self, exchange: Exchange) -> None:
        """Add an exchange.

        Args:
            exchange: the newest one.
        """
        self._exchanges.append(exchange)
        self._bytes += exchange.size
        while len(self._exchanges) > self._most or self._bytes > self._most_bytes:
            self._bytes -= self._exchanges.popleft().size
            self.evicted += 1

    def clear(self) -> None:
        """Forget every exchange."""
        self._exchanges.clear()
        self._bytes = self.evicted = 0
