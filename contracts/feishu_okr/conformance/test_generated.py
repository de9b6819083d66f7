"""Generated calls, good and bad, and paths along the contract's links."""

from typing import Any

import pytest

from feishu_okr.conformance.aim import Aim
from feishu_okr.conformance.conftest import Needs
from feishu_okr.conformance.law import Law
from feishu_okr.conformance.plugin import run_of
from feishu_okr.conformance.target import Target
from feishu_okr.conformance.test_example import written
from feishu_okr.contract import load

OPERATIONS = load().operations
GRANTS = ("oauth.v3.token", "authen.v2.oauth.token")
"""A good call of these needs a code or refresh token; none is generated."""
LINKS, LEAST_SCENARIOS, MOST_SCENARIOS = 3, 10, 100
"""From a create to get, update and delete."""


@pytest.fixture
def number(request: pytest.FixtureRequest) -> int:
    """Give how many calls are generated an operation."""
    number: int = run_of(request.config).values["generated"]
    if number < 1:
        pytest.skip("no calls were to be generated (--generated 0)")
    return number


@pytest.mark.parametrize("is_good", [True, False], ids=["good", "bad"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_generated_calls(
    operation: str, is_good: bool, number: int, target: Target, law: Law, needs: Needs, notes: dict[str, Any]
) -> None:
    """Good calls are carried out, bad ones are refused, and every answer is one that the contract promises."""
    needs("generated", "isolate", "write", "credentials")
    if is_good and operation in GRANTS:
        pytest.skip("a good call needs a code or a refresh token, which no generator can make")
    from feishu_okr.conformance import generator
    from feishu_okr.conformance.generator import CHECKS, WireAdapter, told, validate

    adapter = WireAdapter(target.caller(), operation)
    session = generator.session_over(adapter)
    known = OPERATIONS[operation]

    def check(case: Any) -> None:
        adapter.caller = somebody = target.caller()  # what one call does is not in the way of another
        Aim({**target.known, "record": written(somebody).json["data"]["progress_id"]}).take(case)
        headers = {} if known.issues_tokens else {"Authorization": f"Bearer {somebody.token('tenant')}"}
        response = case.call(session=session, headers=headers)
        validate(case, response, CHECKS)
        wrong = list(law.broken(adapter.answer))
        assert not wrong, "; ".join(wrong)
        assert not is_good or adapter.answer.code == 0, f"a good call earned code {adapter.answer.code}: {told(case)}"
        notes["checked"] = notes.get("checked", 0) + 1

    try:
        generator.generate(generator.schema_of(target)[known.path][known.method], number, is_good, check)
    except generator.NoCallsError:
        pytest.skip("an operation without parameters and body has no bad calls")


def test_links_lead_to_what_they_name(
    number: int, target: Target, law: Law, needs: Needs, notes: dict[str, Any]
) -> None:
    """Every link from a create finds the record and writes to it; once deleted, it is not found again."""
    needs("generated", "isolate", "write", "credentials", "knows:key_result", "knows:objective")
    from feishu_okr.conformance.life import live

    notes["claims"] = ["second_delete"]
    for scenarios in (max(LEAST_SCENARIOS, number), MOST_SCENARIOS):  # seldom are the first not enough
        notes["checked"] = len(live(target, law, scenarios))
        if notes["checked"] == LINKS:
            break
    assert notes["checked"] == LINKS, "not every link was followed"
