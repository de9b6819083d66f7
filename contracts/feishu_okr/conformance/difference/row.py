"""Rows: one difference between the answers of two targets, by the rule that tells it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from feishu_okr.conformance.difference.volatile import RECORDED, Volatile
from feishu_okr.conformance.wire import Answer

RULES = ("status", "code", "header", "presence", "type", "value", "order", "message")
ABSENT = "absent"
DECIDING = ("status", "code")
"""Rules after which the rest of an answer says the same once more, and the rest of a case something else."""
_IGNORED = frozenset(
    [
        "date",
        "content-length",
        "connection",
        "server",
        "keep-alive",
        "transfer-encoding",
        "x-tt-logid",
        "x-request-id",
        "x-mock-step",
    ]
)
_TEXTS = ("msg", "description", "error_description", "troubleshooter", "value")
_LONGEST = 160
_TELLING = 4
_OF_LISTS = ("*", "page_token")
"""What is there or not by how much there is to list."""


@dataclass(frozen=True, order=True)
class Row:
    """One difference.

    Args:
        rule: one of `RULES`.
        operation: operation that was called.
        where: header, or JSON Pointer with `*` for any index; "" for the whole.
        a: what the first target shows.
        b: what the second one shows.
    """

    rule: str
    operation: str
    where: str
    a: str
    b: str


Sent = frozenset[tuple[str, str]]


def sent_values(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Give name and text of every text in a JSON value that is long enough to stand nowhere else by chance.

    Args:
        value: JSON value.
        name: member it is the value of.
    """
    if isinstance(value, dict):
        for key, item in value.items():
            yield from sent_values(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from sent_values(item, name)
    elif isinstance(value, str) and len(value) >= _TELLING:
        yield name, shown(value)


@dataclass(frozen=True)
class Seen:
    """An answer and what is volatile in it.

    Args:
        answer: the answer.
        volatile: knows what is volatile at its target.
        sent: names and texts of what the case has sent there by now; None where the world of the target is known, so
            that every value says something.
    """

    answer: Answer
    volatile: Volatile
    sent: Sent | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Headers that say something, with classes in place of what is volatile."""
        kept = {name: value for name, value in self.answer.headers.items() if name not in _IGNORED}
        return {name: "<number>" if value.isdecimal() else self._header(name, value) for name, value in kept.items()}

    @property
    def body(self) -> Any:
        """The body with classes in place of what is volatile; a text where it is no JSON."""
        if self.answer.json is None:
            return self.volatile.text(self.answer.body.decode("utf-8", "replace"))
        return self.volatile.value(self.answer.json)

    def _header(self, name: str, value: str) -> str:
        return value.partition(";")[0].strip() if name == "content-type" else self.volatile.text(value)


def compare(a: Seen, b: Seen) -> Iterator[Row]:
    """Give every difference between two answers to one call.

    Args:
        a: answer of the first target.
        b: answer of the second one.
    """
    operation = a.answer.request.operation

    def row(rule: str, where: str, one: Any, other: Any) -> Row:
        return Row(rule, operation, where, shown(one), shown(other))

    if a.answer.status != b.answer.status:
        yield row("status", "", a.answer.status, b.answer.status)
    if a.answer.code != b.answer.code:
        yield row("code", "/code", a.answer.code, b.answer.code)
    for name in sorted(a.headers.keys() | b.headers.keys()):
        one, other = a.headers.get(name, ABSENT), b.headers.get(name, ABSENT)
        if one != other:
            yield row("header", name, one, other)
    if (a.answer.status, a.answer.code) != (b.answer.status, b.answer.code):
        return
    for rule, where, one, other in filter(_telling(a, b), values(a.body, b.body)):
        yield row(rule, where, one, other)


def _telling(a: Seen, b: Seen) -> Callable[[tuple[str, str, Any, Any]], bool]:
    """Give what says of a difference whether it is more than that two tenants hold other things."""
    if a.sent is None or b.sent is None:
        return lambda _: True
    sent = a.sent | b.sent

    def tells(found: tuple[str, str, Any, Any]) -> bool:
        rule, where, *both = found
        name = where.rpartition("/")[2]
        if rule == "value":
            return any((name, shown(value)) in sent for value in both)
        return not (rule == "presence" and name in _OF_LISTS)

    return tells


def values(a: Any, b: Any, where: str = "") -> Iterator[tuple[str, str, Any, Any]]:
    """Give rule, place and both values of each difference between two JSON values.

    Args:
        a: value of the first target, without what is volatile.
        b: value of the second one.
        where: place of both.
    """
    if kind(a) != kind(b):
        yield "type", where, kind(a), kind(b)
    elif isinstance(a, dict):
        yield from _objects(a, b, where)
    elif isinstance(a, list):
        yield from _lists(a, b, where)
    elif a != b and not (isinstance(a, str) and (_stands_for(a, b) or _stands_for(b, a))):
        yield "message" if where.rpartition("/")[2] in _TEXTS or not where else "value", where, a, b


def _stands_for(a: str, b: str) -> bool:
    """Say whether a text may be another one, of which a recording has pseudonyms of names in places."""
    parts = a.split(RECORDED)
    return len(parts) > 1 and re.fullmatch(".+".join(map(re.escape, parts)), b, re.DOTALL) is not None


def _objects(a: dict[str, Any], b: dict[str, Any], where: str) -> Iterator[tuple[str, str, Any, Any]]:
    both = [name for name in a if name in b]
    if both != [name for name in b if name in a]:
        yield "order", where or "/", f"keys {', '.join(both)}", f"keys {', '.join(name for name in b if name in a)}"
    for name in [*a, *(name for name in b if name not in a)]:
        place = f"{where}/{name.replace('~', '~0').replace('/', '~1')}"
        if name not in a or name not in b:
            yield "presence", place, a.get(name, ABSENT), b.get(name, ABSENT)
        else:
            yield from values(a[name], b[name], place)


def _lists(a: list[Any], b: list[Any], where: str) -> Iterator[tuple[str, str, Any, Any]]:
    if len(a) != len(b):
        yield "presence", f"{where}/*", f"{len(a)} items", f"{len(b)} items"
    elif a != b and sorted(map(_bytes, a)) == sorted(map(_bytes, b)):
        yield "order", where, a, b
        return
    for one, other in zip(a, b, strict=False):
        yield from values(one, other, f"{where}/*")


def _bytes(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def kind(value: Any) -> str:
    """Name the JSON type of a value.

    Args:
        value: JSON value.
    """
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    return {str: "string", int: "number", float: "number", dict: "object", list: "array"}[type(value)]


def shown(value: Any) -> str:
    """Write a value in one short line.

    Args:
        value: JSON value.
    """
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
