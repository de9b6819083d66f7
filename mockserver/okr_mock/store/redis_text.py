"""What a world keeps in Redis, as bytes."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from okr_mock.exchange import Exchange
from okr_mock.store import Changes
from okr_mock.store.claim import Claim
from okr_mock.store.replica import field_of
from okr_mock.world.fixture import IMAGE, RECORD, Entities

_COUNTED = {RECORD: 1, IMAGE: 2}
_BETWEEN = b"\0"


def write_changes(changes: Changes, first: Entities) -> Iterator[Any]:
    """Write changes as `commit.lua` expects them.

    Args:
        changes: bytes by key; None removes.
        first: the fixture's part; what is removed of it must be marked.
    """
    for key, value in changes.items():
        group, name = key
        yield _COUNTED.get(group, 0)
        yield "set" if value is not None else "mark" if name in first.get(group, ()) else "drop"
        yield field_of(key)
        yield value or b""


def write_exchange(exchange: Exchange) -> bytes:
    """Write an exchange: its facts on one line, behind it the whole. `tail.lua` reads the head of it.

    Args:
        exchange: the call.
    """
    head, *rest = exchange.parts
    facts = [exchange.n, exchange.operation, exchange.code, exchange.status, exchange.size, len(head)]
    return b"".join((orjson.dumps(facts), b"\n", head, *rest))


def read_exchange(text: bytes) -> Exchange:
    """Read an exchange.

    Args:
        text: what stands in the list: its size, a space, and what `write_exchange` wrote.
    """
    facts, _, data = text.partition(b" ")[2].partition(b"\n")
    n, operation, code, status, size, head = orjson.loads(facts)
    return Exchange(n, operation, code, status, size, (data[:head], data[head:]))


def write_claims(claims: Sequence[Claim]) -> bytes:
    """Write claims as `claim.lua` expects them.

    Args:
        claims: of the steps that match a call.
    """
    return orjson.dumps([{**claim._asdict(), "calls": list(claim.calls)} for claim in claims])


def write_name(name: tuple[str, str]) -> bytes:
    """Write scenario and step as one field.

    Args:
        name: scenario and step.
    """
    return _BETWEEN.join(part.encode() for part in name)


def read_name(field: bytes) -> tuple[str, str]:
    """Read scenario and step.

    Args:
        field: what `write_name` wrote.
    """
    scenario, _, step = field.decode().partition("\0")
    return scenario, step
