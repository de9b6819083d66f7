"""What control routes answer with, and which world they are asked about."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from feishu_okr.contract import Catalog
from okr_mock.gateway.envelope import Refusal
from okr_mock.inspector.guard import mistake
from okr_mock.world.start import DEFAULT_WORLD


def world_of(request: Request) -> str:
    """Name the world that a control call is about.

    Args:
        request: the call.
    """
    return request.query_params.get("world", DEFAULT_WORLD)


def written(body: bytes, status: int = 200) -> Response:
    """Answer with JSON that is written already.

    Args:
        body: the JSON.
        status: HTTP status.
    """
    return Response(body, status, media_type="application/json")


def json_answer(value: Any, status: int = 200) -> Response:
    """Answer with a JSON value.

    Args:
        value: the value.
        status: HTTP status.
    """
    return written(orjson.dumps(value), status)


def full(catalog: Catalog, refusal: Refusal) -> Response:
    """Answer that the emulator has no room for what was asked.

    Args:
        catalog: says it in words, with what to do.
        refusal: which limit was met.
    """
    entry = catalog[refusal.name]
    return mistake(503, next(iter(entry.messages.values())).format(**refusal.params) + f"; {entry.advice}")
