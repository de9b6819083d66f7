"""The Starlette floor: one route as Starlette's own guide writes it. It answers the JSON that it is sent."""

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.floors.server import serve
from benchmarks.request import RECORDS


async def endpoint(request: Request) -> Response:
    """Answer the JSON value of the body."""
    return Response(orjson.dumps(orjson.loads(await request.body())), media_type="application/json")


if __name__ == "__main__":
    serve(Starlette(routes=[Route(RECORDS, endpoint, methods=["POST"])]))
