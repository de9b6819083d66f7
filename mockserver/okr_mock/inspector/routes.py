"""Every control route in one table."""

from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from feishu_okr.contract import Effective
from okr_mock.exchange import Exchange
from okr_mock.export import har, ndjson
from okr_mock.inspector.answer import json_answer, world_of, written
from okr_mock.inspector.guard import Guard, mistake
from okr_mock.inspector.scenarios import Scenarios
from okr_mock.inspector.worlds import Worlds
from okr_mock.scenario.scenario_file import scenario_schema
from okr_mock.settings import Settings
from okr_mock.store import Store
from okr_mock.world.fixture_file import fixture_schema
from okr_mock.world.start import DEFAULT_WORLD

Answering = Callable[[Request], Awaitable[Response]]
_NUMBERS = ("code", "status", "since")
_FORMATS = ("json", "ndjson", "har")


def inspector_routes(
    settings: Settings, effective: Effective, store: Store, worlds: Worlds, scenarios: Scenarios
) -> list[BaseRoute]:
    """Build the control routes.

    Args:
        settings: what to report about this server.
        effective: the contract under the server's profile.
        store: where worlds are kept.
        worlds: what is done with worlds as a whole.
        scenarios: what is done with scenarios.
    """
    open_table: list[tuple[str, str, Answering]] = [
        ("GET", "/healthz", _constant(b'{"status":"ok"}')),
        ("GET", "/readyz", _constant(b'{"status":"ready"}')),
        ("GET", "/openapi.json", _constant(orjson.dumps(effective.document))),
    ]
    admin_table = _admin_table(settings, effective, _Control(store), worlds, scenarios)
    guard = Guard(settings.admin_token, [*settings.names, *settings.allowed_host])
    guarded = [(method, path, _guarded(guard, answer)) for method, path, answer in admin_table if settings.admin]
    return _routes([*open_table, *guarded])


def _admin_table(
    settings: Settings, effective: Effective, control: "_Control", worlds: Worlds, scenarios: Scenarios
) -> list[tuple[str, str, Answering]]:
    return [
        ("GET", "/__admin/openapi.json", _constant(orjson.dumps(effective.document))),
        ("GET", "/__admin/version", _constant(_about(settings, effective))),
        ("GET", "/__admin/requests", control.list_requests),
        ("DELETE", "/__admin/requests", control.clear_requests),
        ("POST", "/__admin/reset", control.reset),
        ("GET", "/__admin/worlds", worlds.list_all),
        ("POST", "/__admin/worlds", worlds.create),
        ("GET", "/__admin/worlds/{name}", worlds.show),
        ("DELETE", "/__admin/worlds/{name}", worlds.delete),
        ("POST", "/__admin/worlds/{name}/snapshot", worlds.snapshot),
        ("POST", "/__admin/worlds/{name}/restore", worlds.restore),
        ("GET", "/__admin/world", worlds.export),
        ("GET", "/__admin/clock", worlds.show_clock),
        ("PUT", "/__admin/clock", worlds.set_clock),
        ("GET", "/__admin/scenario", scenarios.show),
        ("PUT", "/__admin/scenario", scenarios.choose),
        ("POST", "/__admin/scenario/reset", scenarios.reset),
        ("POST", "/__admin/explain", scenarios.explain),
        ("GET", "/__admin/scenario.schema.json", _constant(orjson.dumps(scenario_schema()))),
        ("GET", "/__admin/fixture.schema.json", _constant(orjson.dumps(fixture_schema()))),
    ]


def _routes(table: list[tuple[str, str, Answering]]) -> list[BaseRoute]:
    paths = dict.fromkeys(path for _, path, _ in table)
    return [Route(path, _by_method({m: f for m, p, f in table if p == path}), methods=list(_METHODS)) for path in paths]


def _guarded(guard: Guard, answer: Answering) -> Answering:
    async def guarded(request: Request) -> Response:
        return guard.refuse(request) or await answer(request)

    return guarded


def _about(settings: Settings, effective: Effective) -> bytes:
    return orjson.dumps(
        {
            "name": "feishu-okr-mock",
            "version": version("feishu-okr-mock"),
            "contract": effective.document["info"]["version"],
            "profile": effective.profile.name,
            "switches": dict(effective.profile.switches),
            "auth": settings.auth,
            "seed": settings.seed,
        }
    )


class _Control:
    """What the control routes do.

    Args:
        store: where worlds are kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def list_requests(self, request: Request) -> Response:
        """List the exchanges of a world, oldest first."""
        filters: dict[str, Any] = dict(request.query_params)
        world, form = filters.pop("world", DEFAULT_WORLD), filters.pop("format", "json")
        if form not in _FORMATS:
            return mistake(400, f"no format {form!r}; there are {', '.join(_FORMATS)}")
        if unknown := filters.keys() - {"operation", *_NUMBERS}:
            return mistake(
                400, f"no filter {min(unknown)!r}; there are world, format, operation, code, status and since"
            )
        for name in filters.keys() & set(_NUMBERS):
            try:
                filters[name] = int(filters[name])
            except ValueError:
                return mistake(400, f"{name}={filters[name]!r} is not a whole number")
        page = await self._store.journal(world)
        found = [exchange for exchange in page.exchanges if _matches(exchange, filters)]
        if form == "ndjson":
            return Response(ndjson(found), media_type="application/x-ndjson")
        if form == "har":
            return written(har(found, str(request.base_url).rstrip("/"), version("feishu-okr-mock")))
        requests = [orjson.Fragment(exchange.data) for exchange in found]
        return json_answer({"world": world, "evicted": page.evicted, "total": len(found), "requests": requests})

    async def clear_requests(self, request: Request) -> Response:
        """Forget the exchanges of a world."""
        await self._store.clear_journal(world_of(request))
        return written(b"{}")

    async def reset(self, request: Request) -> Response:
        """Return a world to its fixture."""
        await self._store.reset(world_of(request))
        return written(b"{}")


_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _by_method(
    functions: dict[str, Answering],
) -> Answering:
    async def choose(request: Request) -> Response:
        function = functions.get("GET" if request.method == "HEAD" else request.method)
        if function is None:
            return mistake(405, f"{request.method} is not for this route; it takes {' and '.join(functions)}")
        return await function(request)

    return choose


def _constant(body: bytes) -> Answering:
    async def answer(_: Request) -> Response:
        return written(body)

    return answer


def _matches(exchange: Exchange, filters: dict[str, Any]) -> bool:
    if exchange.n <= filters.get("since", 0):
        return False
    return all(getattr(exchange, name) == value for name, value in filters.items() if name != "since")
