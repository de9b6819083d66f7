"""The link to Redis: scripts by name, keys of a world, and one error for whatever goes wrong on the way."""

import asyncio
import contextlib
from collections.abc import Awaitable
from functools import lru_cache
from hashlib import sha1
from pathlib import Path
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from okr_mock.store import StoreError
from okr_mock.store.redis_batch import Batches, Script

SCRIPTS = Path(__file__).with_name("scripts")
_SHARED = "world"
_ALONE = ("register",)
"""Scripts that are about no single world."""
_CONNECTIONS = 32
_PATIENCE = 5.0
"""Seconds to wait for an answer or for a free connection; a server that cannot be reached is given up after less."""
_KEYS = (
    "meta",
    "held",
    "changed",
    "gone",
    "removed",
    "journal",
    "tally",
    "states",
    "meters",
    "step_meters",
    "start",
    "saved",
    "saved_removed",
    "saved_meta",
)
_WORLDS, _LAST, STARTS, _FIRED = "{okr-mock}:worlds", "{okr-mock}:last", "{okr-mock}:starts", "{okr-mock}:fired"
_CHECKED = "{okr-mock}:checked"
"""Keys of no world: the worlds by age, the number of the last one, starts of worlds' own, steps that fired."""


@lru_cache(maxsize=1024)
def keys_of(world: str) -> tuple[str, ...]:
    """Name the keys of a world in the order in which scripts expect them; their tag keeps them on one machine.

    Args:
        world: name of the world.
    """
    return tuple(_key(world, name) for name in _KEYS)


def window_of(world: str, name: tuple[str, str]) -> str:
    """Name the key of a quota's window.

    Args:
        world: name of the world.
        name: of the meter.
    """
    return _key(world, f"window:{name[0]}\n{name[1]}")


class RedisLink:
    """Redis at an address; connections are made when they are needed, and made anew after a failure.

    A command is never sent twice: whoever does not hear the answer cannot know whether it was carried out.

    Args:
        url: such as `redis://localhost:6379/0`.
        idle: seconds after which a world that nobody calls expires; 0 for never.

    Raises:
        ValueError: it is no such address.
    """

    def __init__(self, url: str, idle: int = 0) -> None:
        parse_url(url)
        self._url = url
        self._idle = str(idle * 1000)
        self._redis: Redis | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._batches: Batches | None = None
        self._scripts = {path.stem: _script(path) for path in SCRIPTS.glob("*.lua") if path.stem != _SHARED}

    @property
    def redis(self) -> Redis:
        """The client of the loop that runs; its connections are closed when the loop ends."""
        loop = asyncio.get_running_loop()
        if self._redis is None or self._keeper is None or self._keeper.get_loop() is not loop:
            self._redis = _client(self._url)
            self._keeper = loop.create_task(_keep(self._redis))
            self._batches = None
        return self._redis

    @property
    def batches(self) -> Batches:
        """What goes together, on the loop that runs."""
        redis = self.redis
        if self._batches is None:
            self._batches = Batches(redis)
        return self._batches

    async def run(self, name: str, world: str, *args: Any, window: str = "") -> Any:
        """Run a script on a world, in one round trip.

        Args:
            name: of the script.
            world: name of the world.
            args: what it is told, behind the time after which an idle world expires.
            window: key of the quota's window, if it counts.

        Raises:
            StoreError: Redis cannot be reached or does not do it.
        """
        keys = (*keys_of(world), window) if window else keys_of(world)
        return await self.hear(self.batches.run(self._scripts[name], keys, (self._idle, *args)))

    async def hear(self, answer: Awaitable[Any]) -> Any:
        """Wait for an answer.

        Args:
            answer: what a command of `redis` gives.

        Raises:
            StoreError: Redis cannot be reached or does not do it.
        """
        try:
            return await answer
        except (RedisError, OSError) as error:
            if not isinstance(error, ResponseError):
                await self._drop_idle()
            raise StoreError(f"Redis at {self.place} fails: {error or type(error).__name__}") from error

    async def _drop_idle(self) -> None:
        """Close connections that nobody uses: if one has broken they may have too, and each would fail another call."""
        with contextlib.suppress(RedisError, OSError):
            await self.redis.connection_pool.disconnect(inuse_connections=False)

    @property
    def place(self) -> str:
        """Where it is, without credentials."""
        told = self.redis.connection_pool.connection_kwargs
        return str(told.get("path") or f"{told.get('host', 'localhost')}:{told.get('port', 6379)}")

    async def register(self, world: str, most: int) -> bool:
        """Put a world on the list; False if there are too many.

        Args:
            world: name of the world.
            most: how many there may be.
        """
        return bool(await self.hear(self.batches.run(self._scripts["register"], (_WORLDS, _LAST), (world, most))))

    async def unregister(self, world: str) -> None:
        """Take a world off the list.

        Args:
            world: name of the world.
        """
        await self.hear(self.redis.zrem(_WORLDS, world))

    async def worlds(self) -> list[str]:
        """Give the list of worlds, oldest first."""
        return [name.decode() for name in await self.hear(self.redis.zrange(_WORLDS, 0, -1))]

    async def note_fired(self, name: bytes) -> None:
        """Note that a step has fired.

        Args:
            name: scenario and step.
        """
        await self.hear(self.redis.sadd(_FIRED, name))

    async def fired(self) -> set[bytes]:
        """Give all steps that have ever fired."""
        found: set[bytes] = await self.hear(self.redis.smembers(_FIRED))
        return found

    async def table(self, world: str, name: str) -> dict[bytes, bytes]:
        """Read a table of a world.

        Args:
            world: name of the world.
            name: of the table.
        """
        rows: dict[bytes, bytes] = await self.hear(self.redis.hgetall(_key(world, name)))
        return rows

    async def journal(self, world: str) -> tuple[list[bytes], int]:
        """Read the journal of a world, oldest first, and how many exchanges gave way.

        Args:
            world: name of the world.
        """
        asked = self.redis.pipeline()
        asked.lrange(_key(world, "journal"), 0, -1)
        asked.hget(_key(world, "meta"), "evicted")
        kept, evicted = await self.hear(asked.execute())
        return kept, int(evicted or 0)

    async def listen(self, world: str, seconds: float) -> None:
        """Wait until anyone commits in a world, or the time is over.

        Args:
            world: name of the world.
            seconds: longest wait.
        """
        async with self.redis.pubsub() as channel:
            await self.hear(channel.subscribe(keys_of(world)[0]))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    told = None
                    while told is None and not is_cancelled():
                        told = await self.hear(channel.get_message(ignore_subscribe_messages=True, timeout=seconds))

    async def check(self) -> None:
        """See that Redis can be reached and takes changes."""
        await self.hear(self.redis.set(_CHECKED, b"", px=1000))

    def close(self) -> None:
        """Close all connections; whatever comes later opens new ones."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None and not keeper.get_loop().is_closed():
            keeper.cancel()


def is_cancelled() -> bool:
    """Say whether this task shall end; a connection that is closed meanwhile may hide that."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _keep(redis: Redis) -> None:
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        await redis.aclose()


def _client(url: str) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=_CONNECTIONS,
        timeout=_PATIENCE,
        socket_timeout=_PATIENCE,
        socket_connect_timeout=_PATIENCE / 2,
        retry=Retry(NoBackoff(), 0),
    )
    return Redis.from_pool(pool)


def _script(path: Path) -> Script:
    shared = "" if path.stem in _ALONE else SCRIPTS.joinpath(f"{_SHARED}.lua").read_text("utf-8")
    text = shared + path.read_text("utf-8")
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())  # as Redis names it


def _key(world: str, name: str) -> str:
    return f"okr-mock:{{{world}}}:{name}"
