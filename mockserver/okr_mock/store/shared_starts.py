"""Shared starts: what worlds start from that were made on any machine, known to all of them."""

import asyncio
import logging

from okr_mock.store import StoreError
from okr_mock.store.redis_link import STARTS, RedisLink, is_cancelled
from okr_mock.world.start import Start, Starts
from okr_mock.world.start_text import read_start, start_text

_LOOK = 2.0
"""Seconds to wait for news at a time; a connection's own patience is longer."""
_PAUSE = 0.5
"""Seconds until Redis is tried again."""

logger = logging.getLogger("okr_mock")


class SharedStarts:
    """Keeps the starts of this process in step with those that Redis holds.

    Args:
        link: to Redis.
        starts: of this process; what is in Redis is added.
    """

    def __init__(self, link: RedisLink, starts: Starts) -> None:
        self._link = link
        self._starts = starts
        self._texts: dict[str, bytes] = {}
        self._lock = asyncio.Lock()
        self._follower: asyncio.Task[None] | None = None

    async def follow(self) -> None:
        """Begin to follow what other machines tell, where that is not done yet; all there is is known then.

        Raises:
            StoreError: Redis cannot be reached.
        """
        loop = asyncio.get_running_loop()
        if self._follower is not None and self._follower.get_loop() is loop and not self._follower.done():
            return
        self._lock = asyncio.Lock()
        self._follower = loop.create_task(self._follow())
        await self._read()

    async def put(self, world: str, start: Start) -> None:
        """Give a world a start of its own, here and elsewhere.

        Args:
            world: name of the world.
            start: what it starts from.
        """
        text = self.text(start)
        async with self._lock:
            await self._link.hear(self._link.redis.hset(STARTS, world, text))
            self._add(world, text, start)
        await self._tell()

    async def drop(self, world: str) -> None:
        """Take away the start of a world's own, here and elsewhere.

        Args:
            world: name of the world.
        """
        async with self._lock:
            was = await self._link.hear(self._link.redis.hdel(STARTS, world))
            self._remove(world)
        if was:
            await self._tell()

    def text(self, start: Start) -> bytes:
        """Write a start.

        Args:
            start: what a world starts from.
        """
        return start_text(start, self._starts.fixtures)

    def start(self, world: str, text: bytes) -> Start:
        """Give the start of a world; the same object for the same text.

        Args:
            world: name of the world.
            text: what stands in Redis; empty for a world without a start of its own.

        Raises:
            StoreError: it starts from a fixture that this process was not given.
        """
        if not text:
            return self._starts.named.get(world, self._starts.default)
        if self._texts.get(world) != text:
            try:
                start = read_start(text, self._starts.fixtures)
            except KeyError as error:
                told = f"world {world!r} of the store starts from the fixture {error}; name it in --fixtures"
                raise StoreError(told) from error
            self._add(world, text, start)
        return self._starts.own[world]

    def close(self) -> None:
        """Stop following."""
        follower, self._follower = self._follower, None
        if follower is not None and not follower.get_loop().is_closed():
            follower.cancel()

    def _add(self, world: str, text: bytes, start: Start) -> None:
        self._remove(world)
        self._texts[world] = text
        self._starts.add(world, start)

    def _remove(self, world: str) -> None:
        self._texts.pop(world, None)
        self._starts.remove(world)

    async def _tell(self) -> None:
        await self._link.hear(self._link.redis.publish(STARTS, b""))

    async def _read(self) -> None:
        async with self._lock:
            texts = await self._link.hear(self._link.redis.hgetall(STARTS))
            found = {name.decode(): text for name, text in texts.items()}
            for world in self._texts.keys() - found.keys():
                self._remove(world)
            for world, text in found.items():
                self.start(world, text)

    async def _follow(self) -> None:
        while not is_cancelled():
            try:
                async with self._link.redis.pubsub() as channel:
                    await self._link.hear(channel.subscribe(STARTS))
                    while not is_cancelled():
                        if await self._link.hear(channel.get_message(timeout=_LOOK)):
                            await self._read()
            except StoreError as error:
                logger.debug("%s", error)
                await asyncio.sleep(_PAUSE)
