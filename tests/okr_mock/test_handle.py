from typing import Any

import httpx2
import pytest

from okr_mock import MockServer
from okr_mock.control import ControlError
from okr_mock.handle import World
from tests.conftest import RECORDS, TENANT_TOKEN, Body

CREATE, GET = "okr.v1.progress_record.create", "okr.v1.progress_record.get"


def create(world: World, body: Body) -> Any:
    headers = {"Authorization": f"Bearer {world.token}"}
    return httpx2.post(f"{world.base_url}{RECORDS}", json=body, headers=headers).json()


def failure(assertion: Any, *arguments: Any, **criteria: Any) -> str:
    """Give the text of an assertion that fails."""
    with pytest.raises(AssertionError) as error:
        assertion(*arguments, **criteria)
    return str(error.value)


def test_the_app_leads_to_the_world(okr_world: World, create_body: Body) -> None:
    """The app's credentials and the token lead to the same world, and to no other."""
    credentials = {"app_id": okr_world.app_id, "app_secret": okr_world.app_secret}
    token = httpx2.post(f"{okr_world.base_url}{TENANT_TOKEN}", json=credentials).json()["tenant_access_token"]
    for bearer in (token, okr_world.token):
        headers = {"Authorization": f"Bearer {bearer}"}
        assert httpx2.post(f"{okr_world.base_url}{RECORDS}", json=create_body, headers=headers).json()["code"] == 0
    assert len(okr_world.records()) == 2
    assert [entry["world"] for entry in okr_world.requests(CREATE)] == [okr_world.name] * 2


def test_audit(okr_world: World, create_body: Body) -> None:
    """The findings about the caller of this world are given, none where there are none."""
    create(okr_world, create_body)
    assert okr_world.audit() == []
    create(okr_world, create_body | {"sorce": "x"})
    assert [(finding["rule"], finding["evidence"]) for finding in okr_world.audit()] == [("unknown_field", [2])]


def test_assertions_that_hold(okr_world: World, create_body: Body) -> None:
    """What came can be asserted by operation, number and any criterion; what came is given."""
    okr_world.assert_not_called()
    create(okr_world, create_body)
    create(okr_world, {})
    assert [entry["code"] for entry in okr_world.assert_called(CREATE)] == [0, 1001001]
    okr_world.assert_called(CREATE, times=2)
    okr_world.assert_called("okr.v1.*", times=1, code=0, body={"/target_type": 2})
    okr_world.assert_called([CREATE, GET], times=1, status=400, body_contains="{}")
    okr_world.assert_called(times=0, code=7)
    okr_world.assert_not_called(GET)
    okr_world.assert_not_called(CREATE, body_contains="never written")


def test_the_nearest_miss_is_named(okr_world: World, create_body: Body) -> None:
    """A failed assertion names the closest call, and each difference with expectation and actual value."""
    create(okr_world, create_body | {"source_title": "周报"})
    text = failure(okr_world.assert_called, CREATE, times=1, code=0, body={"/source_title": "月报"})
    assert text.startswith(f"{CREATE}, code=0, body={{'/source_title': '月报'}}: expected once, came never (world ")
    assert 'body /source_title: expected equals "月报"; is 周报' in text
    assert f"{CREATE}  200 code 0" in text
    text = failure(okr_world.assert_called, GET)
    assert f"operation: expected is {GET}; is {CREATE}" in text
    assert "body /nothing: expected exists true; is not there" in failure(
        okr_world.assert_called, CREATE, body={"/nothing": {"exists": True}}
    )


def test_too_many_are_listed(okr_world: World, create_body: Body) -> None:
    """Where calls came that should not have, or too many, they are listed with what was wrong with them."""
    create(okr_world, create_body | {"target_type": "x"})
    text = failure(okr_world.assert_not_called, CREATE)
    assert f"{CREATE}: expected never, came once" in text
    assert "body/target_type: target_type should be integer" in text
    assert "nearest" not in text
    create(okr_world, create_body)
    assert "expected once, came 2 times" in failure(okr_world.assert_called, CREATE, times=1)


def test_nothing_came(okr_world: World) -> None:
    """Without any call the text says so and does not make one up."""
    assert failure(okr_world.assert_called, CREATE) == (
        f"{CREATE}: expected at least once, came never (world {okr_world.name})"
    )


def test_inconclusive() -> None:
    """Where a journal has lost calls, "never" and an exact number are inconclusive; what is there still counts."""
    with MockServer(journal_exchanges=2) as server, server.world() as world:
        for _ in range(5):
            create(world, {})
        for text in (failure(world.assert_not_called, GET), failure(world.assert_called, CREATE, times=2)):
            assert "inconclusive, 3 older exchanges were evicted" in text
        world.assert_called(CREATE)
        assert "inconclusive" in failure(world.assert_called, GET)
        assert world.journal().startswith("… 3 earlier calls\n#4 ")


def test_a_typing_error_is_no_passed_test(okr_world: World) -> None:
    """A word or operation that there is not never passes for "not called"."""
    with pytest.raises(ControlError, match="did you mean"):
        okr_world.assert_not_called("okr.v1.progress_record.craete")
    with pytest.raises(ControlError, match="did you mean 'body_contains'"):
        okr_world.assert_not_called(CREATE, body_contain="x")


def test_waiting(okr_world: World, create_body: Body) -> None:
    """An assertion may wait; when the time is over it fails like any other."""
    create(okr_world, create_body)
    okr_world.assert_called(CREATE, wait=30)
    assert len(okr_world.requests(CREATE, wait=30, count=1)) == 1
    assert "came once" in failure(okr_world.assert_called, CREATE, times=2, wait=0.05)


def test_scenarios_and_steps(okr_world: World, create_body: Body) -> None:
    """The world follows scenarios by name or as they are given, and tells how often each step fired."""
    okr_world.scenario(
        "flaky_create", {"description": "No reads.", "steps": [{"when": {"method": "GET"}, "then": {"error": 1001002}}]}
    )
    assert [create(okr_world, create_body)["code"] for _ in range(3)] == [0, 0, 1009999]
    assert okr_world.steps() == {"flaky_create#every_third": 1, "inline#1": 0}
    okr_world.assert_called(CREATE, times=1, step="flaky_create#every_third")
    assert "step flaky_create#every_third" in okr_world.journal()
    with pytest.raises(ControlError, match="did you mean 'calm'"):
        okr_world.scenario("clam")


def test_clock_and_reset(okr_world: World, create_body: Body) -> None:
    """The clock is set and told; a reset takes records and journal away, and the scenario begins anew."""
    assert okr_world.clock(set="2026-10-05T09:00:00Z", freeze=True)["time"] == "2026-10-05T09:00:00.000Z"
    assert okr_world.clock()["clock"] == "frozen"
    created = create(okr_world, create_body)["data"]
    assert [record["progress_id"] for record in okr_world.records()] == [created["progress_id"]]
    okr_world.reset()
    assert (okr_world.records(), okr_world.requests()) == ([], [])
    assert okr_world.journal() == "no call came"


def test_dropped_twice(okr_world: World) -> None:
    """A world that is dropped is gone; dropping it again is nothing."""
    okr_world.drop()
    okr_world.drop()
    assert okr_world.name not in {world["name"] for world in okr_world._control.get("worlds")["worlds"]}
