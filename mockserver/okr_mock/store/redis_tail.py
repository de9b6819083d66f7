"""The tail of the Redis store."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from redis.asyncio.client import PubSub

from okr_mock.store.redis_link import RedisLink, keys_of
from okr_mock.store.tail import Follower, Latest, Tail

_ALL = keys_of("*")[0]
_BEFORE, _BEHIND = (part.encode() for part in _ALL.split("*"))
_Journal = tuple[str, bytes]
"""World, and which life of it."""


class _Place(NamedTuple):
    """Where an exchange stands.

    Args:
        journal: in which journal.
        number: its number there, from 1.
    """

    journal: _Journal
    number: int


class RedisTail(Tail):
    """Hears of each commit of every process, and reads what was committed when somebody asks for it.

    Args:
        link: to Redis.
    """

    def __init__(self, link: RedisLink) -> None:
        self._link = link

    @asynccontextmanager
    async def follow(self, world: str) -> AsyncIterator[Follower]:
        async with self._link.redis.pubsub() as channel:
            subscribe = channel.subscribe(keys_of(world)[0]) if world else channel.psubscribe(_ALL)
            await self._link.hear(subscribe)
            await self._link.hear(channel.get_message(timeout=None))  # that it is so
            yield _Follower(self._link, channel)


class _Follower(Follower):
    def __init__(self, link: RedisLink, channel: PubSub) -> None:
        self._link = link
        self._channel = channel

    async def latest(self, most: int) -> Latest:
        told = dict.fromkeys([place async for place in self._told()])  # numbers begin anew when a journal is cleared
        newest = list(told)[-most:]
        journals = await self._journals(newest)
        heads = [journals[journal][number] for journal, number in newest if number in journals.get(journal, ())]
        foreign = sum(place.journal not in journals for place in newest)
        return Latest(heads, len(told) - foreign - len(heads))

    async def _told(self) -> AsyncIterator[_Place]:
        """Give what was told since this was last asked."""
        while message := await self._link.hear(self._channel.get_message(timeout=0)):
            life, number = message["data"].split()
            world = message["channel"].removeprefix(_BEFORE).removesuffix(_BEHIND).decode()
            yield _Place((world, life), int(number))

    async def _journals(self, places: Sequence[_Place]) -> Mapping[_Journal, Mapping[int, bytes]]:
        """Read heads by number, those of a journal together; nothing of other databases, which are heard of too."""
        numbers: dict[_Journal, list[int]] = {}
        for journal, number in places:
            numbers.setdefault(journal, []).append(number)
        asked = [self._link.run("tail", world, life, min(n), max(n)) for (world, life), n in numbers.items()]
        answers: Sequence[Any] = await asyncio.gather(*asked)
        found = {journal: answer for journal, answer in zip(numbers, answers, strict=True) if answer}
        return {
            journal: {number: head + b"}" for number, head in enumerate(heads, first)}
            for journal, (first, heads) in found.items()
        }
