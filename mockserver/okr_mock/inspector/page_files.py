"""The page itself: static files, served with headers under which nothing but they can run."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response

from okr_mock.inspector.guard import mistake

_KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_INDEX = "index.html"


async def show_page(_: Request) -> Response:
    """Answer the page."""
    return _answer(_INDEX)


async def show_file(request: Request) -> Response:
    """Answer a file of the page."""
    return _answer(request.path_params["file"])


async def lead_to_page(_: Request) -> Response:
    """Lead who left the slash out to the page."""
    return Response(status_code=308, headers={"Location": "/__admin/"})


def _answer(name: str) -> Response:
    data = _page_files().get(name)
    if data is None:
        return mistake(404, f"the page has no file {name!r}")
    return Response(data, 200, _HEADERS, _KINDS[name.rpartition(".")[2]])


@cache
def _page_files() -> Mapping[str, bytes]:
    """Read all files of the page, once; what is no such file can be asked for by no name."""
    folder = files("okr_mock.inspector").joinpath("page")
    found = (file for file in folder.iterdir() if file.name.rpartition(".")[2] in _KINDS)
    return MappingProxyType({file.name: file.read_bytes() for file in found})
