"""Control of worlds: make, list, delete, snapshot and restore them, export them, and set their clocks."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import orjson
from starlette.requests import Request
from starlette.responses import Response

from feishu_okr.contract import Contract
from okr_mock.gateway.envelope import Refusal
from okr_mock.gateway.tokens import is_name
from okr_mock.inspector.guard import mistake
from okr_mock.store import Store, WorldFacts
from okr_mock.world.clock import EARLIEST, LATEST, Clock
from okr_mock.world.fixture import Fixture, build_fixture
from okr_mock.world.fixture_export import export_fixture
from okr_mock.world.fixture_file import find_mistakes
from okr_mock.world.start import DEFAULT_WORLD, Start, Starts

MOST_BODY = 32 * 1024 * 1024
MOST_MISTAKES = 100
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
            "advance": {"type": "number"},
            "freeze": {"type": "boolean"},
        },
    }
)


class BodyError(Exception):
    """The body of a control call is not as it should be; says what is wrong."""


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
        return _json({"worlds": [_shown(facts) for facts in await self._store.worlds()]})

    async def create(self, request: Request) -> Response:
        """Make a world with a start of its own."""
        try:
            body = await _body(request, _NEW_WORLD)
            name = body["name"]
            if not is_name(name):
                raise BodyError("name: letters, digits, `_`, `.` and `-`, 64 at most")
            start = await self._start(body)
            is_new = await self._store.create(name, start)
        except (BodyError, ValueError) as error:
            return mistake(400, str(error))
        except Refusal as refusal:
            return self._full(refusal)
        if not is_new:
            return mistake(409, f"there is a world {name!r} already; DELETE it first, or choose another name")
        homes = {app: self._starts.home(app) for app in start.fixture.apps}  # the first world that declared an app has it
        return _json(_shown(await self._store.facts(name)) | {"apps": homes}, 201)

    async def show(self, request: Request) -> Response:
        """Tell about one world."""
        name = request.path_params["name"]
        found = [facts for facts in await self._store.worlds() if facts.name == name]
        return _json(_shown(found[0])) if found else _no_world(name)

    async def delete(self, request: Request) -> Response:
        """Forget a world."""
        name = request.path_params["name"]
        return _json({}) if await self._store.delete(name) else _no_world(name)

    async def snapshot(self, request: Request) -> Response:
        """Remember a world as it is now."""
        try:
            await self._store.snapshot(request.path_params["name"])
        except Refusal as refusal:
            return self._full(refusal)
        return _json({})

    async def restore(self, request: Request) -> Response:
        """Return a world to its snapshot."""
        name = request.path_params["name"]
        if await self._store.restore(name):
            return _json({})
        return mistake(404, f"world {name!r} has no snapshot; POST /__admin/worlds/{name}/snapshot makes one")

    async def export(self, request: Request) -> Response:
        """Write a world as a fixture file, JSON or YAML."""
        form = request.query_params.get("format", "json")
        if form not in ("json", "yaml"):
            return mistake(400, f"no format {form!r}; there are json and yaml")
        name = request.query_params.get("world", DEFAULT_WORLD)
        try:
            facts = await self._store.facts(name)
        except Refusal as refusal:
            return self._full(refusal)
        document = export_fixture(facts.start, facts.calls, facts.clock, await self._store.entities(name))
        if form == "json":
            return _json(document)
        from okr_mock.world.fixture_text import fixture_yaml

        text = await asyncio.to_thread(fixture_yaml, document)
        return Response(text, media_type="application/yaml")

    async def show_clock(self, request: Request) -> Response:
        """Tell a world's time."""
        return await self._clocked(request.query_params.get("world", DEFAULT_WORLD))

    async def set_clock(self, request: Request) -> Response:
        """Change a world's clock: first real, then set, then advanced, then frozen or let run."""
        name = request.query_params.get("world", DEFAULT_WORLD)
        try:
            body = await _body(request, _NEW_TIME)
            facts = await self._store.facts(name)
            await self._store.set_clock(name, self._changed(facts.clock, body))
        except BodyError as error:
            return mistake(400, str(error))
        except Refusal as refusal:
            return self._full(refusal)
        return await self._clocked(name)

    async def _clocked(self, name: str) -> Response:
        try:
            facts = await self._store.facts(name)
        except Refusal as refusal:
            return self._full(refusal)
        return _json({"world": name} | _time(facts))

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
        ledger, usual = self._contract.ledger, default.profile
        switches = [tuple(text.partition("=")[::2]) for text in body.get("set", [])]
        base = [] if "profile" in body else list(usual.switches)
        profile = ledger.profile(body.get("profile", usual.name), [*base, *switches], usual.brand)
        await asyncio.to_thread(self._contract.effective, profile)
        fixture = await self._fixture(body.get("fixture", DEFAULT_WORLD))
        seed = body.get("seed", fixture.document.get("seed", default.seed))
        return Start(fixture, profile, seed)

    async def _fixture(self, asked: Any) -> Fixture:
        if isinstance(asked, dict):
            return await asyncio.to_thread(self._build, asked)
        if asked == DEFAULT_WORLD:
            return self._starts.default.fixture
        if asked in self._starts.named:
            return self._starts.named[asked].fixture
        known = ", ".join([DEFAULT_WORLD, *self._starts.named])
        raise BodyError(f"fixture: there is no {asked!r}; there are {known} (--fixtures), or send one as an object")

    def _build(self, document: dict[str, Any]) -> Fixture:
        found = find_mistakes(document, self._contract.document["components"])
        if found:
            lines = [f"fixture/{'/'.join(map(str, at))}: {text}" for at, text in found[:MOST_MISTAKES]]
            raise BodyError("; ".join(lines))
        return build_fixture(document)

    def _full(self, refusal: Refusal) -> Response:
        entry = self._contract.catalog[refusal.name]
        return mistake(503, next(iter(entry.messages.values())).format(**refusal.params) + f"; {entry.advice}")


async def _body(request: Request, validator: Any) -> dict[str, Any]:
    parts: list[bytes] = []
    async for part in request.stream():
        parts.append(part)
        if sum(map(len, parts)) > MOST_BODY:
            raise BodyError(f"the body is larger than {MOST_BODY} bytes")
    try:
        body: dict[str, Any] = orjson.loads(b"".join(parts))
    except orjson.JSONDecodeError as error:
        raise BodyError(f"the body is not JSON: {error}") from error
    errors = [
        f"{'/'.join(map(str, error.instance_path)) or 'body'}: {error.message}" for error in validator.iter_errors(body)
    ]
    if errors:
        raise BodyError("; ".join(errors))
    return body


def _moment(value: str | int) -> int:
    """Read a moment: milliseconds since the epoch, or ISO 8601; without a zone it is UTC."""
    if isinstance(value, int):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        text = f"set: {value!r} is neither milliseconds nor a time such as 2026-10-05T09:00:00+08:00"
        raise BodyError(text) from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


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


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")
