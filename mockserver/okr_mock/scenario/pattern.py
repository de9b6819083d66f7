"""Patterns: what a step asks of a call, criterion by criterion, so that it can be said which one failed."""

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jsonschema_rs
import orjson
from jsonpointer import JsonPointer, JsonPointerException

from okr_mock.gateway.envelope import Refusal
from okr_mock.gateway.request import FORM, Request
from okr_mock.scenario.template import pointed

MISSING = object()
_NOBODY = "-"
_LINEAR = jsonschema_rs.RegexOptions()  # takes linear time and so needs no limit of its own


class Occasion:
    """What a call shows to patterns; what is costly is read at most once.

    Args:
        request: the call as it came.
        operation: id of the operation, "" for none.
        app: id of the calling app, or name of the world where no app is known.
        now: milliseconds since the epoch, on the world's clock.
    """

    def __init__(self, request: Request, operation: str, app: str, now: int) -> None:
        self.request = request
        self.operation = operation
        self.app = app
        self.now = now

    @cached_property
    def body(self) -> Any:
        """The body as JSON, a form as an object; `MISSING` where it is neither."""
        try:
            return self.request.form() if self.request.media == FORM else self.request.json()
        except Refusal:
            return MISSING

    @cached_property
    def query(self) -> dict[str, str]:
        """The query parameters."""
        return self.request.arguments({})

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers by their names in lower case."""
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in self.request.headers}

    @cached_property
    def path(self) -> str:
        """The path without a trailing slash."""
        return self.request.target.decode("latin-1").removesuffix("/")


@dataclass(frozen=True)
class Criterion:
    """One thing that a step asks.

    Args:
        text: what it asks, for people.
        value_of: finds the value in question; `MISSING` for none.
        holds: judges it.
        place: where it looks.
        wanted: the one text that holds; "" where others do too.
    """

    text: str
    value_of: Callable[[Occasion], Any]
    holds: Callable[[Any], bool]
    place: str = ""
    wanted: str = ""

    def matches(self, occasion: Occasion) -> bool:
        """Judge a call.

        Args:
            occasion: the call.
        """
        return self.holds(self.value_of(occasion))


@dataclass(frozen=True)
class Pattern:
    """All that a step asks of a call.

    Args:
        operations: operation ids it is confined to; empty for any.
        apps: apps it is confined to; empty for any.
        criteria: what must hold beside that.
    """

    operations: frozenset[str]
    apps: frozenset[str]
    criteria: tuple[Criterion, ...]

    def matches(self, occasion: Occasion) -> bool:
        """Judge a call whose operation and app fit.

        Args:
            occasion: the call.
        """
        return all(criterion.matches(occasion) for criterion in self.criteria)


def read_pattern(
    when: Mapping[str, Any], operations: Iterable[str], apps: frozenset[str], moment: Callable[[Any], int]
) -> Pattern:
    """Read a pattern.

    Args:
        when: `when` of a step that holds to the schema.
        operations: ids of all operations, for names with a star.
        apps: apps that the whole scenario is for; empty for all.
        moment: reads a moment as milliseconds since the epoch.

    Raises:
        ValueError: a regular expression, a schema or a pointer is none.
    """
    criteria: list[Criterion] = []
    if "app" in when:
        apps = (apps & names(when["app"]) or frozenset({_NOBODY})) if apps else frozenset(names(when["app"]))
    if "method" in when:
        methods = {method.upper() for method in names(when["method"])}
        criteria.append(_among("method", methods, lambda occasion: occasion.request.method))
    if "path" in when:
        criteria.append(_path(when["path"]))
    if "between" in when:
        first, last = (moment(value) for value in when["between"])
        text = f"between {when['between'][0]} and {when['between'][1]}"
        criteria.append(Criterion(text, lambda occasion: occasion.now, lambda now: first <= now <= last))
    for name, test in when.get("query", {}).items():
        criteria += _tests(f"query {name}", _query(name), test, is_text=True)
    for name, test in when.get("header", {}).items():
        criteria += _tests(f"header {name}", _header(name.lower()), test, is_text=True)
    for pointer, test in when.get("body", {}).items():
        criteria += _tests(f"body {pointer or '(whole)'}", _pointed(pointer), test, is_text=False)
    return Pattern(expanded(names(when.get("operation", [])), operations), apps, tuple(criteria))


def names(value: str | list[str]) -> set[str]:
    """Give one name or several as a set.

    Args:
        value: as it stands in the file.
    """
    return {value} if isinstance(value, str) else set(value)


def expanded(wanted: Iterable[str], operations: Iterable[str]) -> frozenset[str]:
    """Give the operations that names mean, of which some may hold a star.

    Args:
        wanted: names such as `okr.v1.progress_record.create` or `okr.v1.*`.
        operations: ids of all operations.
    """
    known = list(operations)
    return frozenset(operation for name in wanted for operation in fnmatch.filter(known, name))


def _among(what: str, wanted: set[str], value_of: Callable[[Occasion], Any]) -> Criterion:
    return Criterion(f"{what} is {' or '.join(sorted(wanted))}", value_of, wanted.__contains__)


def _path(template: str) -> Criterion:
    parts = [re.escape(part) if index % 2 == 0 else "[^/]+" for index, part in enumerate(_PARAMETER.split(template))]
    pattern = re.compile("".join(parts).removesuffix("/"))
    text = f"path is {template}"
    return Criterion(text, lambda occasion: occasion.path, lambda path: pattern.fullmatch(path) is not None)


_PARAMETER = re.compile(r"(\{[A-Za-z0-9_]+\})")


def _query(name: str) -> Callable[[Occasion], Any]:
    return lambda occasion: occasion.query.get(name, MISSING)


def _header(name: str) -> Callable[[Occasion], Any]:
    return lambda occasion: occasion.headers.get(name, MISSING)


def _pointed(text: str) -> Callable[[Occasion], Any]:
    try:
        pointer = JsonPointer(text)
    except JsonPointerException as error:
        raise ValueError(f"{text!r} is no JSON Pointer; write ~ as ~0 and / as ~1") from error
    return lambda occasion: MISSING if occasion.body is MISSING else pointed(occasion.body, pointer, MISSING)


def _tests(where: str, value_of: Callable[[Occasion], Any], test: Any, *, is_text: bool) -> list[Criterion]:
    """Make a criterion of each test of a value; a test that is no object asks for equality."""
    asked = test if isinstance(test, dict) else {"equals": test}
    return [
        Criterion(
            f"{where} {word} {orjson.dumps(value).decode()}",
            value_of,
            _TESTS[word](value, is_text),
            place=where,
            wanted=value if word == "equals" and isinstance(value, str) else "",
        )
        for word, value in asked.items()
    ]


def _equals(wanted: Any, is_text: bool) -> Callable[[Any], bool]:
    if is_text and not isinstance(wanted, str):
        wanted = orjson.dumps(wanted).decode()
    return lambda value: _is_same(value, wanted)


def _is_same(value: Any, wanted: Any) -> bool:
    """Compare JSON values, in which true is not 1."""
    if isinstance(value, dict) and isinstance(wanted, dict):
        return value.keys() == wanted.keys() and all(_is_same(value[name], wanted[name]) for name in wanted)
    if isinstance(value, list) and isinstance(wanted, list):
        return len(value) == len(wanted) and all(map(_is_same, value, wanted))
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


def _matches(pattern: str, _: bool) -> Callable[[Any], bool]:
    return _schema({"type": "string", "pattern": pattern}, True)


def _contains(part: str, _: bool) -> Callable[[Any], bool]:
    def holds(value: Any) -> bool:
        if isinstance(value, str):
            return part in value
        return isinstance(value, dict | list) and part in _json(value)

    return holds


def _json(value: Any) -> str:
    """Write a value as JSON; "" where it is nested too deeply for that."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return ""


def _exists(wanted: bool, _: bool) -> Callable[[Any], bool]:
    return lambda value: (value is not MISSING) == wanted


def _greater(limit: float, _: bool) -> Callable[[Any], bool]:
    return lambda value: (number := _number(value)) is not None and number > limit


def _less(limit: float, _: bool) -> Callable[[Any], bool]:
    return lambda value: (number := _number(value)) is not None and number < limit


def _number(value: Any) -> float | None:
    """Read a number, also one that is written as a text, as ids are."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return int(value) if isinstance(value, str) and value.isdecimal() else float(value)
    except ValueError:
        return None


def _schema(schema: Any, _: bool) -> Callable[[Any], bool]:
    validator = jsonschema_rs.validator_for(schema, pattern_options=_LINEAR, offline=True)
    return lambda value: value is not MISSING and validator.is_valid(value)


_TESTS: Mapping[str, Callable[[Any, bool], Callable[[Any], bool]]] = {
    "equals": _equals,
    "matches": _matches,
    "contains": _contains,
    "exists": _exists,
    "greater": _greater,
    "less": _less,
    "schema": _schema,
}
