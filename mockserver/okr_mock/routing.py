"""Where a path leads: the operations by a look-up, all else by Starlette's router."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

Apps = Mapping[str, ASGIApp]


class PathTable:
    """Leads every path, with or without one trailing slash, to the application of its method; an ASGI application.

    Args:
        apps: applications by method, by path; "" is the one for all other methods.
        otherwise: takes what has no path here.
    """

    def __init__(self, apps: Mapping[str, Apps], otherwise: ASGIApp) -> None:
        self._static = {path: methods for path, methods in apps.items() if "{" not in path}
        self._templates = {path: methods for path, methods in apps.items() if "{" in path}
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer that the path leads to."""
        methods = self._find(scope) if scope["type"] == "http" else None
        chosen = self._otherwise if methods is None else methods.get(scope["method"]) or methods[""]
        await chosen(scope, receive, send)

    def warm_up(self) -> None:
        """Compile what paths with parameters are found by, which the first call of one does otherwise."""
        self._patterns  # noqa: B018 - for its effect

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], Apps]]:
        return [(_pattern(path), methods) for path, methods in self._templates.items()]

    def _find(self, scope: Scope) -> Apps | None:
        path = scope["path"].removesuffix("/")
        found = self._static.get(path)
        if found is not None:
            return found
        for pattern, methods in self._patterns:
            if match := pattern.fullmatch(path):
                scope["path_params"] = match.groupdict()
                return methods
        return None


class Later:
    """An ASGI application that is made when somebody first calls it.

    Args:
        make: makes it.
    """

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make

    def warm_up(self) -> None:
        """Make it now."""
        self._app  # noqa: B018 - for its effect

    @cached_property
    def _app(self) -> ASGIApp:
        return self._make()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it answer."""
        await self._app(scope, receive, send)


class Paths:
    """Names the operation that a method and a path lead to.

    Args:
        operations: method and path by name of the operation.
    """

    def __init__(self, operations: Mapping[str, tuple[str, str]]) -> None:
        self._patterns = [(method, _pattern(path), name) for name, (method, path) in operations.items()]

    def find(self, method: str, path: str) -> tuple[str, dict[str, str]]:
        """Give the name and the parameters of the path; "" where it leads to none.

        Args:
            method: HTTP method.
            path: path, percent-encoded, with or without one trailing slash.
        """
        for wanted, pattern, name in self._patterns:
            if wanted == method and (match := pattern.fullmatch(unquote(path).removesuffix("/"))):
                return name, match.groupdict()
        return "", {}


def _pattern(path: str) -> re.Pattern[str]:
    from starlette.routing import compile_path  # slow to load

    return compile_path(path)[0]
