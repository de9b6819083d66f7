"""Every control route in one table."""

from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from feishu_okr.contract import Effective
from okr_mock.criteria import criteria_schema
from okr_mock.inspector.answer import written
from okr_mock.inspector.guard import Guard, mistake
from okr_mock.inspector.page_routes import PAGE_FILES, Table
from okr_mock.inspector.scenarios import Scenarios
from okr_mock.inspector.verification import Verification
from okr_mock.inspector.worlds import Worlds
from okr_mock.scenario.scenario_file import scenario_schema
from okr_mock.settings import Settings
from okr_mock.store import Store, StoreError
from okr_mock.world.fixture_file import fixture_schema

Answering = Callable[[Request], Awaitable[Response]]


def inspector_routes(
    settings: Settings,
    effective: Effective,
    store: Store,
    calls: Verification,
    worlds: Worlds,
    scenarios: Scenarios,
    looks: Table,
) -> list[BaseRoute]:
    """Build the control routes.

    Args:
        settings: what to report about this server.
        effective: the contract under the server's profile.
        store: is asked whether it is well, and learns what other processes have made before a route is answered.
        calls: what is done with journals.
        worlds: what is done with worlds as a whole.
        scenarios: what is done with scenarios.
        looks: methods, paths and answers of what is observed, and of what the page shows besides.
    """
    open_table: list[tuple[str, str, Answering]] = [
        ("GET", "/healthz", _constant(lambda: {"status": "ok"})),
        ("GET", "/readyz", _readiness(store)),
        ("GET", "/openapi.json", _constant(lambda: effective.document)),
    ]
    admin_table = _admin_table(settings, effective, calls, worlds, scenarios)
    guard = Guard(settings.admin_token, [*settings.names, *settings.allowed_host])
    guarded = [
        (method, path, _guarded(guard, _learned(store, answer))) for method, path, answer in [*admin_table, *looks]
    ]
    anyone = Guard("", [*settings.names, *settings.allowed_host])
    files = [(method, path, _guarded(anyone, answer)) for method, path, answer in PAGE_FILES]
    return _routes([*open_table, *guarded, *files] if settings.admin else open_table)


def _admin_table(
    settings: Settings, effective: Effective, calls: Verification, worlds: Worlds, scenarios: Scenarios
) -> list[tuple[str, str, Answering]]:
    return [
        ("GET", "/__admin/openapi.json", _constant(lambda: effective.document)),
        ("GET", "/__admin/version", _constant(partial(_about, settings, effective))),
        ("GET", "/__admin/requests", calls.list_all),
        ("DELETE", "/__admin/requests", calls.clear),
        ("POST", "/__admin/requests/count", calls.count),
        ("POST", "/__admin/requests/find", calls.find),
        ("POST", "/__admin/requests/near-misses", calls.near_misses),
        ("GET", "/__admin/requests/unmatched", calls.unmatched),
        ("GET", "/__admin/criteria.schema.json", _constant(criteria_schema)),
        ("POST", "/__admin/reset", worlds.reset),
        ("GET", "/__admin/worlds", worlds.list_all),
        ("POST", "/__admin/worlds", worlds.create),
        ("GET", "/__admin/worlds/{name}", worlds.show),
        ("DELETE", "/__admin/worlds/{name}", worlds.delete),
        ("POST", "/__admin/worlds/{name}/snapshot", worlds.snapshot),
        ("POST", "/__admin/worlds/{name}/restore", worlds.restore),
        ("GET", "/__admin/world", worlds.export),
        ("GET", "/__admin/records", worlds.records),
        ("GET", "/__admin/clock", worlds.show_clock),
        ("PUT", "/__admin/clock", worlds.set_clock),
        ("GET", "/__admin/scenario", scenarios.show),
        ("PUT", "/__admin/scenario", scenarios.choose),
        ("POST", "/__admin/scenario/reset", scenarios.reset),
        ("POST", "/__admin/explain", scenarios.explain),
        ("GET", "/__admin/scenario.schema.json", _constant(scenario_schema)),
        ("GET", "/__admin/fixture.schema.json", _constant(fixture_schema)),
    ]


def _routes(table: list[tuple[str, str, Answering]]) -> list[BaseRoute]:
    paths = dict.fromkeys(path for _, path, _ in table)
    return [Route(path, _by_method({m: f for m, p, f in table if p == path}), methods=list(_METHODS)) for path in paths]


def _guarded(guard: Guard, answer: Answering) -> Answering:
    async def guarded(request: Request) -> Response:
        return guard.refuse(request) or await answer(request)

    return guarded


def _learned(store: Store, answer: Answering) -> Answering:
    async def learned(request: Request) -> Response:
        try:
            await store.learn()
            return await answer(request)
        except StoreError as error:
            return mistake(503, str(error))

    return learned


def _readiness(store: Store) -> Answering:
    async def ready(_: Request) -> Response:
        try:
            await store.check()
        except StoreError as error:
            return mistake(503, str(error))
        return written(b'{"status":"ready"}')

    return ready


def _about(settings: Settings, effective: Effective) -> dict[str, Any]:
    from importlib.metadata import version  # slow to load

    return {
        "name": "feishu-okr-mock",
        "version": version("feishu-okr-mock"),
        "contract": effective.document["info"]["version"],
        "profile": effective.profile.name,
        "switches": dict(effective.profile.switches),
        "auth": settings.auth,
        "seed": settings.seed,
    }


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


def _constant(value: Callable[[], Any]) -> Answering:
    """Answer a JSON value that never changes; it is written when somebody asks, for no start should wait for it."""
    body = cache(lambda: orjson.dumps(value()))

    async def answer(_: Request) -> Response:
        return written(body())

    return answer
