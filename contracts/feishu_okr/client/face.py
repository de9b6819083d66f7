"""Turns calls as data into methods: one that blocks and one that is awaited, with the same names and arguments."""

import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, get_args

from feishu_okr.client.call import Call, Pages

P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M", bound=Callable[..., Any])


class Blocking(Protocol):
    """Carries calls out while the caller waits."""

    def run(self, call: Call[T]) -> T:
        """Carry out a call."""
        ...

    def iterate(self, pages: Pages[T]) -> Iterator[T]:
        """Give the items of all pages, one page in memory at a time."""
        ...


class Awaiting(Protocol):
    """Carries calls out while others run."""

    async def run(self, call: Call[T]) -> T:
        """Carry out a call."""
        ...

    def iterate(self, pages: Pages[T]) -> AsyncIterator[T]:
        """Give the items of all pages, one page in memory at a time."""
        ...


class Resource:
    """A group of operations of a blocking client."""

    def __init__(self, runner: Blocking) -> None:
        self._runner = runner


class AsyncResource:
    """A group of operations of an asynchronous client."""

    def __init__(self, runner: Awaiting) -> None:
        self._runner = runner


def blocking(build: Callable[P, Call[T]]) -> Callable[Concatenate[Resource, P], T]:
    """Make the blocking method of a call.

    Args:
        build: makes the call from the method's arguments.
    """

    @wraps(build)
    def method(self: Resource, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._runner.run(build(*args, **kwargs))

    return _shown(method, build)


def awaiting(build: Callable[P, Call[T]]) -> Callable[Concatenate[AsyncResource, P], Coroutine[Any, Any, T]]:
    """Make the asynchronous method of a call.

    Args:
        build: makes the call from the method's arguments.
    """

    @wraps(build)
    async def method(self: AsyncResource, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._runner.run(build(*args, **kwargs))

    return _shown(method, build)


def iterating(build: Callable[P, Pages[T]]) -> Callable[Concatenate[Resource, P], Iterator[T]]:
    """Make the blocking method that goes through pages.

    Args:
        build: makes the list from the method's arguments.
    """

    @wraps(build)
    def method(self: Resource, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        return self._runner.iterate(build(*args, **kwargs))

    return _shown(method, build, Iterator)


def async_iterating(build: Callable[P, Pages[T]]) -> Callable[Concatenate[AsyncResource, P], AsyncIterator[T]]:
    """Make the asynchronous method that goes through pages.

    Args:
        build: makes the list from the method's arguments.
    """

    @wraps(build)
    def method(self: AsyncResource, /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        return self._runner.iterate(build(*args, **kwargs))

    return _shown(method, build, AsyncIterator)


def _shown(method: M, build: Callable[..., Any], iterator: Any = None) -> M:
    """Let `help()` show a method with its arguments and result, where it would show how the call is built."""
    signature = inspect.signature(build)
    (result,) = get_args(signature.return_annotation)
    this = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    vars(method)["__signature__"] = signature.replace(
        parameters=[this, *signature.parameters.values()],
        return_annotation=iterator[result] if iterator else result,
    )
    return method
