"""Criteria: what is asked of the exchanges in a journal, in the words of a scenario's `when` and some of the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from operator import attrgetter
from typing import Any

import jsonschema_rs
import orjson

from feishu_okr.contract import Operation
from okr_mock.exchange import Exchange
from okr_mock.scenario.comparison import MISSING
from okr_mock.scenario.pattern import Criterion, among, names, read_pattern, read_tests
from okr_mock.scenario.scenario_file import find_call_mistakes, scenario_schema
from okr_mock.scenario.shape import misshapen
from okr_mock.scenario.step import read_moment

_OF_CALLS = ("operation", "method", "path", "query", "header", "body", "between")
_OF_ANSWERS = ("n", "code", "status", "step", "fault")
WORDS = (*_OF_CALLS, "body_contains", *_OF_ANSWERS)
"""Every word of the language. `app`, `call` and `state` of a `when` are not among them: a journal is one world's."""

_NOT_KEPT = "not kept]"


class CriteriaError(Exception):
    """What is asked of a journal cannot be read; says what is wrong."""


class Seen:
    """What an exchange shows to criteria, as far as the journal kept it.

    Args:
        exchange: the exchange.
    """

    app = ""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.n, self.operation = exchange.n, exchange.operation
        self.code, self.status = exchange.code, exchange.status

    @cached_property
    def told(self) -> dict[str, Any]:
        """The whole exchange."""
        told: dict[str, Any] = orjson.loads(self._exchange.data)
        return told

    @property
    def method(self) -> str:
        """The HTTP method."""
        return str(self.told["method"])

    @property
    def path(self) -> str:
        """The path without a trailing slash."""
        return str(self.told["path"]).removesuffix("/")

    @property
    def query(self) -> dict[str, str]:
        """The query parameters."""
        return dict(map(tuple, self.told["query"]))

    @property
    def headers(self) -> dict[str, str]:
        """The headers by their names in lower case."""
        headers: dict[str, str] = self.told["headers"]
        return headers

    @property
    def now(self) -> int:
        """Milliseconds since the epoch, on the world's clock."""
        return int(datetime.fromisoformat(self.told["time"]).timestamp() * 1000)

    @property
    def body(self) -> Any:
        """The body that was sent; `MISSING` for none."""
        body = self.told["request"]
        return MISSING if body is None else body

    @property
    def step(self) -> Any:
        """Scenario and step that took the call; `MISSING` for none."""
        return self.told.get("step", MISSING)

    @property
    def fault(self) -> Any:
        """How the answer was kept from the caller; `MISSING` for not at all."""
        return self.told.get("fault") or MISSING

    @property
    def is_kept(self) -> bool:
        """Whether the body that was sent stands in the journal."""
        body = self.told["request"]
        return not (isinstance(body, str) and body.endswith(_NOT_KEPT))


@dataclass(frozen=True)
class Criteria:
    """All that is asked of an exchange.

    Args:
        criteria: what must hold, that about bodies last.
        asks_bodies: whether any of them is about the body.
    """

    criteria: tuple[Criterion, ...]
    asks_bodies: bool = False

    def failed(self, seen: Seen) -> list[Criterion]:
        """Give what does not hold.

        Args:
            seen: the exchange.
        """
        return [criterion for criterion in self.criteria if not criterion.matches(seen)]

    def judge(self, seen: Seen) -> bool | None:
        """Say whether an exchange is meant; None where that hangs on a body that was not kept.

        Args:
            seen: the exchange.
        """
        for criterion in self.criteria:
            if not criterion.matches(seen):
                return None if _is_about_body(criterion) and not seen.is_kept else False
        return None if self.asks_bodies and not seen.is_kept else True


def _is_about_body(criterion: Criterion) -> bool:
    return criterion.place.startswith("body")


@cache
def criteria_schema() -> dict[str, Any]:
    """Give the JSON Schema of criteria: the words of a `when` as the schema of scenarios has them, and our own."""
    words = scenario_schema()["$defs"]["when"]["properties"]
    properties = {word: words[word] for word in _OF_CALLS}
    properties["body_contains"] = {"$ref": "#/$defs/names", "description": "Parts of the body's text or JSON."}
    properties |= {word: {"$ref": "#/$defs/test"} for word in _OF_ANSWERS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Criteria of feishu-okr-mock",
        "description": "What is asked of the exchanges in a journal; all that is named must hold.",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "$defs": scenario_schema()["$defs"],
    }


@cache
def _validator() -> Any:
    return jsonschema_rs.validator_for(criteria_schema())


def read_criteria(asked: Any, operations: Mapping[str, Operation]) -> Criteria:
    """Read criteria.

    Args:
        asked: an object of `WORDS`.
        operations: operations of the contract.

    Raises:
        CriteriaError: a word, an operation, a pointer, an expression or a moment is none; names every mistake.
    """
    found = [] if _validator().is_valid(asked) else list(misshapen(asked, criteria_schema()))
    if found := found or list(find_call_mistakes(asked, operations, ())):
        raise CriteriaError("; ".join(f"{'/'.join(map(str, at)) or 'body'}: {text}" for at, text in found))
    when = {word: asked[word] for word in _OF_CALLS if word in asked}
    pattern = read_pattern(when, operations, frozenset(), read_moment)
    criteria = [among("operation", pattern.operations, attrgetter("operation"))] if "operation" in asked else []
    criteria += pattern.criteria
    for part in sorted(names(asked.get("body_contains", []))):
        criteria += read_tests("body", attrgetter("body"), {"contains": part})
    try:
        for word in _OF_ANSWERS:
            criteria += read_tests(word, attrgetter(word), asked[word]) if word in asked else []
    except ValueError as error:
        raise CriteriaError(f"cannot be read: {str(error).splitlines()[0]}") from error
    return Criteria(tuple(sorted(criteria, key=_is_about_body)), any(map(_is_about_body, criteria)))
