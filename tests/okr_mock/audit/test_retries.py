import pytest

from feishu_okr.contract import Contract
from okr_mock.audit.retries import SHORTEST_PAUSE
from tests.conftest import RECORDS, Body
from tests.okr_mock.audit.conftest import Caller, at_once, evidence

INTERNAL = {"error": "internal_error"}


@pytest.mark.parametrize(
    "then",
    [INTERNAL, {"fault": {"html_error_page": 502}}, {"lose_answer": "504"}, {"fault": "malformed_json"}],
    ids=["5xx", "page", "lost", "broken"],
)
def test_a_create_is_sent_again_blindly(caller: Caller, then: Body) -> None:
    """After a failure that leaves open what happened the same create is found, with both numbers as evidence."""
    caller.meet(then)
    for _ in range(2):
        caller.create()
        caller.wait(1)
    found = caller.found()
    assert found == {"resent_create": [1, 2]}


def test_who_looks_first_may_send_again(caller: Caller) -> None:
    """A successful read between failure and repetition makes the repetition right, and so does another body."""
    caller.meet(INTERNAL, INTERNAL)
    caller.create()
    caller.wait(1)
    caller.look()
    caller.create()
    caller.wait(1)
    caller.create("another")
    assert caller.found() == {}


def test_who_gave_up_waiting_sends_again(caller: Caller, contract: Contract) -> None:
    """A create that came again before the delayed answer to the first one was sent is found, one after it is not."""
    caller.meet({"delay": "300ms"})
    caller.create()
    caller.create()
    first, second = caller.exchanges()
    assert evidence(contract, [first, second]) == {}
    early = first["uptime_us"] + 200_000
    assert list(evidence(contract, [first, second | {"uptime_us": early, "duration_us": 0}])) == ["resent_create"]


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, {"ignored_rate_limit": [2, 3]}), (4, {"ignored_rate_limit": [2, 3]}), (10, {})]
)
def test_the_rate_limit_is_waited_for(caller: Caller, seconds: float, expected: dict[str, list[int]]) -> None:
    """A call of the same operation before the time is over that the header named is found, a later one is not."""
    caller.freeze()
    caller.meet({"rate_limit": {"calls": 1, "seconds": 10}}, {"rate_limit": {"calls": 1, "seconds": 10}})
    caller.create("1")
    assert caller.create("2") == 99991400
    caller.wait(seconds)
    caller.create("3")
    assert caller.found() == expected


def test_a_header_that_a_scenario_writes_counts(caller: Caller) -> None:
    """The seconds of a header that a step answers with are waited for like those of a quota."""
    answer = {"status": 429, "headers": {"X-Ogw-Ratelimit-Reset": "7"}, "body": {"code": 99991400, "msg": "slow down"}}
    caller.meet({"respond": answer})
    caller.create("1")
    caller.create("2")
    assert caller.found() == {"ignored_rate_limit": [1, 2]}


@pytest.mark.parametrize(("pause", "is_found"), [(0, True), (SHORTEST_PAUSE / 1000, False), (5, False)])
def test_repetitions_take_their_time(caller: Caller, contract: Contract, pause: float, is_found: bool) -> None:
    """A call that comes again at once after a failure is found, one that waited a little on either clock is not."""
    caller.freeze()
    step = {"when": {"method": "GET"}, "times": 1, "then": INTERNAL}
    caller.admin("PUT", "scenario", {"description": "test", "steps": [step]})
    caller.get(f"{RECORDS}/1")
    caller.wait(pause)
    caller.get(f"{RECORDS}/1")
    found = evidence(contract, at_once(caller.exchanges()))
    assert found == ({"no_backoff": [1, 2]} if is_found else {})


def test_what_cannot_succeed_is_not_repeated(caller: Caller) -> None:
    """The same call after a refusal that the catalog says never passes is found."""
    for _ in range(3):
        caller.get(f"{RECORDS}/1")
    (finding,) = caller.findings()
    assert (finding["rule"], finding["evidence"], finding["times"]) == ("hopeless_retry", [1, 2, 3], 2)
    assert "1001004 (okr_data_not_found)" in finding["seen"]


def test_another_call_is_no_repetition(caller: Caller) -> None:
    """Another id, another token and a write in between make a refused call another one."""
    caller.get(f"{RECORDS}/1")
    caller.get(f"{RECORDS}/2")
    caller.get(f"{RECORDS}/1", f"u-dev.{caller.world}")
    caller.create()
    caller.get(f"{RECORDS}/1")
    assert caller.found() == {}


def test_callers_at_the_same_time_repeat_nothing(caller: Caller, contract: Contract) -> None:
    """A call that began before the failure of the same call was answered is not its repetition."""
    caller.freeze()
    caller.meet(INTERNAL)
    caller.create()
    caller.create()
    first, second = at_once(caller.exchanges())
    assert list(evidence(contract, [first, second])) == ["resent_create", "no_backoff"]
    assert evidence(contract, [first, second | {"uptime_us": first["uptime_us"] - 1}]) == {}
