"""Watchers: who looks on while calls come in; a slow one misses calls and is told so, and no call waits for anybody."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from okr_mock.exchange import Exchange

MOST_WATCHERS = 16
MOST_HEADS = 200
MOST_BYTES = 1024 * 1024


class Watcher:
    """One who looks on: gets the heads of exchanges, the newest ones where they come faster than they are taken.

    Args:
        world: name of the world that is watched; "" for all of them.
    """

    def __init__(self, world: str) -> None:
        self._world = world
        self._heads: deque[bytes] = deque()
        self._bytes = 0
        self._missed = 0
        self._has_news = asyncio.Event()

    def tell(self, world: str, exchange: Exchange) -> None:
        """Hand over an exchange; the oldest that nobody took give way to it.

        Args:
            world: world of the call.
            exchange: the call.
        """
        if self._world not in ("", world):
            return
        self._heads.append(exchange.head)
        self._bytes += len(exchange.head)
        while len(self._heads) > MOST_HEADS or self._bytes > MOST_BYTES:
            self._bytes -= len(self._heads.popleft())
            self._missed += 1
        self._has_news.set()

    async def take(self) -> tuple[list[bytes], int]:
        """Wait for calls; gives the heads of those there are, oldest first, and how many were missed before them."""
        await self._has_news.wait()
        self._has_news.clear()
        taken = list(self._heads), self._missed
        self._heads.clear()
        self._bytes = self._missed = 0
        return taken


class Watchers:
    """All who look on. Where nobody does, a call pays for asking whether there are any, and for nothing else."""

    def __init__(self) -> None:
        self._watchers: list[Watcher] = []

    def __bool__(self) -> bool:
        return bool(self._watchers)

    @property
    def is_full(self) -> bool:
        """Whether nobody else may look on."""
        return len(self._watchers) >= MOST_WATCHERS

    @contextmanager
    def watcher(self, world: str) -> Iterator[Watcher]:
        """Let somebody look on.

        Args:
            world: name of the world that is watched; "" for all of them.
        """
        watcher = Watcher(world)
        self._watchers.append(watcher)
        try:
            yield watcher
        finally:
            self._watchers.remove(watcher)

    def tell(self, world: str, exchange: Exchange) -> None:
        """Hand an exchange to all who look on.

        Args:
            world: world of the call.
            exchange: the call.
        """
        for watcher in self._watchers:
            watcher.tell(world, exchange)
