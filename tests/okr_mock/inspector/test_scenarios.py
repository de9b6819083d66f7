import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import RECORDS, Body, MakeClient
from tests.okr_mock.operations.conftest import SMALL_WORLD
from tests.okr_mock.scenario.conftest import RECORD, document, of, scenario_file
from tests.okr_mock.scenario.test_library import rewrite

SCENARIO, EXPLAIN = "/__admin/scenario", "/__admin/explain"
FAIL: Body = {"then": {"error": 1009998}}
MOMENT = "2026-10-05T09:00:00Z"
FROZEN: Body = {"clock": {"set": MOMENT, "freeze": True}}


def put(client: TestClient, asked: Any, world: str = "default") -> Any:
    headers = {"Content-Type": "application/json"}
    return client.put(f"{SCENARIO}?world={world}", content=json.dumps(asked), headers=headers)


def chosen(client: TestClient, asked: Any, world: str = "default") -> Body:
    answer = put(client, asked, world)
    assert answer.status_code == 200, answer.text
    shown: Body = answer.json()
    return shown


def shown(client: TestClient, world: str = "default") -> Body:
    answer: Body = client.get(f"{SCENARIO}?world={world}").json()
    return answer


def codes(client: TestClient, times: int = 1, world: str = "default") -> list[int]:
    return [client.get(f"{RECORDS}/1", headers=of(world)).json()["code"] for _ in range(times)]


def facts(client: TestClient, world: str = "default") -> Body:
    answer: Body = client.get(f"/__admin/worlds/{world}").json()
    return answer


def test_choose_and_show(client: TestClient) -> None:
    """A scenario that is chosen by name is in force in one world, and shown with how often each step fired."""
    assert chosen(client, "token_expires", "w")["never_fired"] == ["token_expires#expired"]
    assert codes(client, 4, "w") == [1001004, 1001004, 99991663, 1001004]
    found = shown(client, "w")
    assert (found["world"], found["active"], found["is_own"]) == ("w", ["token_expires"], True)
    assert found["steps"] == [{"step": "token_expires#expired", "seen": 4, "fired": 1}]
    assert (found["never_fired"], found["complaints"]) == ([], {})
    assert {"calm", "tutorial"} < set(found["known"])
    other = shown(client)
    assert (other["active"], other["is_own"], other["steps"]) == ([], False, [])


@pytest.mark.parametrize(
    ("asked", "active"),
    [
        ("calm", ["calm"]),
        (["calm", "drift"], ["calm", "drift"]),
        ({"scenario": "calm"}, ["calm"]),
        ({"scenario": ["calm", document(FAIL)]}, ["calm", "inline"]),
        (document(FAIL), ["inline"]),
        ([document(FAIL), document()], ["inline", "inline2"]),
        ([], []),
    ],
)
def test_ways_to_choose(client: TestClient, asked: Any, active: list[str]) -> None:
    """A choice is a name, a scenario as it would stand in a file, or a list of these, in an object or not."""
    assert chosen(client, asked)["active"] == active


def test_inline(client: TestClient) -> None:
    """A scenario that is sent is played at once, and its answers name it; several count each for itself."""
    chosen(client, document({"name": "mine", **FAIL}), "w")
    answer = client.get(f"{RECORDS}/1", headers=of("w"))
    assert (answer.json()["code"], answer.headers["x-mock-step"]) == (1009998, "inline#mine")
    chosen(client, [document({"times": 1, "then": {"error": code}}) for code in (1001001, 1001002)])
    assert codes(client, 3) == [1001001, 1001002, 1001004]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("clam", "there is no scenario 'clam'; did you mean 'calm'?"),
        (["calm", "clam"], "there is no scenario 'clam'"),
        (5, "there is no scenario '5'"),
        (None, "there is no scenario 'null'"),
        ("{", "unexpected end of data"),
        ({}, "inline:1:1: 'description' is a required property"),
        (document({"then": {"eror": 1}}), "'eror' is not known here; did you mean 'error'? (at /steps/0/then/eror)"),
        (document({"then": {"error": 1}}), "the catalog has no 1; `okr-mock codes` lists them (at /steps/0/"),
        (document(given={"profile": "x"}), "there is no profile 'x'; there are documented, gateway (at /given"),
        (document(given={"fixture": "x"}), "fixture: there is no 'x'; there are default"),
        (document(given={"fixture": {"users": []}}), "fixture/users"),
        (document({"name": "a\n", **FAIL}), "does not match"),
    ],
)
def test_mistakes(client: TestClient, asked: Any, says: str) -> None:
    """A choice that cannot be is refused with the place of every mistake, and what was in force stays so."""
    chosen(client, document(FAIL))
    answer = put(client, asked)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
    assert codes(client) == [1009998]


def test_no_json(client: TestClient) -> None:
    """A body that is no JSON is refused with where it ends to be."""
    answer = client.put(SCENARIO, content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, "the body is not JSON" in answer.text) == (400, True)


def test_too_many_worlds(make_client: MakeClient) -> None:
    """Where no world has room, none is made by choosing or explaining, and the answer says what to do."""
    client = make_client(max_worlds=1, log_level="error")
    chosen(client, "calm", "a")
    for answer in (put(client, "calm", "b"), client.post(f"{EXPLAIN}?world=b", json={"method": "GET", "path": "/"})):
        assert answer.status_code == 503
        assert "Reset worlds that are not needed" in answer.json()["error"]


def test_counts_begin_anew(client: TestClient) -> None:
    """A reset of the scenario begins its counts anew in one world, and leaves everything else."""
    for world in ("a", "b"):
        chosen(client, document({"times": 1, **FAIL}), world)
        client.post(RECORDS, json=RECORD, headers=of(world))
    assert client.post(f"{SCENARIO}/reset?world=a", json={}).json() == {}
    assert [step["fired"] for world in "ab" for step in shown(client, world)["steps"]] == [0, 1]
    assert (codes(client, 2, "a"), codes(client, 1, "b")) == ([1009998, 1001004], [1001004])
    assert facts(client, "a")["calls"] == 3


def test_states_begin_anew(client: TestClient) -> None:
    """A reset of the scenario leads its states back to the first."""
    chosen(client, document({"when": {"state": "start"}, "then": {"error": 1009998, "state": "over"}}))
    assert codes(client, 2) == [1009998, 1001004]
    client.post(f"{SCENARIO}/reset", json={})
    assert codes(client) == [1009998]


@pytest.mark.parametrize("anew", ["reset", "choose"])
def test_limits_begin_anew(client: TestClient, anew: str) -> None:
    """A scenario that begins anew, or is chosen again, begins the windows of its limits anew too."""
    limited = document({"then": {"rate_limit": {"calls": 1}}})
    chosen(client, limited)
    assert codes(client, 2) == [1001004, 99991400]
    if anew == "reset":
        client.post(f"{SCENARIO}/reset", json={})
    else:
        chosen(client, limited)
    assert codes(client) == [1001004]


def test_a_choice_survives_a_reset(client: TestClient) -> None:
    """A world that is reset keeps the scenario of its choice, and begins its counts anew; a deleted one forgets it."""
    chosen(client, document({"times": 1, **FAIL}, given={"quota": 5}), "w")
    codes(client, 1, "w")
    client.post("/__admin/reset?world=w", json={})
    assert shown(client, "w")["is_own"]
    assert codes(client, 2, "w") == [1009998, 1001004]
    client.request("DELETE", "/__admin/worlds/w", json={})
    assert shown(client, "w")["active"] == []
    assert codes(client, 1, "w") == [1001004]


def test_calm_ends_it(make_client: MakeClient, tmp_path: Path) -> None:
    """`calm` ends what the server was started with in one world, and takes back what a scenario before had asked."""
    client = make_client(scenario=(scenario_file(tmp_path, FAIL),), log_level="error")
    chosen(client, document({"then": {"error": 1001001}}, given={"profile": "gateway", "quota": 1}), "w")
    assert (codes(client, 1, "w"), facts(client, "w")["profile"]) == ([1001001], "gateway")
    chosen(client, "calm", "w")
    assert (codes(client, 3, "w"), facts(client, "w")["profile"]) == ([1001004] * 3, "documented")
    assert codes(client) == [1009998]


def test_given_profile_and_claims(client: TestClient) -> None:
    """A scenario's profile and claims decide disputed behaviour in its world alone, and what is there stays."""
    sent: Any = client.post(RECORDS, json=RECORD, headers=of("w")).json()["data"]["progress_id"]
    chosen(client, document(given={"profile": "gateway", "set": {"key_order": "as_written"}}), "w")
    assert facts(client, "w")["profile"] == "gateway"
    answer = client.get(f"{RECORDS}/{sent}", headers=of("w"))
    assert answer.json()["code"] == 0
    assert list(answer.json()) == ["code", "msg", "data"]
    assert list(client.get(f"{RECORDS}/1").json()) == ["code", "error", "msg"]


def test_given_quota(client: TestClient) -> None:
    """A scenario's quota counts calls in its world."""
    chosen(client, document(given={"quota": 2}), "w")
    assert codes(client, 3, "w") == [1001004, 1001004, 99991400]
    assert codes(client, 3) == [1001004] * 3


def test_given_clock(client: TestClient) -> None:
    """A scenario's clock is set when it is chosen, and set again when it is chosen again or its world is reset."""
    chosen(client, document(given=FROZEN), "w")
    assert facts(client, "w")["time"] == "2026-10-05T09:00:00.000Z"
    assert facts(client, "w")["clock"] == "frozen"
    client.put("/__admin/clock?world=w", json={"advance": 60})
    client.post("/__admin/reset?world=w", json={})
    assert facts(client, "w")["time"] == "2026-10-05T09:00:00.000Z"


def test_given_clock_again(client: TestClient) -> None:
    """A clock that went on is set again when the same scenario is chosen again."""
    chosen(client, document(given=FROZEN), "w")
    client.put("/__admin/clock?world=w", json={"advance": 60})
    chosen(client, document(given=FROZEN), "w")
    assert facts(client, "w")["time"] == "2026-10-05T09:00:00.000Z"


def test_given_fixture(client: TestClient) -> None:
    """A scenario's fixture begins the world anew with its people and apps."""
    client.post(RECORDS, json=RECORD, headers=of("w"))
    chosen(client, document(given={"fixture": SMALL_WORLD}), "w")
    assert facts(client, "w")["records"] == 0
    mine = RECORD | {"target_id": "41"}
    assert client.post(RECORDS, json=mine, headers=of("w")).json()["code"] == 0
    assert client.post(RECORDS, json=mine, headers=of("other")).json()["code"] == 1001004
    chosen(client, document(given={"fixture": "default"}), "w")
    assert client.post(RECORDS, json=RECORD, headers=of("w")).json()["code"] == 0


def test_broken_edits_are_shown(make_client: MakeClient, tmp_path: Path) -> None:
    """A file that was changed is read again when the scenario is shown; a broken one is complained of here too."""
    path = scenario_file(tmp_path, FAIL)
    client = make_client(scenario=(path,), log_level="error")
    assert codes(client) == [1009998]
    rewrite(tmp_path, {"then": {"eror": 1}})
    assert "'eror' is not known here" in shown(client)["complaints"]["played"]
    assert codes(client) == [1009998]
    rewrite(tmp_path, {"then": {"error": 1001001}})
    assert shown(client)["complaints"] == {}
    assert codes(client) == [1001001]


def test_explain(client: TestClient) -> None:
    """A call is explained under the scenario in force, or under one that is named or sent; nothing is counted."""
    chosen(client, document({"name": "get", "when": {"method": "GET"}, "times": 1, **FAIL}), "w")
    call = {"method": "GET", "path": f"{RECORDS}/1"}
    for _ in range(2):
        assert client.post(f"{EXPLAIN}?world=w", json=call).json()["fires"] == "inline#get"
    codes(client, 1, "w")
    verdict = client.post(f"{EXPLAIN}?world=w", json={"request": call}).json()["steps"][0]
    assert verdict["why_not"] == ["due at its match 2, fired 1 times: times 1"]
    sent = {"request": call, "scenario": document({"then": {"proceed": True}})}
    assert client.post(EXPLAIN, json=sent).json()["fires"] == "inline#1"
    assert client.post(EXPLAIN, json={"request": call, "scenario": "calm"}).json()["steps"] == []


def test_explain_an_entry_of_the_journal(client: TestClient) -> None:
    """An entry of the journal can be explained as it is, with its body."""
    chosen(client, document({"when": {"body": {"/source_title": "周报"}}, **FAIL}), "w")
    client.post(RECORDS, json=RECORD, headers=of("w"))
    (entry,) = client.get("/__admin/requests?world=w").json()["requests"]
    for body in (entry, {"request": entry}):
        assert client.post(f"{EXPLAIN}?world=w", json=body).json()["fires"] == "inline#1"


def test_explain_goes_by_the_world(make_client: MakeClient) -> None:
    """An explanation goes by the world's clock, seed and app, as its calls do."""
    client = make_client(seed=3, log_level="error")
    call = {"method": "GET", "path": f"{RECORDS}/1"}
    steps = [{"probability": 0.5, "when": {"between": [MOMENT, MOMENT], "app": "w"}, **FAIL}]
    chosen(client, document(*steps, given=FROZEN), "w")
    for _ in range(12):
        fires = client.post(f"{EXPLAIN}?world=w", json=call).json()["fires"]
        assert codes(client, 1, "w") == [1009998 if fires else 1001004]


def test_explain_goes_by_the_state(client: TestClient) -> None:
    """An explanation goes by the state that the scenario is in."""
    chosen(client, document({"when": {"state": "start"}, "then": {"error": 1009998, "state": "over"}}))
    codes(client)
    assert client.post(EXPLAIN, json={"method": "GET", "path": f"{RECORDS}/1"}).json()["fires"] is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ([], "send {"),
        ({}, "the call has no method"),
        ({"request": 5}, "a call is an object"),
        ({"method": "GET", "path": "/", "headers": []}, "headers an object"),
        ({"method": "GET", "path": "/", "scenario": "clam"}, "did you mean 'calm'?"),
        ({"method": "GET", "path": "/", "scenario": {"steps": []}}, "inline:1:1: 'description'"),
    ],
)
def test_nothing_to_explain(client: TestClient, body: Any, says: str) -> None:
    """What is no call, or no scenario, is refused with what is wrong."""
    answer = client.post(EXPLAIN, json=body)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
