"""Where a path leads: one Starlette route for all operations, static paths by a look-up."""

import re
from collections.abc import Mapping

from starlette.routing import BaseRoute, Match, compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

Apps = Mapping[str, ASGIApp]


class PathTable(BaseRoute):
    """Leads every path, with or without one trailing slash, to the application of its method.

    Args:
        apps: applications by method, by path; "" is the one for all other methods.
    """

    def __init__(self, apps: Mapping[str, Apps]) -> None:
        self._static = {path: methods for path, methods in apps.items() if "{" not in path}
        self._patterns: list[tuple[re.Pattern[str], Apps]] = [
            (compile_path(path)[0], methods) for path, methods in apps.items() if "{" in path
        ]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Find the application of a path."""
        if scope["type"] != "http":
            return Match.NONE, {}
        path = scope["path"].removesuffix("/")
        if path in self._static:
            return Match.FULL, {"endpoint": _chosen(self._static[path], scope), "path_params": {}}
        for pattern, methods in self._patterns:
            if match := pattern.fullmatch(path):
                return Match.FULL, {"endpoint": _chosen(methods, scope), "path_params": match.groupdict()}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application found answer."""
        await scope["endpoint"](scope, receive, send)


def _chosen(methods: Apps, scope: Scope) -> ASGIApp:
    return methods.get(scope["method"]) or methods[""]
