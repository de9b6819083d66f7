"""What a flow asks of the world: to send, to wait, to be alone. Flows decide; whoever drives them does."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import httpx2

T = TypeVar("T")


class Answer(NamedTuple):
    """An answer that was read to its end.

    Args:
        status: HTTP status.
        headers: headers.
        body: bytes of the body.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Send:
    """Send a request; gives the `Answer` or raises the transport's error."""

    request: httpx2.Request


@dataclass(frozen=True)
class Sleep:
    """Wait for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Alone:
    """Carry out a flow that no other one may run beside; gives its result."""

    flow: "Flow[Any]"


Action = Send | Sleep | Alone
Flow = Generator[Action, Any, T]
"""Decisions without input or output: yields what is to be done, is sent what came of it, returns the result."""
