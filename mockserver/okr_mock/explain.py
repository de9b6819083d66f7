"""Explains a call: which step it would meet, and which criterion of each other one fails."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import orjson
from starlette.routing import compile_path

from feishu_okr.contract import Contract, load
from okr_mock.gateway.request import Request
from okr_mock.scenario.library import open_library
from okr_mock.scenario.pattern import Occasion
from okr_mock.scenario.script import Script
from okr_mock.scenario.step import Step, read_moment
from okr_mock.store.claim import Counts
from okr_mock.store.tally import FIRST_STATE, is_due
from okr_mock.world.start import DEFAULT_WORLD

_KNOWN = frozenset({"method", "path", "query", "headers", "body", "request", "app", "now"})


class QuestionError(Exception):
    """What is to be explained is no call; says what is missing."""


def read_question(value: Any, world: str, now: int = 0) -> Occasion:
    """Read a call that is to be explained; an entry of the journal is one too.

    Args:
        value: `method` and `path`, and as needed `query`, `headers`, `body` (or `request`), `app` and `now`.
        world: name of the world, which stands in for an app that is not named.
        now: milliseconds since the epoch, which stand in for a moment that is not named.

    Raises:
        QuestionError: it has no method or path, or a part of it is not what it should be.
    """
    if not isinstance(value, dict):
        raise QuestionError("a call is an object with `method` and `path`")
    for name in ("method", "path"):
        if not isinstance(value.get(name), str):
            raise QuestionError(f"the call has no {name}; a call has {', '.join(sorted(_KNOWN))}")
    try:
        return _question(value, world, now)
    except (AttributeError, TypeError, ValueError) as error:
        text = "query is an object or a list of pairs, headers an object, now a moment such as 2026-10-05T09:00:00Z"
        raise QuestionError(f"the call cannot be read ({error}); {text}") from error


def _question(value: Mapping[str, Any], world: str, now: int) -> Occasion:
    target = urlsplit(value["path"])
    query = value.get("query", {})
    pairs = list(query.items()) if isinstance(query, dict) else [(name, text) for name, text in query]
    headers = [(str(name).lower().encode(), str(text).encode()) for name, text in value.get("headers", {}).items()]
    body = value.get("body", value.get("request"))
    raw = b"" if body is None else body.encode() if isinstance(body, str) else orjson.dumps(body)
    asked = "&".join(filter(None, [target.query, urlencode(pairs)]))
    path = quote(target.path, safe="/%").encode()
    request = Request(value["method"].upper(), path, {}, asked.encode(), headers, "", raw)
    return Occasion(request, "", str(value.get("app", world)), read_moment(value.get("now", now)))


def explain(
    question: Occasion,
    script: Script,
    contract: Contract,
    counts: Mapping[tuple[str, str], Counts],
    seed: int = 0,
    states: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Explain a call: `fires` names the step, `steps` says of each why or why not. Nothing is counted.

    Args:
        question: the call.
        script: the steps.
        contract: knows which operation the call is.
        counts: how often steps were asked and fired.
        seed: seed of the world, for the draws.
        states: states of the scenarios by name; None where they are not known, and every state will do.
    """
    operation = _operation(question, contract)
    shown, fires = [], None
    for step in script.steps:
        verdict = _verdict(step, question, operation, counts, seed)
        state = step.claim.state
        if states is not None and state and states.get(step.claim.scenario, FIRST_STATE) != state:
            verdict = {**verdict, "fires": False, "why_not": [*verdict["why_not"], f"the state is {state}"]}
        shown.append(verdict)
        if fires is None and verdict["fires"]:
            fires = verdict["step"]
        elif verdict["fires"]:
            verdict |= {"fires": False, "why_not": [f"{fires} takes the call first"]}
    return {"operation": operation or None, "fires": fires, "steps": shown}


def explain_file(path: Path, scenarios: Sequence[str], *, as_json: bool) -> str:
    """Explain a call that stands in a file, as a world that has seen no call before would judge it.

    Args:
        path: a JSON file; an entry of the journal will do.
        scenarios: names of scenarios, files or folders.
        as_json: JSON, or lines for people.

    Raises:
        ScenarioError: a scenario is wrong.
        ValueError: the file holds no call, or there is no such scenario.
    """
    contract = load()
    try:
        question = read_question(orjson.loads(path.read_bytes()), DEFAULT_WORLD)
    except (orjson.JSONDecodeError, QuestionError) as error:
        raise ValueError(f"{path}: {error}") from error
    found = explain(question, open_library(scenarios, contract).usual, contract, {}, states={})
    if as_json:
        return orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    steps = [_line(step) for step in found["steps"]]
    end = f"the call meets {found['fires']}" if found["fires"] else "no step fires; the emulator answers as usual"
    return "\n".join([f"operation: {found['operation'] or 'none'}", *steps, end, ""])


def _line(step: Mapping[str, Any]) -> str:
    reasons = "; ".join(f"not: {text}" for text in step["why_not"])
    return f"{'fires' if step['fires'] else 'no   '}  {step['step']}  {reasons}".rstrip()


def _operation(question: Occasion, contract: Contract) -> str:
    for operation in contract.operations.values():
        pattern, _, _ = compile_path(operation.path)
        if operation.method == question.request.method and pattern.fullmatch(question.path):
            return operation.id
    return ""


def _verdict(
    step: Step, question: Occasion, operation: str, counts: Mapping[tuple[str, str], Counts], seed: int
) -> dict[str, Any]:
    failed = [criterion.text for criterion in step.pattern.criteria if not criterion.matches(question)]
    wanted = step.pattern.operations
    if wanted and operation not in wanted:
        failed.insert(0, f"operation is {' or '.join(sorted(wanted))}")
    if step.pattern.apps and question.app not in step.pattern.apps:
        failed.insert(0, f"app is {' or '.join(sorted(step.pattern.apps))}")
    before = counts.get((step.claim.scenario, step.claim.step), Counts())
    claim = step.claim
    if not failed and not is_due(claim, before, seed):
        limits: dict[str, Any] = {
            "after": claim.after,
            "every": claim.every,
            "times": claim.times,
            "probability": claim.probability,
        }
        limits |= {"call": sorted(claim.calls)} if claim.calls else {}
        failed.append(f"due at its match {before.seen + 1}, fired {before.fired} times: {_limits(limits)}")
    return {"step": step.name, "fires": not failed, "why_not": failed}


def _limits(limits: Mapping[str, Any]) -> str:
    usual = {"after": 0, "every": 1, "times": 0, "probability": 1.0}
    return ", ".join(f"{name} {value}" for name, value in limits.items() if usual.get(name) != value)
