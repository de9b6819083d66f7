import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_okr.contract import Contract
from okr_mock.explain import QuestionError, explain, read_question
from okr_mock.scenario.script import Script
from okr_mock.store.claim import Counts
from tests.conftest import RECORDS, Body
from tests.okr_mock.scenario.conftest import CREATE, GET, RECORD, scenario_file, scenario_of
from tests.okr_mock.test_cli import run

CALL: Body = {"method": "post", "path": f"{RECORDS}?lang=en", "body": RECORD}
SHUT: Body = {"error": 1001001}
NOON = "2026-10-05T12:00:00+08:00"


def explained(contract: Contract, *steps: Body, call: Body = CALL, **known: Any) -> Body:
    """Explain a call under these steps; what is known of the world may be told."""
    script = Script([scenario_of(contract, *steps)])
    return explain(read_question(call, "default"), script, contract, **{"counts": {}, **known})


def why(contract: Contract, when: Body, call: Body = CALL) -> list[str]:
    (step,) = explained(contract, {"when": when, "then": SHUT}, call=call)["steps"]
    reasons: list[str] = step["why_not"]
    return reasons


def test_which_step_fires(contract: Contract) -> None:
    """The first step that matches and is due fires; of every other one it is said why not."""
    found = explained(
        contract,
        {"when": {"operation": GET}, "then": SHUT},
        {"name": "late", "after": 2, "then": SHUT},
        {"name": "taker", "when": {"query": {"lang": "en"}}, "then": SHUT},
        {"name": "rest", "then": SHUT},
    )
    assert (found["operation"], found["fires"]) == (CREATE, "played#taker")
    assert found["steps"] == [
        {"step": "played#1", "fires": False, "why_not": [f"operation is {GET}"]},
        {"step": "played#late", "fires": False, "why_not": ["due at its match 1, fired 0 times: after 2"]},
        {"step": "played#taker", "fires": True, "why_not": []},
        {"step": "played#rest", "fires": False, "why_not": ["played#taker takes the call first"]},
    ]


@pytest.mark.parametrize(
    ("when", "reasons"),
    [
        ({}, []),
        ({"operation": "okr.v1.progress_record.*"}, []),
        ({"operation": [GET, "okr.v1.review.query"]}, [f"operation is {GET} or okr.v1.review.query"]),
        ({"method": ["GET", "PUT"]}, ["method is GET or PUT"]),
        ({"path": "/x/{y}"}, ["path is /x/{y}"]),
        ({"app": "cli_a"}, ["app is cli_a"]),
        ({"query": {"lang": {"equals": "zh", "exists": False}}}, ['query lang equals "zh"', "query lang exists false"]),
        ({"header": {"X-Run": {"matches": "^7$"}}}, ['header X-Run matches "^7$"']),
        ({"body": {"/target_type": {"greater": 9}, "/source_title": "周报"}}, ["body /target_type greater 9"]),
        ({"body": {"": {"schema": False}}}, ["body (whole) schema false"]),
        ({"between": [NOON, NOON]}, [f"time is between {NOON} and {NOON}"]),
        ({"method": "GET", "query": {"a": "1"}}, ["method is GET", 'query a equals "1"']),
    ],
)
def test_each_criterion(contract: Contract, when: Body, reasons: list[str]) -> None:
    """Every criterion that fails is named, in words, and none that holds."""
    assert why(contract, when) == reasons


@pytest.mark.parametrize(
    ("step", "counts", "reason"),
    [
        ({"times": 2}, Counts(2, 2), "due at its match 3, fired 2 times: times 2"),
        ({"every": 3}, Counts(0, 0), "due at its match 1, fired 0 times: every 3"),
        ({"every": 3}, Counts(2, 0), ""),
        ({"when": {"call": [2, 4]}}, Counts(2, 1), "due at its match 3, fired 1 times: call [2, 4]"),
        ({"when": {"call": [2, 4]}}, Counts(3, 1), ""),
        (
            {"after": 1, "every": 2, "times": 1},
            Counts(3, 1),
            "due at its match 4, fired 1 times: after 1, every 2, times 1",
        ),
    ],
)
def test_what_was_counted(contract: Contract, step: Body, counts: Counts, reason: str) -> None:
    """A step that is not due says after how many matches, and what it waits for; nothing is counted by asking."""
    for _ in range(2):
        found = explained(contract, {**step, "then": SHUT}, counts={("played", "1"): counts})
        assert found["steps"][0]["why_not"] == ([reason] if reason else [])


def test_draws_are_those_of_the_world(contract: Contract) -> None:
    """Whether a draw lets a step fire follows from the seed of the world."""
    verdicts = [explained(contract, {"probability": 0.5, "then": SHUT}, seed=seed)["fires"] for seed in range(40)]
    assert set(verdicts) == {None, "played#1"}


def test_for_other_apps(contract: Contract) -> None:
    """A step of a scenario for certain apps says so where another one calls."""
    script = Script([scenario_of(contract, {"then": SHUT}, **{"for": {"app": ["cli_a", "cli_b"]}})])
    found = explain(read_question(CALL, "default"), script, contract, {})
    assert found["steps"][0]["why_not"] == ["app is cli_a or cli_b"]
    assert explain(read_question(CALL, "cli_b"), script, contract, {})["fires"] == "played#1"


@pytest.mark.parametrize(
    ("call", "operation"),
    [
        ({"method": "GET", "path": f"{RECORDS}/71"}, GET),
        ({"method": "GET", "path": f"{RECORDS}/71?x=y"}, GET),
        ({"method": "GET", "path": f"{RECORDS}/a/b"}, None),
        ({"method": "PATCH", "path": RECORDS}, None),
        ({"method": "POST", "path": "/open-apis/auth/v3/tenant_access_token/internal"},
         "auth.v3.tenant_access_token.internal"),
        ({"method": "GET", "path": "/周"}, None),
    ],
)  # fmt: skip
def test_operations(contract: Contract, call: Body, operation: str | None) -> None:
    """The operation of a call is that of its method and path."""
    assert explained(contract, call=call)["operation"] == operation


@pytest.mark.parametrize(
    "call",
    [
        {"path": "/a", "method": "POST", "query": {"a": "1 2"}, "headers": {"X": "1"}, "body": {"n": 1}},
        {"path": "/a", "method": "POST", "query": [["a", "1 2"]], "headers": {"X": "1"}, "request": {"n": 1}},
        {"path": "/a?a=1+2", "method": "post", "headers": {"x": "1"}, "body": '{"n": 1}'},
        {"path": "/a/?a=0", "method": "post", "query": {"a": "1 2"}, "headers": {"x": 1}, "body": '{"n": 1}'},
    ],
)
def test_ways_to_write_a_call(contract: Contract, call: Body) -> None:
    """A call may be written by hand or be taken from the journal."""
    when = {"method": "POST", "path": "/a", "query": {"a": "1 2"}, "header": {"X": "1"}, "body": {"/n": 1}}
    assert why(contract, when, call) == []


@pytest.mark.parametrize("now", [1_791_172_800_000, NOON, "2026-10-05T04:00:00"])
def test_moments(contract: Contract, now: Any) -> None:
    """The moment of a call is milliseconds or ISO 8601, as in scenario files."""
    assert why(contract, {"between": [NOON, NOON]}, CALL | {"now": now}) == []


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (5, "a call is an object"),
        ({}, "the call has no method"),
        ({"method": "GET"}, "the call has no path"),
        ({"method": 5, "path": "/"}, "the call has no method"),
        ({"method": "GET", "path": "/", "headers": []}, "headers an object"),
        ({"method": "GET", "path": "/", "query": 5}, "query is an object or a list of pairs"),
        ({"method": "GET", "path": "/", "query": [["a"]]}, "query is an object or a list of pairs"),
        ({"method": "GET", "path": "/", "now": "noon"}, "noon"),
        ({"method": "GET", "path": "/", "now": None}, "now a moment"),
        ({"method": "GET", "path": "//["}, "cannot be read"),
    ],
)
def test_no_calls(value: Any, says: str) -> None:
    """What is no call is refused with what is missing or wrong."""
    with pytest.raises(QuestionError, match=says):
        read_question(value, "default")


VALUE = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


PARTS = st.dictionaries(st.sampled_from(["query", "headers", "body", "request", "app", "now"]), VALUE)


@given(parts=PARTS, path=st.text())
def test_anything_is_a_call_or_none(parts: Body, path: str) -> None:
    """Any value is read as a call or refused as none."""
    with suppress(QuestionError):
        assert read_question({"method": "GET", "path": path, **parts}, "default").request.method == "GET"


def test_command(tmp_path: Path) -> None:
    """`okr-mock explain` says for a call in a file which step it meets, in words or as JSON."""
    file = scenario_file(tmp_path, {"name": "get", "when": {"method": "GET"}, "then": SHUT}, {"then": SHUT})
    request = tmp_path / "request.json"
    request.write_text(json.dumps(CALL), "utf-8")
    done = run("explain", str(request), "--scenario", file)
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        [f"operation: {CREATE}", "no     played#get  not: method is GET", "fires  played#2", "the call meets played#2"],
    )
    done = run("explain", str(request), "--scenario", "calm", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"operation": CREATE, "fires": None, "steps": []})
    assert "no step fires" in run("explain", str(request), "--scenario", "calm").stdout


@pytest.mark.parametrize(
    ("content", "scenario", "says"),
    [
        ("{", "calm", "request.json: "),
        ("{}", "calm", "request.json: the call has no method"),
        ('{"method": "GET", "path": "/"}', "clam", "did you mean 'calm'?"),
    ],
)
def test_command_with_mistakes(tmp_path: Path, content: str, scenario: str, says: str) -> None:
    """What is no call, or no scenario, is one line and exit code 2."""
    request = tmp_path / "request.json"
    request.write_text(content, "utf-8")
    done = run("explain", str(request), "--scenario", scenario)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_states(contract: Contract) -> None:
    """A step that waits for a state says so where the scenario is in another one."""
    step: Body = {"when": {"state": "shut"}, "then": SHUT}
    (verdict,) = explained(contract, step, states={})["steps"]
    assert (verdict["fires"], verdict["why_not"]) == (False, ["the state is shut"])
    assert explained(contract, step, states={"played": "shut"})["fires"] == "played#1"
