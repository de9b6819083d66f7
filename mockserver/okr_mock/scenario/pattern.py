"""Patterns: what a step asks of a call, criterion by criterion, so that it can be said which one failed."""

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import orjson
from jsonpointer import JsonPointer, JsonPointerException

from feishu_okr.contract.nesting import MOST_DEPTH
from okr_mock.gateway.envelope import Refusal
from okr_mock.gateway.request import FORM, Request
from okr_mock.scenario.comparison import COMPARISONS, MISSING
from okr_mock.scenario.template import pointed

_NOBODY = "-"


class Shown(Protocol):
    """What patterns may ask of a call, be it on its way or in the journal."""

    @property
    def operation(self) -> str:
        """Id of the operation, "" for none."""

    @property
    def app(self) -> str:
        """Id of the calling app, "" where it is not known."""

    @property
    def now(self) -> int:
        """Milliseconds since the epoch, on the world's clock."""

    @property
    def method(self) -> str:
        """The HTTP method."""

    @property
    def path(self) -> str:
        """The path without a trailing slash."""

    @property
    def query(self) -> Mapping[str, str]:
        """The query parameters."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers by their names in lower case."""

    @property
    def body(self) -> Any:
        """The body as JSON; `MISSING` for none."""


class Occasion:
    """What a call on its way shows to patterns; what is costly is read at most once.

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
        """The body as JSON, a form as an object; `MISSING` where it is neither or too deep to look into."""
        try:
            return self.request.form() if self.request.media == FORM else self.request.json(MOST_DEPTH)
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

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.request.method

    @cached_property
    def path(self) -> str:
        """The path without a trailing slash."""
        return self.request.target.decode("latin-1").removesuffix("/")


@dataclass(frozen=True)
class Criterion:
    """One thing that is asked of a call.

    Args:
        place: where it looks.
        expected: what it wants there, for people.
        value_of: finds the value in question; `MISSING` for none.
        holds: judges it.
        wanted: the one text that holds; "" where others do too.
    """

    place: str
    expected: str
    value_of: Callable[[Shown], Any]
    holds: Callable[[Any], bool]
    wanted: str = ""

    @property
    def text(self) -> str:
        """What it asks, for people."""
        return f"{self.place} {self.expected}"

    def matches(self, occasion: Shown) -> bool:
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

    def matches(self, occasion: Shown) -> bool:
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
        criteria.append(among("method", methods, lambda occasion: occasion.method))
    if "path" in when:
        criteria.append(_path(when["path"]))
    if "between" in when:
        first, last = (moment(value) for value in when["between"])
        text = f"is between {when['between'][0]} and {when['between'][1]}"
        criteria.append(Criterion("time", text, lambda occasion: occasion.now, lambda now: first <= now <= last))
    for name, test in when.get("query", {}).items():
        criteria += read_tests(f"query {name}", _query(name), test, is_text=True)
    for name, test in when.get("header", {}).items():
        criteria += read_tests(f"header {name}", _header(name.lower()), test, is_text=True)
    for pointer, test in when.get("body", {}).items():
        criteria += read_tests(f"body {pointer or '(whole)'}", _pointed(pointer), test)
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


def among(place: str, wanted: Iterable[str], value_of: Callable[[Shown], Any]) -> Criterion:
    """Make the criterion that a text is one of several.

    Args:
        place: where it looks.
        wanted: the texts.
        value_of: finds the text.
    """
    texts = sorted(wanted)
    return Criterion(place, f"is {' or '.join(texts)}", value_of, frozenset(texts).__contains__)


def _path(template: str) -> Criterion:
    parts = [re.escape(part) if index % 2 == 0 else "[^/]+" for index, part in enumerate(_PARAMETER.split(template))]
    pattern = re.compile("".join(parts).removesuffix("/"))
    is_it = pattern.fullmatch
    return Criterion("path", f"is {template}", lambda occasion: occasion.path, lambda path: is_it(path) is not None)


_PARAMETER = re.compile(r"(\{[A-Za-z0-9_]+\})")


def _query(name: str) -> Callable[[Shown], Any]:
    return lambda occasion: occasion.query.get(name, MISSING)


def _header(name: str) -> Callable[[Shown], Any]:
    return lambda occasion: occasion.headers.get(name, MISSING)


def _pointed(text: str) -> Callable[[Shown], Any]:
    try:
        pointer = JsonPointer(text)
    except JsonPointerException as error:
        raise ValueError(f"{text!r} is no JSON Pointer; write ~ as ~0 and / as ~1") from error
    return lambda occasion: MISSING if occasion.body is MISSING else pointed(occasion.body, pointer, MISSING)


def read_tests(place: str, value_of: Callable[[Shown], Any], test: Any, *, is_text: bool = False) -> list[Criterion]:
    """Make a criterion of each test of a value; a test that is no object asks for equality.

    Args:
        place: where it looks.
        value_of: finds the value.
        test: as it stands in the file.
        is_text: whether the value is a text, whatever it is compared with.

    Raises:
        ValueError: a regular expression or a schema is none.
    """
    asked = test if isinstance(test, dict) else {"equals": test}
    return [
        Criterion(
            place,
            f"{word} {orjson.dumps(value).decode()}",
            value_of,
            COMPARISONS[word](value, is_text),
            wanted=value if word == "equals" and isinstance(value, str) else "",
        )
        for word, value in asked.items()
    ]
