"""Where a path leads: one Starlette route for all operations, static paths by a look-up."""

import re
from collections.abc import Mapping

from starlette.routing import BaseRoute, Match, compile_path
from starlette.types import ASGIApp, Receive, Scope, Send


class PathTable(BaseRoute):
    """Leads every path, with or without one trailing slash, to its application, whatever the method.

    Args:
        apps: applications by path; static paths come before those with `{parameters}`.
    """

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        self._static = {path: app for path, app in apps.items() if "{" not in path}
        self._patterns: list[tuple[re.Pattern[str], ASGIApp]] = [
            (compile_path(path)[0], app) for path, app in apps.items() if "{" in path
        ]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Find the application of a path."""
        if scope["type"] != "http":
            return Match.NONE, {}
        path = scope["path"].removesuffix("/")
        app = self._static.get(path)
        if app is not None:
            return Match.FULL, {"endpoint": app, "path_params": {}}
        for pattern, app in self._patterns:
            if match := pattern.fullmatch(path):
                return Match.FULL, {"endpoint": app, "path_params": match.groupdict()}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application found answer."""
        await scope["endpoint"](scope, receive, send)
