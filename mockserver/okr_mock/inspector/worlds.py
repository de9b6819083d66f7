"""Control of worlds: make, list, delete, snapshot and restore them, export them, and set their clocks."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
from orjson import Fragment
from starlette.requests import Request
from starlette.responses import Response

from feishu_okr.contract import Contract
from okr_mock.gateway.envelope import Refusal
from okr_mock.gateway.tokens import is_name
from okr_mock.given import find_fixture, given_start
from okr_mock.inspector.answer import full, json_answer, world_of
from okr_mock.inspector.body import BodyError, read_body
from okr_mock.inspector.guard import mistake
from okr_mock.journal import NO_WORLD
from okr_mock.scenario.step import read_moment
from okr_mock.store import Store, WorldFacts
from okr_mock.world.clock import EARLIEST, LATEST, Clock
from okr_mock.world.fixture import RECORD
from okr_mock.world.fixture_export import export_fixture
from okr_mock.world.start import DEFAULT_WORLD, Start, Starts

_LONGEST = 10_000_000_000
"""Seconds that a clock may be advanced; more than it can tell."""
_STRINGS = {"type": "array", "items": {"type": "string"}}
_NEW_WORLD = jsonschema_rs.validator_for(
    {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string"},
            "seed": {"type": "integer"},
            "fixture": {"type": ["string", "object"]},
            "profile": {"type": "string"},
            "set": _STRINGS,
            "quota": {"anyOf": [{"enum": ["off", "live"]}, {"type": "integer", "minimum": 1}]},
        },
    }
)
_NEW_TIME = jsonschema_rs.validator_for(
    {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            "real": {"const": True},
            "set": {"type": ["string", "integer"]},
            "advance": {"type": "number", "minimum": -_LONGEST, "maximum": _LONGEST},
            "freeze": {"type": "boolean"},
        },
    }
)


class Worlds:
    """What the control routes of worlds do.

    Args:
        store: where worlds are kept.
        starts: what each world starts from.
        contract: knows profiles, claims and what content may be.
        clock: the real time, in milliseconds since the epoch.
    """

    def __init__(self, store: Store, starts: Starts, contract: Contract, clock: Callable[[], int]) -> None:
        self._store = store
        self._starts = starts
        self._contract = contract
        self._clock = clock

    async def list_all(self, _: Request) -> Response:
        """List all worlds."""
        return json_answer({"worlds": [_shown(facts) for facts in await self._store.worlds()]})

    async def create(self, request: Request) -> Response:
        """Make a world with a start of its own."""
        try:
            body = await read_body(request, _NEW_WORLD)
            name = body["name"]
            if not is_name(name) or name == NO_WORLD:
                raise BodyError("name: letters, digits, `_`, `.` and `-`, 64 at most, and not `-` alone")
            start = await self._start(body)
            is_new = await self._store.create(name, start)
        except (BodyError, ValueError) as error:
            return mistake(400, str(error))
        except Refusal as refusal:
            return full(self._contract.catalog, refusal)
        if not is_new:
            return mistake(409, f"there is a world {name!r} already; DELETE it first, or choose another name")
        homes = {app: self._starts.home(app) for app in start.fixture.apps}  # the first that declared an app
        return json_answer(_shown(await self._store.facts(name)) | {"apps": homes}, 201)

    async def show(self, request: Request) -> Response:
        """Tell about one world."""
        name = request.path_params["name"]
        found = [facts for facts in await self._store.worlds() if facts.name == name]
        return json_answer(_shown(found[0])) if found else _no_world(name)

    async def delete(self, request: Request) -> Response:
        """Forget a world."""
        name = request.path_params["name"]
        return json_answer({}) if await self._store.delete(name) else _no_world(name)

    async def reset(self, request: Request) -> Response:
        """Return a world to its fixture."""
        await self._store.reset(world_of(request))
        return json_answer({})

    async def snapshot(self, request: Request) -> Response:
        """Remember a world as it is now."""
        try:
            await self._store.snapshot(request.path_params["name"])
        except Refusal as refusal:
            return full(self._contract.catalog, refusal)
        return json_answer({})

    async def restore(self, request: Request) -> Response:
        """Return a world to its snapshot."""
        name = request.path_params["name"]
        if await self._store.restore(name):
            return json_answer({})
        return mistake(404, f"world {name!r} has no snapshot; POST /__admin/worlds/{name}/snapshot makes one")

    async def export(self, request: Request) -> Response:
        """Write a world as a fixture file, JSON or YAML."""
        form = request.query_params.get("format", "json")
        if form not in ("json", "yaml"):
            return mistake(400, f"no format {form!r}; there are json and yaml")
        name = world_of(request)
        try:
            facts = await self._store.facts(name)
        except Refusal as refusal:
            return full(self._contract.catalog, refusal)
        document = export_fixture(facts.start, facts.calls, facts.clock, await self._store.entities(name))
        if form == "json":
            return json_answer(document)
        from okr_mock.world.fixture_text import fixture_yaml

        text = await asyncio.to_thread(fixture_yaml, document)
        return Response(text, media_type="application/yaml")

    async def records(self, request: Request) -> Response:
        """List the progress records that calls have written or changed in a world, oldest first."""
        name = world_of(request)
        try:
            first = (await self._store.facts(name)).start.fixture.entities.get(RECORD, {})
        except Refusal as refusal:
            return full(self._contract.catalog, refusal)
        records = (await self._store.entities(name)).get(RECORD, {})
        written = [Fragment(record) for key, record in sorted(records.items()) if first.get(key) != record]
        return json_answer({"world": name, "records": written})

    async def show_clock(self, request: Request) -> Response:
        """Tell a world's time."""
        return await self._clocked(world_of(request))

    async def set_clock(self, request: Request) -> Response:
        """Change a world's clock: first real, then set, then advanced, then frozen or let run."""
        name = world_of(request)
        try:
            body = await read_body(request, _NEW_TIME)
            facts = await self._store.facts(name)
            await self._store.set_clock(name, self._changed(facts.clock, body))
        except BodyError as error:
            return mistake(400, str(error))
        except Refusal as refusal:
            return full(self._contract.catalog, refusal)
        return await self._clocked(name)

    async def _clocked(self, name: str) -> Response:
        try:
            facts = await self._store.facts(name)
        except Refusal as refusal:
            return full(self._contract.catalog, refusal)
        return json_answer({"world": name} | _time(facts))

    def _changed(self, clock: Clock, body: dict[str, Any]) -> Clock:
        real = self._clock()
        if body.get("real"):
            clock = Clock()
        if "set" in body:
            clock = clock.set(_moment(body["set"]), real)
        if "advance" in body:
            clock = clock.set(clock.read(real) + round(body["advance"] * 1000), real)
        if "freeze" in body:
            clock = clock.freeze(real) if body["freeze"] else clock.run(real)
        if not EARLIEST <= clock.read(real) <= LATEST:
            raise BodyError(
                "the clock goes from 2001-09-10 to 2037-12-31; outside of that ids and times would lose their form"
            )
        return clock

    async def _start(self, body: dict[str, Any]) -> Start:
        default = self._starts.default
        asked = dict(text.partition("=")[::2] for text in body.get("set", []))
        given = {name: body[name] for name in ("profile", "quota") if name in body} | {"set": asked}
        start = given_start(default, given, self._contract)
        effective = await asyncio.to_thread(self._contract.effective, start.profile)
        components = effective.document["components"]
        wanted = body.get("fixture", DEFAULT_WORLD)
        fixture = await asyncio.to_thread(find_fixture, wanted, self._starts.fixtures, components)
        seed = body.get("seed", fixture.document.get("seed", default.seed))
        return replace(start, fixture=fixture, seed=seed, usual=None)


def _moment(value: str | float) -> int:
    try:
        return read_moment(value if isinstance(value, str) else int(value))
    except ValueError as error:
        text = f"set: {value!r} is neither milliseconds nor a time such as 2026-10-05T09:00:00+08:00"
        raise BodyError(text) from error


def _time(facts: WorldFacts) -> dict[str, Any]:
    clock = facts.clock
    mode = "frozen" if clock.frozen is not None else "shifted" if clock.shift else "real"
    iso = datetime.fromtimestamp(facts.now / 1000, UTC).isoformat(timespec="milliseconds")
    return {"now": facts.now, "time": iso.replace("+00:00", "Z"), "clock": mode}


def _shown(facts: WorldFacts) -> dict[str, Any]:
    return {
        "name": facts.name,
        "seed": facts.start.seed,
        "profile": facts.start.profile.name,
        "calls": facts.calls,
        "records": facts.records,
        "bytes": facts.size,
        "has_snapshot": facts.has_snapshot,
    } | _time(facts)


def _no_world(name: str) -> Response:
    return mistake(404, f"there is no world {name!r}; GET /__admin/worlds lists them")
