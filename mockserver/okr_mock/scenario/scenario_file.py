"""Reads scenario files and says everything that is wrong with them, each mistake with its place."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
from jsonpointer import JsonPointer, JsonPointerException

from feishu_okr.contract import Contract
from feishu_okr.contract.nesting import read_given
from feishu_okr.contract.schema import closed
from feishu_okr.contract.source import ContractError, Mistake, Source
from okr_mock.scenario.pattern import expanded, names, read_pattern
from okr_mock.scenario.reply import FACTS
from okr_mock.scenario.shape import At, Found, hint, misshapen
from okr_mock.scenario.step import Scenario, choose_entry, read_moment, read_scenario
from okr_mock.scenario.template import unknown_parts

_PACKAGE = Path(__file__).parents[1]
_ANSWERS = ("error", "respond", "expire_token")
_OK = 200


class ScenarioError(Exception):
    """Scenarios are wrong; carries every mistake found."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = sorted(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def scenario_folder() -> Path:
    """Find the shipped scenarios: inside the installed package, or at the top of a checkout."""
    inside = _PACKAGE / "scenarios"
    return inside if inside.is_dir() else _PACKAGE.parents[1] / "scenarios"


@cache
def scenario_schema() -> dict[str, Any]:
    """Give the schema of scenario files."""
    schema: dict[str, Any] = orjson.loads((scenario_folder() / "scenario.schema.json").read_bytes())
    return schema


def read_scenario_file(path: Path, contract: Contract) -> Scenario:
    """Read a scenario.

    Args:
        path: a YAML or JSON file; its name without the ending is the scenario's.
        contract: knows codes, operations, claims and what answers may be.

    Raises:
        ScenarioError: the file is unreadable or wrong; names every mistake.
    """
    try:
        source = read_given(path)
    except ContractError as error:
        raise ScenarioError(error.mistakes) from error
    return _checked(path.stem, source, contract)


def read_scenario_value(name: str, value: Any, contract: Contract) -> Scenario:
    """Read a scenario that came as JSON.

    Args:
        name: what to call it.
        value: what a file would hold.
        contract: as above.

    Raises:
        ScenarioError: it is wrong; names every mistake.
    """
    return _checked(name, Source(Path(name), "", value), contract)


def _checked(name: str, source: Source, contract: Contract) -> Scenario:
    found = find_mistakes(source.value, contract)
    if found:
        raise ScenarioError(source.mistake(at, text) for at, text in found)
    return read_scenario(name, source.value, contract.catalog, contract.operations)


def find_mistakes(document: Any, contract: Contract) -> list[Found]:
    """Find what is wrong with a scenario: first against its schema, then with what it says.

    Args:
        document: value of a scenario file.
        contract: knows codes, operations, claims and what answers may be.
    """
    return list(misshapen(document, scenario_schema())) or list(_Lint(contract).mistakes(document))


def find_call_mistakes(when: Mapping[str, Any], operations: Iterable[str], at: At) -> Iterator[Found]:
    """Find operations, moments, pointers, expressions and schemas that are none.

    Args:
        when: `when` of a step, or what else is asked in its words; it holds to the schema.
        operations: ids of all operations.
        at: where it stands.
    """
    for name in sorted(names(when.get("operation", []))):
        if not expanded([name], operations):
            yield (*at, "operation"), f"there is no operation {name!r}; {_near_operation(name, operations)}"
    yield from _moments(when.get("between", []), [(*at, "between", 0), (*at, "between", 1)])
    for word in ("query", "header", "body"):
        for name, test in when.get(word, {}).items():
            try:
                read_pattern({word: {name: test}}, operations, frozenset(), read_moment)
            except ValueError as error:
                yield (*at, word, name), f"cannot be read: {str(error).splitlines()[0]}"


@dataclass(frozen=True)
class _Lint:
    contract: Contract

    def mistakes(self, document: Mapping[str, Any]) -> Iterator[Found]:
        yield from self._given(document.get("given", {}))
        seen: dict[str, int] = {}
        for index, step in enumerate(document["steps"]):
            at: At = ("steps", index)
            name = step.get("name", str(index + 1))
            if name in seen:
                yield (*at, "name"), f"step {seen[name] + 1} has the name {name!r} too"
            seen.setdefault(name, index)
            yield from find_call_mistakes(step.get("when", {}), self.contract.operations, (*at, "when"))
            yield from self._outcomes(step, at)
        yield from _shadowed(document["steps"])

    def _given(self, given: Mapping[str, Any]) -> Iterator[Found]:
        profiles, claims = self.contract.ledger.profiles, self.contract.ledger.claims
        if "profile" in given and given["profile"] not in profiles:
            yield ("given", "profile"), f"there is no profile {given['profile']!r}; {hint(given['profile'], profiles)}"
        for claim, option in given.get("set", {}).items():
            if claim not in claims:
                yield ("given", "set", claim), f"there is no claim {claim!r}; {hint(claim, claims)}"
            elif option not in claims[claim].options:
                text = f"claim {claim} has no option {option!r}; {hint(option, claims[claim].options)}"
                yield ("given", "set", claim), text
        if "set" in given.get("clock", {}):
            yield from _moments([given["clock"]["set"]], [("given", "clock", "set")])

    def _outcomes(self, step: Mapping[str, Any], at: At) -> Iterator[Found]:
        outcomes = [((*at, "then"), step["then"])] if "then" in step else []
        outcomes += [((*at, "sequence", index), outcome) for index, outcome in enumerate(step.get("sequence", []))]
        for where, outcome in outcomes:
            if "times" in outcome and where[-1] == "then":
                yield (*where, "times"), "times belongs beside then, or to an outcome of a sequence"
            yield from _contradictions(outcome, where)
            yield from self._error(outcome, step, where)
            yield from self._respond(outcome, step, where)
            yield from _patched(outcome.get("patch", []), (*where, "patch"))

    def _error(self, outcome: Mapping[str, Any], step: Mapping[str, Any], at: At) -> Iterator[Found]:
        if "error" not in outcome:
            return
        catalog = self.contract.catalog
        try:
            choose_entry(outcome["error"], step, catalog, self.contract.operations)
        except KeyError as error:
            wanted = error.args[0]
            codes = [str(entry.code) for entry in catalog.entries.values()]
            known = list(catalog.entries) if isinstance(wanted, str) else codes
            near = get_close_matches(str(wanted), known, n=1)
            text = f"did you mean {near[0]}?" if near else "`okr-mock codes` lists them"
            yield (*at, "error"), f"the catalog has no {wanted!r}; {text}"

    def _respond(self, outcome: Mapping[str, Any], step: Mapping[str, Any], at: At) -> Iterator[Found]:
        respond = outcome.get("respond")
        if respond is None:
            return
        where = (*at, "respond", "body")
        body = respond.get("body")
        for name in unknown_parts(body, FACTS):
            yield where, f"${{{name}}} stands for nothing; {hint(name.partition('/')[0], FACTS)}"
        if not respond.get("violates") and "${" not in orjson.dumps(body).decode():
            yield from self._broken(body, respond.get("status", _OK), step, where)

    def _broken(self, body: Any, status: int, step: Mapping[str, Any], at: At) -> Iterator[Found]:
        """Check an answer that holds no templates against the contract."""
        effective = self.contract.effective(self.contract.ledger.profile())
        operations = expanded(names(step.get("when", {}).get("operation", [])), self.contract.operations)
        if status == _OK:
            broken = [text for name in sorted(operations) for text in effective.rules(name).broken(body)]
        else:
            components = closed(self.contract.document["components"])
            schema = {"$ref": "#/components/schemas/Refusal", "components": components}
            broken = [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(body)]
        if broken:
            yield at, f"breaks the contract ({broken[0]}); mend it, or say `violates: true` if it is meant"


def _near_operation(name: str, operations: Iterable[str]) -> str:
    near = get_close_matches(name, list(operations), n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else "the document at /openapi.json names them"


def _moments(values: list[Any], places: list[At]) -> Iterator[Found]:
    for value, at in zip(values, places, strict=False):
        try:
            read_moment(value)
        except ValueError:
            yield at, f"{value!r} is no moment such as 2026-10-05T09:00:00+08:00"


def _patched(patch: list[dict[str, Any]], at: At) -> Iterator[Found]:
    for index, change in enumerate(patch):
        wanted = _OPERANDS.get(change["op"])
        if wanted and wanted not in change:
            yield (*at, index), f"{change['op']} wants {wanted!r} too"
        for name in {"path", "from"} & change.keys():
            try:
                JsonPointer(change[name])
            except (JsonPointerException, TypeError):
                yield (*at, index, name), f"{change[name]!r} is no JSON Pointer; write ~ as ~0 and / as ~1"


_OPERANDS = {"add": "value", "replace": "value", "test": "value", "move": "from", "copy": "from"}


def _contradictions(outcome: Mapping[str, Any], at: At) -> Iterator[Found]:
    answers = [name for name in _ANSWERS if name in outcome]
    if len(answers) > 1:
        yield at, f"{' and '.join(answers)} contradict each other; keep one"
    if "lose_answer" in outcome:
        for name in (*_ANSWERS, "answer_without_write", "fault", "proceed"):
            if name in outcome:
                yield (*at, name), f"lose_answer carries the call out and hides the answer; it does not go with {name}"
    if "answer_without_write" in outcome and answers:
        yield at, f"answer_without_write gives the usual answer; it does not go with {answers[0]}"


def _shadowed(steps: list[dict[str, Any]]) -> Iterator[Found]:
    """Find steps that can never fire, because an earlier one that is always due takes all their calls."""
    for index, step in enumerate(steps):
        for earlier, other in enumerate(steps[:index]):
            if _is_always_due(other) and _covers(other.get("when", {}), step.get("when", {})):
                yield ("steps", index), f"can never fire: step {earlier + 1} takes every call that it matches"
                break


def _is_always_due(step: Mapping[str, Any]) -> bool:
    limits = {"after", "every", "times", "probability", "sequence"} & step.keys()
    return not limits and not {"call", "state"} & step.get("when", {}).keys()


def _covers(wider: Mapping[str, Any], narrower: Mapping[str, Any]) -> bool:
    """Say whether whatever matches the one matches the other too, as far as can be told by comparing words."""
    for word, value in wider.items():
        if word in ("operation", "method", "app"):
            if word not in narrower or not names(narrower[word]) <= set(expanded(names(value), names(narrower[word]))):
                return False
        elif isinstance(value, dict):
            if any(narrower.get(word, {}).get(name) != test for name, test in value.items()):
                return False
        elif narrower.get(word) != value:
            return False
    return True
