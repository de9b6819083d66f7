"""Every control route in one table."""

from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from feishu_okr.contract import Effective
from okr_mock.gateway.tokens import DEFAULT_WORLD
from okr_mock.journal import Exchange
from okr_mock.settings import Settings
from okr_mock.store import Store

_NUMBERS = ("code", "status", "since")


def inspector_routes(settings: Settings, store: Store, effective: Effective) -> list[BaseRoute]:
    """Build the control routes.

    Args:
        settings: what to report about this server.
        store: where worlds are kept.
        effective: the contract under the server's profile.
    """
    document = orjson.dumps(effective.document)
    about = orjson.dumps(
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

    async def requests(request: Request) -> Response:
        return await _list_requests(request, store)

    async def clear(request: Request) -> Response:
        await store.clear_journal(_world(request))
        return _json(b"{}")

    async def reset(request: Request) -> Response:
        await store.reset(_world(request))
        return _json(b"{}")

    table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
        ("GET", "/healthz", _constant(b'{"status":"ok"}')),
        ("GET", "/readyz", _constant(b'{"status":"ready"}')),
        ("GET", "/openapi.json", _constant(document)),
        ("GET", "/__admin/openapi.json", _constant(document)),
        ("GET", "/__admin/version", _constant(about)),
        ("GET", "/__admin/requests", requests),
        ("DELETE", "/__admin/requests", clear),
        ("POST", "/__admin/reset", reset),
    ]
    paths = dict.fromkeys(path for _, path, _ in table)
    return [Route(path, _by_method({m: f for m, p, f in table if p == path}), methods=list(_METHODS)) for path in paths]


_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _by_method(
    functions: dict[str, Callable[[Request], Awaitable[Response]]],
) -> Callable[[Request], Awaitable[Response]]:
    async def choose(request: Request) -> Response:
        function = functions.get("GET" if request.method == "HEAD" else request.method)
        if function is None:
            return _mistake(405, f"{request.method} is not for this route; it takes {' and '.join(functions)}")
        return await function(request)

    return choose


def _constant(body: bytes) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_: Request) -> Response:
        return _json(body)

    return answer


async def _list_requests(request: Request, store: Store) -> Response:
    filters: dict[str, Any] = dict(request.query_params)
    world = filters.pop("world", DEFAULT_WORLD)
    if unknown := filters.keys() - {"operation", *_NUMBERS}:
        return _mistake(400, f"no filter {sorted(unknown)[0]!r}; there are world, operation, code, status and since")
    for name in filters.keys() & set(_NUMBERS):
        try:
            filters[name] = int(filters[name])
        except ValueError:
            return _mistake(400, f"{name}={filters[name]!r} is not a whole number")
    page = await store.journal(world)
    found = [orjson.Fragment(exchange.data) for exchange in page.exchanges if _matches(exchange, filters)]
    return _json(orjson.dumps({"world": world, "evicted": page.evicted, "total": len(found), "requests": found}))


def _matches(exchange: Exchange, filters: dict[str, Any]) -> bool:
    if exchange.n <= filters.get("since", 0):
        return False
    return all(getattr(exchange, name) == value for name, value in filters.items() if name != "since")


def _world(request: Request) -> str:
    return request.query_params.get("world", DEFAULT_WORLD)


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")


def _mistake(status: int, text: str) -> Response:
    return _json(orjson.dumps({"error": text}), status)
