"""The right answer: an echo from a floor, an envelope from the emulator."""

from typing import Any

import orjson

from benchmarks.servers import ServerError

_FLOORS = ("raw", "starlette")


def check(name: str, sent: bytes, wanted: int, status: int, answer: bytes) -> None:
    """Look into one answer whole; the load looks at statuses only.

    Args:
        name: name of the server.
        sent: body of the request.
        wanted: HTTP status that is right.
        status: HTTP status that came.
        answer: body that came.

    Raises:
        ServerError: the answer is wrong.
    """
    value = _value(answer)
    if name in _FLOORS:
        is_right = value == _value(sent)
    else:
        is_right = isinstance(value, dict) and (value.get("code") == 0) is (wanted == 200)
    if status != wanted or not is_right:
        raise ServerError(f"{name} answers {status}: {answer[:200]!r}")


def _value(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
