"""The stream of calls, as server-sent events: those that were, then each one as it happens."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import nullcontext
from operator import itemgetter

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from okr_mock.exchange import Exchange
from okr_mock.inspector.guard import mistake
from okr_mock.journal import NO_WORLD
from okr_mock.store import Store
from okr_mock.store.tail import Follower
from okr_mock.watchers import MOST_HEADS, MOST_WATCHERS, Watcher, Watchers

_MOST_PAST = 10_000
_USUAL_PAST = 500
_MOST_WORLDS = 100
"""Worlds whose past is told where all are watched; the newest ones."""
_PIECE = 250
_PAUSE = 0.2
"""Seconds in which calls are gathered, so that a burst of them costs one event."""
_SILENCE = 15.0
"""Seconds after which a line without a meaning keeps the connection alive."""


class Events:
    """What the route of the stream does.

    Args:
        store: holds the calls that were.
        watchers: are told of calls as they happen.
    """

    def __init__(self, store: Store, watchers: Watchers) -> None:
        self._store = store
        self._watchers = watchers

    async def stream(self, request: Request) -> Response:
        """Tell of the calls of one world, or of all: `past` ones first, then new ones, until the caller leaves."""
        world, past = request.query_params.get("world", ""), request.query_params.get("past", str(_USUAL_PAST))
        if not past.isdecimal() or int(past) > _MOST_PAST:
            return mistake(400, f"past={past!r} is not a whole number from 0 to {_MOST_PAST}")
        if self._watchers.is_full:
            return mistake(503, f"{MOST_WATCHERS} watch already; close one of them")
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._events(world, int(past)), 200, headers, "text/event-stream")

    async def _events(self, world: str, past: int) -> AsyncIterator[bytes]:
        tail = self._store.tail
        with self._watchers.watcher(world) as watcher:
            async with tail.follow(world) if tail else nullcontext() as follower:
                heads = await self._past(world, past)
                for start in range(0, len(heads), _PIECE):
                    yield _event("past", heads[start : start + _PIECE])
                yield _event("ready", [])
                async for event in self._others(follower) if follower else self._ours(watcher):
                    yield event

    async def _ours(self, watcher: Watcher) -> AsyncIterator[bytes]:
        """Tell of the calls of this process."""
        while True:
            try:
                async with asyncio.timeout(_SILENCE):
                    news, missed = await watcher.take()
            except TimeoutError:
                yield b":\n\n"
                continue
            yield _event("calls", news, missed)
            await asyncio.sleep(_PAUSE)

    async def _others(self, follower: Follower) -> AsyncIterator[bytes]:
        """Tell of the calls of all processes that share the store."""
        silence = 0.0
        while True:
            await asyncio.sleep(_PAUSE)
            silence += _PAUSE
            latest = await follower.latest(MOST_HEADS)
            if latest.heads:
                yield _event("calls", latest.heads, latest.missed)
                silence = 0.0
            elif silence >= _SILENCE:
                yield b":\n\n"
                silence = 0.0

    async def _past(self, world: str, most: int) -> Sequence[bytes]:
        if world:
            return [exchange.head for exchange in (await self._store.journal(world)).exchanges[-most:] if most]
        names = [NO_WORLD, *(facts.name for facts in await self._store.worlds() if facts.calls)][-_MOST_WORLDS:]
        journals = [(await self._store.journal(name)).exchanges for name in dict.fromkeys([NO_WORLD, *names])]
        return _newest(journals, most)


def _newest(journals: Iterable[Sequence[Exchange]], most: int) -> Sequence[bytes]:
    """Join journals by time; each has an equal share, and what a short one leaves goes to the longer ones."""
    filled = sorted((exchanges for exchanges in journals if exchanges), key=len)
    heads: list[bytes] = []
    for index, exchanges in enumerate(filled):
        share = (most - len(heads)) // (len(filled) - index)
        heads += [exchange.head for exchange in exchanges[len(exchanges) - min(share, len(exchanges)) :]]
    told = sorted(((orjson.loads(head)["time"], head) for head in heads), key=itemgetter(0))
    return [head for _, head in told]


def _event(name: str, heads: Sequence[bytes], missed: int = 0) -> bytes:
    return b'event: %b\ndata: {"missed":%d,"calls":[%b]}\n\n' % (name.encode(), missed, b",".join(heads))
