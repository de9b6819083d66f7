"""Verification: what a world's journal holds, how often something was called, what came close, what went astray."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from starlette.requests import Request
from starlette.responses import Response

from feishu_okr.contract import Operation
from okr_mock.criteria import Criteria, CriteriaError, Seen, read_criteria
from okr_mock.exchange import Exchange
from okr_mock.export import har, ndjson
from okr_mock.inspector.answer import json_answer, world_of, written
from okr_mock.inspector.body import BodyError, read_body
from okr_mock.inspector.guard import mistake
from okr_mock.near_miss import NearMiss, near_miss, nearest
from okr_mock.scenario.fault import seconds
from okr_mock.store import Store

LONGEST_WAIT = 60.0
"""Seconds that an answer may be waited for."""
MOST_MISSES = 100
_LOOK = 1.0  # seconds after which it is seen that a caller who waits has left
_AT_ONCE = 50  # exchanges judged before other calls get their turn
_NUMBERS = ("n", "code", "status", "since")
_FORMATS = ("json", "ndjson", "har")


class Findings(NamedTuple):
    """What was found in a journal.

    Args:
        exchanges: what was asked for, oldest first.
        doubt: why there may be more; None where there are not.
        evicted: how many exchanges gave way to newer ones.
    """

    exchanges: list[Exchange]
    doubt: str | None
    evicted: int

    def shown(self, world: str) -> dict[str, Any]:
        """Write down what every answer tells.

        Args:
            world: name of the world.
        """
        return {"world": world, "evicted": self.evicted, "inconclusive": self.doubt}


class Verification:
    """What the control routes about calls do.

    Args:
        store: keeps the journals.
        operations: operations of the contract.
        forgets: whether worlds that nobody calls are forgotten, and their journals with them.
    """

    def __init__(self, store: Store, operations: Mapping[str, Operation], *, forgets: bool) -> None:
        self._store = store
        self._operations = operations
        self._forgets = forgets

    async def list_all(self, request: Request) -> Response:
        """List exchanges, oldest first, as JSON or for other tools."""
        form = request.query_params.get("format", "json")
        if form not in _FORMATS:
            return mistake(400, f"no format {form!r}; there are {', '.join(_FORMATS)}")
        try:
            criteria = read_criteria(_filters(request), self._operations)
        except CriteriaError as error:
            return mistake(400, str(error))
        world = world_of(request)
        found = await self._find(world, criteria)
        if form == "ndjson":
            return Response(ndjson(found.exchanges), media_type="application/x-ndjson")
        if form == "har":
            from importlib.metadata import version  # slow to load

            return written(har(found.exchanges, str(request.base_url).rstrip("/"), version("feishu-okr-mock")))
        return _listed(world, found)

    async def clear(self, request: Request) -> Response:
        """Forget the exchanges of a world."""
        await self._store.clear_journal(world_of(request))
        return written(b"{}")

    async def count(self, request: Request) -> Response:
        """Count exchanges; with `wait`, once there are enough or the time is over."""
        try:
            world, found = await self._asked(request)
        except (BodyError, CriteriaError) as error:
            return mistake(400, str(error))
        return json_answer(found.shown(world) | {"count": len(found.exchanges)})

    async def find(self, request: Request) -> Response:
        """Give exchanges; with `wait`, once there are enough or the time is over."""
        try:
            world, found = await self._asked(request)
        except (BodyError, CriteriaError) as error:
            return mistake(400, str(error))
        return _listed(world, found)

    async def near_misses(self, request: Request) -> Response:
        """Give the exchanges that come closest to the criteria without meeting them, and what each lacks."""
        try:
            most = _number(request, "limit", 3, MOST_MISSES)
            criteria = read_criteria(await read_body(request), self._operations)
        except (BodyError, CriteriaError) as error:
            return mistake(400, str(error))
        world = world_of(request)
        page = await self._store.journal(world)
        misses: list[NearMiss] = []
        for start in range(0, len(page.exchanges), _AT_ONCE):
            part = (near_miss(criteria, Seen(exchange)) for exchange in page.exchanges[start : start + _AT_ONCE])
            misses = nearest([*misses, *filter(None, part)], most)
            await asyncio.sleep(0)
        told = {"world": world, "evicted": page.evicted}
        return json_answer(told | {"near_misses": [miss.shown() for miss in misses]})

    async def unmatched(self, request: Request) -> Response:
        """List the exchanges that reached no operation; those that led to no world either are in the world `-`."""
        world = world_of(request)
        page = await self._store.journal(world)
        astray = [exchange for exchange in page.exchanges if not exchange.operation]
        return _listed(world, Findings(astray, await self._doubt(world, page.exchanges, page.evicted), page.evicted))

    async def _asked(self, request: Request) -> tuple[str, Findings]:
        """Read what is asked of a world's journal, wait if that is asked too, and look."""
        wanted = _number(request, "count", 1, None)
        patience = _patience(request)
        criteria = read_criteria(await read_body(request), self._operations)
        world = world_of(request)
        if patience:
            await self._wait(request, world, criteria, wanted, patience)
        return world, await self._find(world, criteria)

    async def _wait(self, request: Request, world: str, criteria: Criteria, wanted: int, patience: float) -> None:
        """Wait until so many exchanges are there, the time is over, or the caller has left."""
        now = asyncio.get_running_loop().time
        end, last = now() + patience, None
        while wanted > 0 and (left := end - now()) > 0:
            fresh = _after((await self._store.journal(world)).exchanges, last)
            if fresh:
                last = fresh[-1]
                wanted -= len((await _judged(criteria, fresh))[0])
                continue
            await self._store.next_exchange(world, min(left, _LOOK))
            if await request.is_disconnected():
                return

    async def _find(self, world: str, criteria: Criteria) -> Findings:
        page = await self._store.journal(world)
        found, undecided = await _judged(criteria, page.exchanges)
        doubt = await self._doubt(world, page.exchanges, page.evicted)
        if undecided and not doubt:
            doubt = f"{undecided} exchanges hang on a body that the journal did not keep"
        return Findings(found, doubt, page.evicted)

    async def _doubt(self, world: str, exchanges: Sequence[Exchange], evicted: int) -> str | None:
        if evicted:
            return f"{evicted} older exchanges were evicted; raise --journal-exchanges or --journal-bytes"
        if self._forgets and not exchanges and world not in {facts.name for facts in await self._store.worlds()}:
            return f"there is no world {world!r}; with --world-idle it may have been forgotten"
        return None


def _listed(world: str, found: Findings) -> Response:
    requests = [orjson.Fragment(exchange.data) for exchange in found.exchanges]
    return json_answer(found.shown(world) | {"total": len(requests), "requests": requests})


async def _judged(criteria: Criteria, exchanges: Sequence[Exchange]) -> tuple[list[Exchange], int]:
    """Give the exchanges that are meant, and how many nobody can tell of; other calls get their turn meanwhile."""
    found, undecided = [], 0
    for index, exchange in enumerate(exchanges, start=1):
        verdict = criteria.judge(Seen(exchange))
        found += [exchange] if verdict else []
        undecided += verdict is None
        if index % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return found, undecided


def _after(exchanges: Sequence[Exchange], last: Exchange | None) -> Sequence[Exchange]:
    """Give what came after an exchange; everything where that is no longer there."""
    for index in range(len(exchanges) - 1, -1, -1):
        if exchanges[index] == last:  # a store may make it anew each time
            return exchanges[index + 1 :]
    return exchanges


def _filters(request: Request) -> dict[str, Any]:
    """Read the filters of the list as criteria."""
    filters: dict[str, Any] = dict(request.query_params)
    filters = {name: value for name, value in filters.items() if name not in ("world", "format")}
    if unknown := filters.keys() - {"operation", *_NUMBERS}:
        known = "world, format, operation, n, code, status and since"
        raise CriteriaError(f"no filter {min(unknown)!r}; there are {known}")
    for name in filters.keys() & set(_NUMBERS):
        try:
            filters[name] = int(filters[name])
        except ValueError as error:
            raise CriteriaError(f"{name}={filters[name]!r} is not a whole number") from error
    after = {"n": {"greater": filters.pop("since")}} if "since" in filters else {}
    return after | filters


def _number(request: Request, name: str, default: int, most: int | None) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdecimal() or len(text) > 9 or (most is not None and int(text) > most):
        raise CriteriaError(f"{name}={text!r} is not a whole number{f' of at most {most}' if most else ''}")
    return int(text)


def _patience(request: Request) -> float:
    text = request.query_params.get("wait", "0")
    try:
        patience = seconds(text if text[-1:].isalpha() else f"{text}s")
    except (KeyError, ValueError):
        patience = -1.0
    if not 0 <= patience <= LONGEST_WAIT:
        raise CriteriaError(f"wait={text!r} is no time such as 2s or 500ms, of at most {LONGEST_WAIT:g}s")
    return patience
