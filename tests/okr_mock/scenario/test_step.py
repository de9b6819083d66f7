from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feishu_okr.contract import Contract
from okr_mock.scenario.fault import Delay, LoseAnswer
from okr_mock.scenario.reply import Error, Proceed, RateLimit
from okr_mock.scenario.script import Script
from okr_mock.scenario.step import Step, choose_entry, read_moment
from okr_mock.store.claim import Claim
from tests.conftest import Body
from tests.okr_mock.scenario.conftest import CREATE, GET, occasion, scenario_of

CALM: Body = {"then": {"proceed": True}}
PERIOD, KEY_RESULT_PROGRESS = "okr.v1.period.create", "okr.v2.key_result_progress.list"


def step_of(contract: Contract, **step: Any) -> Step:
    return scenario_of(contract, step).steps[0]


@pytest.mark.parametrize(
    ("step", "claim"),
    [
        (CALM, {}),
        (CALM | {"name": "late"}, {"step": "late"}),
        (CALM | {"after": 2}, {"after": 2}),
        (CALM | {"every": 3}, {"every": 3}),
        (CALM | {"times": 4}, {"times": 4}),
        (CALM | {"probability": 0.25}, {"probability": 0.25}),
        (CALM | {"when": {"call": 3}}, {"calls": frozenset({3})}),
        (CALM | {"when": {"call": [2, 5]}}, {"calls": frozenset({2, 5})}),
        (CALM | {"when": {"state": "open"}}, {"state": "open"}),
        ({"then": {"proceed": True, "state": "shut"}}, {"states": ("shut",)}),
        ({"sequence": [{"proceed": True}]}, {"times": 1}),
        ({"sequence": [{"proceed": True, "times": 2}, {"proceed": True, "state": "x"}]},
         {"times": 3, "states": (None, None, "x")}),
        ({"sequence": [{"proceed": True, "times": 5}], "times": 2}, {"times": 2, "states": (None,) * 5}),
        ({"sequence": [{"proceed": True}], "times": 9}, {"times": 1}),
    ],
)  # fmt: skip
def test_claims(contract: Contract, step: Body, claim: dict[str, Any]) -> None:
    """A step claims calls as its words say; a sequence ends after its last element."""
    expected = Claim("played", "1")._replace(**claim)
    assert scenario_of(contract, step).steps[0].claim == expected


def test_names(contract: Contract) -> None:
    """A step is named by its scenario and name, or by its number among all steps."""
    steps = scenario_of(contract, CALM, CALM | {"name": "own"}, CALM).steps
    assert [step.name for step in steps] == ["played#1", "played#own", "played#3"]


def test_outcomes_follow_one_another(contract: Contract) -> None:
    """Each element of a sequence serves its times, and the last one all further."""
    step = step_of(contract, sequence=[{"error": 1001001, "times": 2}, {"proceed": True}, {"error": 1009999}])
    kinds = [step.outcome(n).parts[0] for n in range(1, 6)]
    assert [kind.name if isinstance(kind, Error) else kind for kind in kinds[:2]] == ["invalid_parameters"] * 2
    assert isinstance(kinds[2], Proceed)
    assert [kind.name for kind in kinds[3:] if isinstance(kind, Error)] == ["internal_error"] * 2


def test_parts_act_in_one_order(contract: Contract) -> None:
    """The parts of an outcome act in one order, however the file orders them; a limit comes before an error."""
    step = step_of(contract, then={"delay": 1, "error": 1001001, "rate_limit": {"calls": 2}})
    assert [type(part) for part in step.outcome(1).parts] == [RateLimit, Error, Delay]
    assert step.outcome(1).commits
    assert step_of(contract, then={"lose_answer": 504}).outcome(1).parts == (LoseAnswer("504"),)
    assert not step_of(contract, then={"answer_without_write": True}).outcome(1).commits


@pytest.mark.parametrize(
    ("error", "operation", "name"),
    [
        (1001002, CREATE, "no_permission"),
        (1001002, PERIOD, "no_permission_period"),
        (1001002, "okr.v1.period.*", "no_permission"),
        (1001002, [PERIOD, "okr.v1.period_rule.list"], "no_permission_period"),
        (1001002, [], "no_permission"),
        ({"code": 1001002}, PERIOD, "no_permission_period"),
        ({"name": "no_permission"}, PERIOD, "no_permission"),
        ("no_permission_period", CREATE, "no_permission_period"),
        (1000001, KEY_RESULT_PROGRESS, "param_is_invalid"),
        (1001001, "okr.v1.image.upload", "invalid_parameters"),
        (99991400, CREATE, "rate_limited"),
        (99991663, CREATE, "tenant_token_invalid"),
        (9499, CREATE, "invalid_parameter_type"),
        (2200, CREATE, "overloaded"),
        (404, CREATE, "not_found"),
    ],
)
def test_which_entry_a_code_means(contract: Contract, error: Any, operation: Any, name: str) -> None:
    """A code with several entries means the one that the step's operations refuse with, else the first one."""
    step = {"when": {"operation": operation}}
    assert choose_entry(error, step, contract.catalog, contract.operations) == name


def test_statuses_of_no_permission(contract: Contract) -> None:
    """The same code is 403 for whoever manages periods and 400 for all others, as the vendor documents it."""
    statuses = {
        operation: contract.catalog[choose_entry(1001002, {"when": {"operation": operation}}, contract.catalog,
                                                 contract.operations)].status
        for operation in contract.operations
    }  # fmt: skip
    managing = {PERIOD, "okr.v1.period.patch", "okr.v1.period_rule.list"}
    assert {operation for operation, status in statuses.items() if status == 403} == managing
    assert {status for operation, status in statuses.items() if operation not in managing} == {400}


@pytest.mark.parametrize("error", [1234567, "no_such_name", {"code": 1}, {"name": "no_such"}])
def test_no_such_entry(contract: Contract, error: Any) -> None:
    """A code or name that the catalog lacks is an error, which names it."""
    wanted = error if not isinstance(error, dict) else next(iter(error.values()))
    with pytest.raises(KeyError) as raised:
        choose_entry(error, {}, contract.catalog, contract.operations)
    assert raised.value.args == (wanted,)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (5, 5),
        ("1970-01-01T00:00:01", 1000),
        ("1970-01-01T00:00:01Z", 1000),
        ("1970-01-01T08:00:01+08:00", 1000),
        ("1970-01-02", 86_400_000),
    ],
)
def test_moments(text: Any, moment: int) -> None:
    """A moment is milliseconds or ISO 8601; without a zone it is UTC."""
    assert read_moment(text) == moment


def test_steps_are_found_by_operation_and_app(contract: Contract) -> None:
    """A call meets the steps of its operation and app, and those for any, in the order of the scenarios."""
    first = scenario_of(contract, CALM, CALM | {"when": {"operation": CREATE}}, CALM | {"when": {"app": "a"}})
    second = scenario_of(
        contract, CALM | {"when": {"operation": "okr.v1.*", "app": "b"}}, **{"for": {"app": ["a", "b"]}}
    )
    script = Script([first, second])
    places = {step: place for place, step in enumerate(script.steps)}
    for operation, app, met in [
        (CREATE, "a", [0, 1, 2]),
        (CREATE, "b", [0, 1, 3]),
        (CREATE, "c", [0, 1]),
        (GET, "a", [0, 2]),
        ("", "b", [0]),
        ("", "", [0]),
    ]:
        assert [places[step] for step in script.matching(occasion(operation=operation, app=app))] == met


WHEN = st.fixed_dictionaries(
    {},
    optional={
        "operation": st.sampled_from([CREATE, GET, "okr.v1.*"]),
        "app": st.sampled_from(["a", "b", ["a", "b"]]),
        "query": st.dictionaries(st.sampled_from("xy"), st.sampled_from(["1", 2, {"exists": True}, {"equals": "1"}])),
        "header": st.dictionaries(st.sampled_from(["X", "x"]), st.sampled_from(["1", "2", "", {"less": 2}])),
        "body": st.dictionaries(st.sampled_from(["", "/a"]), st.sampled_from(["1", 1, None, {"contains": "1"}])),
    },
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(whens=st.lists(WHEN, max_size=12), data=st.data())
def test_steps_are_found_as_if_all_were_tried(contract: Contract, whens: list[Body], data: st.DataObject) -> None:
    """However steps are sorted for speed, a call meets those that match it when each is tried, in their order."""
    script = Script([scenario_of(contract, *({"when": when, **CALM} for when in whens))])
    for _ in range(4):
        app = data.draw(st.sampled_from("abc"))
        operation = data.draw(st.sampled_from([CREATE, GET, "okr.v2.cycle.list", ""]))
        query = data.draw(st.sampled_from([b"", b"x=1", b"x=2&y=1"]))
        body = data.draw(st.sampled_from([b"", b'{"a":1}', b'"1"']))
        headers = data.draw(st.sampled_from([{}, {"X": "1"}, {"X": ""}]))
        call = occasion(query=query, headers=headers, body=body, app=app, operation=operation)
        tried = [step for step in script.steps if _fits(step, app, operation) and step.pattern.matches(call)]
        assert script.matching(call) == tried


def _fits(step: Step, app: str, operation: str) -> bool:
    wanted = step.pattern
    return (not wanted.apps or app in wanted.apps) and (not wanted.operations or operation in wanted.operations)
