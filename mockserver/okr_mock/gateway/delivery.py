"""How the bytes of an answer reach the caller, where a scenario wants it otherwise than whole and at once."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.types import Send

RESET, CLOSE, TRUNCATE, SLOW, BAD_CHUNK, HANG = "reset", "close", "truncate", "slow", "malformed_chunk", "hang"
DELIVER = "okr_mock.deliver"
"""ASGI extension of our protocol: delivers an answer as a `Delivery` says; it needs a socket."""


class Delivery(NamedTuple):
    """A way to deliver an answer.

    Args:
        kind: `reset` (RST and no answer), `close` (before a byte), `truncate`, `slow`, `malformed_chunk` or `hang`.
        amount: bytes of the body before the end, bytes a second, or seconds until the end; 0 for none and for ever.
    """

    kind: str
    amount: float = 0


Deliver = Callable[[Send, int, bytes, bytes, Delivery], Awaitable[None]]


class NoSocketError(RuntimeError):
    """A fault of the connection is wanted where there is none, as in a client that calls the application itself."""
