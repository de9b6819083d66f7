import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feishu_okr.contract import Contract
from okr_mock.scenario.scenario_file import (
    ScenarioError,
    find_mistakes,
    read_scenario_file,
    read_scenario_value,
    scenario_folder,
    scenario_schema,
)
from tests.conftest import Body
from tests.okr_mock.scenario.conftest import CREATE, GET, document

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))
EXPECTED = re.compile(r"^#: (\d+):(\d+) (.+)$", re.MULTILINE)
"""Every broken file says in its last lines where which mistakes are."""
SHIPPED = sorted(scenario_folder().glob("*.yaml"))
PROCEED: Body = {"proceed": True}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def texts(contract: Contract, *steps: Body, **rest: Any) -> list[str]:
    return [text for _, text in find_mistakes(document(*steps, **rest), contract)]


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_broken_files(contract: Contract, path: Path) -> None:
    """Every mistake in a file is named with its line, its column, and what to write instead, and no other is."""
    expected = [(int(line), int(column), text) for line, column, text in EXPECTED.findall(path.read_text("utf-8"))]
    assert expected
    with pytest.raises(ScenarioError) as raised:
        read_scenario_file(path, contract)
    mistakes = raised.value.mistakes
    assert [(mistake.line, mistake.column) for mistake in mistakes] == [place[:2] for place in expected]
    assert all(text in mistake.text for mistake, (_, _, text) in zip(mistakes, expected, strict=True))
    lines = str(raised.value).splitlines()
    assert [line.startswith(f"{path}:{place[0]}:{place[1]}: ") for line, place in zip(lines, expected, strict=True)]


def test_there_are_enough_broken_files() -> None:
    """There are at least twenty ways to break a file."""
    assert len(BROKEN) >= 20


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files(contract: Contract, path: Path) -> None:
    """Every shipped scenario holds, names its schema for editors, and says in a sentence what it rehearses."""
    scenario = read_scenario_file(path, contract)
    assert scenario.name == path.stem
    assert path.read_text("utf-8").startswith("# yaml-language-server: $schema=scenario.schema.json\n")
    assert len(scenario.document["description"]) > 20


def test_the_schema_is_one() -> None:
    """The schema is valid JSON Schema, and whoever else reads it finds the shipped files valid too."""
    jsonschema.Draft202012Validator.check_schema(scenario_schema())


def test_the_tutorial_shows_every_word() -> None:
    """The tutorial uses every word that the schema knows."""
    text = (scenario_folder() / "tutorial.yaml").read_text("utf-8")
    schema = scenario_schema()
    words = {*schema["properties"]["given"]["properties"], *schema["$defs"]["step"]["properties"],
             *schema["$defs"]["when"]["properties"], *schema["$defs"]["outcome"]["properties"],
             *schema["$defs"]["test"]["anyOf"][1]["properties"]}  # fmt: skip
    assert sorted(word for word in words if not re.search(rf"\b{word}\b", text)) == []


@pytest.mark.parametrize("value", [None, [], 1, "text", {}, {"description": "x", "steps": [1]}, {"steps": {"": ""}}])
def test_values(contract: Contract, value: Any) -> None:
    """A value that is no scenario is refused with its name and place, as a broken file is."""
    with pytest.raises(ScenarioError, match=r"^inline:1:1: "):
        read_scenario_value("inline", value, contract)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(value=JSON, word=st.sampled_from(["description", "for", "given", "steps"]))
def test_any_value_is_judged(contract: Contract, value: Any, word: str) -> None:
    """Whatever a scenario says, it is read or refused with places, never with another error."""
    whole = {"description": "x", "steps": [], word: value}
    assert all(isinstance(text, str) and text for _, text in find_mistakes(whole, contract))
    part = {"when": {"body": {"": {"equals": value}, "/a": value}}, "then": {"respond": {"body": value}}}
    for when_and_then in (part, {"when": value, "then": value}, {"sequence": [value]}):
        for at, _ in find_mistakes(document(when_and_then), contract):
            assert at[0] == "steps"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"description: \x00", b'{"description": 1,}'])
def test_unreadable_bytes(contract: Contract, tmp_path: Path, content: bytes) -> None:
    """Bytes that are no text, no YAML or no JSON are named with the file and a place."""
    path = tmp_path / ("broken.json" if content.startswith(b"{") else "broken.yaml")
    path.write_bytes(content)
    with pytest.raises(ScenarioError, match=rf"^{re.escape(str(path))}:\d+:\d+: "):
        read_scenario_file(path, contract)


def test_json_file(contract: Contract, tmp_path: Path) -> None:
    """A scenario may be a JSON file; its mistakes have places too."""
    path = tmp_path / "own.json"
    path.write_text(json.dumps(document({"then": PROCEED})), "utf-8")
    assert read_scenario_file(path, contract).name == "own"
    path.write_text('{"description": "x",\n "steps": [\n  {"then": {"error": 1}}]}', "utf-8")
    with pytest.raises(ScenarioError, match=r"own\.json:3:13: the catalog has no 1"):
        read_scenario_file(path, contract)


@pytest.mark.parametrize(
    ("first", "second", "is_shadowed"),
    [
        ({}, {}, True),
        ({"when": {"operation": "okr.v1.*"}}, {"when": {"operation": [CREATE, GET]}}, True),
        ({"when": {"operation": [GET, CREATE]}}, {"when": {"operation": CREATE}}, True),
        ({"when": {"operation": "okr.v1.*"}}, {"when": {"operation": "okr.v1.*"}}, True),
        ({"when": {"query": {"a": "1"}}}, {"when": {"query": {"a": "1", "b": "2"}}}, True),
        ({"when": {"app": ["a", "b"]}}, {"when": {"app": "a"}}, True),
        ({}, {"times": 1}, True),
        ({}, {"when": {"state": "open"}}, True),
        ({"when": {"operation": CREATE}}, {"when": {"operation": "okr.v1.*"}}, False),
        ({"when": {"operation": CREATE}}, {}, False),
        ({"when": {"query": {"a": "1"}}}, {"when": {"query": {"a": "2"}}}, False),
        ({"when": {"query": {"a": "1"}}}, {"when": {"header": {"a": "1"}}}, False),
        ({"when": {"app": "a"}}, {"when": {"app": ["a", "b"]}}, False),
        ({"times": 3}, {}, False),
        ({"after": 1}, {}, False),
        ({"every": 2}, {}, False),
        ({"probability": 0.5}, {}, False),
        ({"when": {"call": 1}}, {}, False),
        ({"when": {"state": "open"}}, {}, False),
        ({"sequence": [PROCEED]}, {}, False),
    ],
)
def test_shadows(contract: Contract, first: Body, second: Body, is_shadowed: bool) -> None:
    """A step that can never fire is found, and one that can is not accused."""
    steps = [step if "sequence" in step else {**step, "then": PROCEED} for step in (first, second)]
    found = texts(contract, *steps)
    assert found == (["can never fire: step 1 takes every call that it matches"] if is_shadowed else [])


@pytest.mark.parametrize(
    ("then", "is_wrong"),
    [
        ({"error": 1001001, "delay": "1s", "fault": "malformed_json"}, False),
        ({"respond": {"status": 204}}, True),
        ({"respond": {"status": 204, "violates": True}}, False),
        ({"respond": {"body": {"code": 0, "msg": "success"}}}, True),
        ({"respond": {"body": {"code": 0, "msg": "success"}, "violates": True}}, False),
        ({"respond": {"body": {"code": "${query/code}", "msg": ""}}}, False),
        ({"respond": {"status": 400, "body": {"code": 5, "msg": "no"}}}, False),
        ({"error": 1001001, "expire_token": True}, True),
        ({"rate_limit": {"calls": 1}, "error": 1001001}, False),
        ({"lose_answer": "reset", "delay": 1}, False),
        ({"lose_answer": "reset", "error": 1001001}, True),
        ({"lose_answer": "reset", "answer_without_write": True}, True),
        ({"answer_without_write": True, "fault": "close"}, False),
    ],
)
def test_combinations(contract: Contract, then: Body, is_wrong: bool) -> None:
    """What goes together is allowed, what contradicts itself or the contract is not."""
    assert bool(texts(contract, {"when": {"operation": GET}, "then": then})) is is_wrong


def test_every_operation_is_judged(contract: Contract) -> None:
    """An answer for several operations must be right for each of them."""
    own = {"respond": {"body": {"code": 0, "msg": "success", "data": {}}}}
    assert texts(contract, {"when": {"operation": "okr.v1.progress_record.delete"}, "then": own}) == []
    assert texts(contract, {"when": {"operation": "okr.v1.progress_record.*"}, "then": own})
