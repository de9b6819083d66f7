"""Steps of a scenario: a pattern, a claim, and the outcomes that follow one another."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from feishu_okr.contract import Catalog, Operation
from okr_mock.scenario.fault import LoseAnswer, read_delay, read_fault
from okr_mock.scenario.outcome import Outcome, Part
from okr_mock.scenario.pattern import Pattern, expanded, names, read_pattern
from okr_mock.scenario.reply import AnswerWithoutWrite, Error, ExpireToken, Patch, Proceed, RateLimit, Respond
from okr_mock.store.claim import Claim

_MINUTE = 60


@dataclass(frozen=True)
class Step:
    """One step.

    Args:
        claim: its name, and when it is due.
        pattern: which calls it is for.
        outcomes: what it does, by how often it has fired; the last one for all further.
    """

    claim: Claim
    pattern: Pattern
    outcomes: tuple[Outcome, ...]

    @property
    def name(self) -> str:
        """Scenario and step, as headers and journal name them."""
        return f"{self.claim.scenario}#{self.claim.step}"

    def outcome(self, ordinal: int) -> Outcome:
        """Give what the step does.

        Args:
            ordinal: how often it has fired, from 1.
        """
        return self.outcomes[min(ordinal, len(self.outcomes)) - 1]


@dataclass(frozen=True)
class Scenario:
    """A scenario.

    Args:
        name: its name.
        document: value of its file.
        steps: what happens, in order.
    """

    name: str
    document: Mapping[str, Any]
    steps: tuple[Step, ...]

    @property
    def apps(self) -> frozenset[str]:
        """Apps it is for; empty for all."""
        return frozenset(names(self.document.get("for", {}).get("app", [])))

    @property
    def given(self) -> Mapping[str, Any]:
        """How a world must be for it."""
        return self.document.get("given", {})  # type: ignore[no-any-return]


def read_moment(value: str | int) -> int:
    """Read a moment as milliseconds since the epoch.

    Args:
        value: the same, or ISO 8601; without a zone it is UTC.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, int):
        return value
    moment = datetime.fromisoformat(value)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def read_scenario(
    name: str, document: Mapping[str, Any], catalog: Catalog, operations: Mapping[str, Operation]
) -> Scenario:
    """Read a scenario.

    Args:
        name: its name.
        document: value of its file; it holds to the schema, and its codes and operations exist.
        catalog: all refusals.
        operations: operations of the contract.
    """
    scenario = Scenario(name, document, ())
    steps = []
    for number, entry in enumerate(document["steps"], start=1):
        entry_of = partial(choose_entry, step=entry, catalog=catalog, operations=operations)
        steps.append(_step(name, str(number), entry, scenario.apps, entry_of, operations))
    return replace(scenario, steps=tuple(steps))


def _step(
    scenario: str,
    number: str,
    entry: Mapping[str, Any],
    apps: frozenset[str],
    entry_of: Callable[[Any], str],
    operations: Iterable[str],
) -> Step:
    when = entry.get("when", {})
    sequence = entry.get("sequence")
    repeated = list(_repeated(sequence)) if sequence else [entry["then"]]
    calls = when.get("call", [])
    claim = Claim(
        scenario=scenario,
        step=entry.get("name", number),
        after=entry.get("after", 0),
        every=entry.get("every", 1),
        calls=frozenset([calls] if isinstance(calls, int) else calls),
        times=min(entry.get("times", len(repeated)), len(repeated)) if sequence else entry.get("times", 0),
        probability=entry.get("probability", 1.0),
        state=when.get("state", ""),
        states=tuple(outcome.get("state") for outcome in repeated),
    )
    outcomes = tuple(Outcome(tuple(_parts(outcome, entry_of))) for outcome in repeated)
    return Step(claim, read_pattern(when, operations, apps, read_moment), outcomes)


def _repeated(sequence: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for outcome in sequence:
        for _ in range(outcome.get("times", 1)):
            yield outcome


def _parts(outcome: Mapping[str, Any], entry_of: Callable[[Any], str]) -> Iterator[Part]:
    """Read the parts of an outcome in the order in which they act, whatever the order in the file."""
    for name, read in _READERS.items():
        if name in outcome:
            yield read(outcome[name], entry_of)


def _error(value: Any, entry_of: Callable[[Any], str]) -> Part:
    asked = value if isinstance(value, dict) else {}
    return Error(entry_of(value), asked.get("status", 0), asked.get("msg", ""), asked.get("params", {}))


_READERS: Mapping[str, Callable[[Any, Callable[[Any], str]], Part]] = {
    "proceed": lambda _, __: Proceed(),
    "rate_limit": lambda value, _: RateLimit(value["calls"], value.get("seconds", _MINUTE)),
    "expire_token": lambda _, __: ExpireToken(),
    "error": _error,
    "respond": lambda value, _: Respond(
        value.get("status", 200), value.get("headers", {}), value.get("body"), value.get("violates", False)
    ),
    "answer_without_write": lambda _, __: AnswerWithoutWrite(),
    "patch": lambda value, _: Patch(value),
    "fault": lambda value, _: read_fault(value),
    "lose_answer": lambda value, _: LoseAnswer(str(value)),
    "delay": lambda value, _: read_delay(value),
}


def choose_entry(error: Any, step: Mapping[str, Any], catalog: Catalog, operations: Mapping[str, Operation]) -> str:
    """Choose the entry of the catalog that an error means: one that the step's operations refuse with, if there is one.

    Args:
        error: `error` of an outcome.
        step: the step.
        catalog: all refusals.
        operations: operations of the contract.

    Raises:
        KeyError: there is no such code or name.
    """
    asked = error if isinstance(error, dict) else {"name" if isinstance(error, str) else "code": error}
    if "name" in asked:
        return catalog[asked["name"]].name
    having = [entry for entry in catalog.entries.values() if entry.code == asked["code"]]
    wanted = expanded(names(step.get("when", {}).get("operation", [])), operations)
    own = {refusal for name in wanted for refusal in operations[name].refusals}
    if not having:
        raise KeyError(asked["code"])
    return min(having, key=lambda entry: entry.name not in own).name
