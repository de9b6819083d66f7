from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import RECORDS, TENANT_TOKEN, Body, MakeClient
from tests.okr_mock.scenario.conftest import CREATE, RECORD, of, scenario_file

APP = {"app_id": "cli_mine", "app_secret": "s"}
METRICS = "/open-apis/okr/v1/metric_sources"
STEP = "x-mock-step"


@pytest.fixture
def played(make_client: MakeClient, tmp_path: Path) -> Any:
    """Give clients of emulators that play these steps."""

    def play(*steps: Body, settings: Body | None = None, **rest: Any) -> TestClient:
        return make_client(scenario=(scenario_file(tmp_path, *steps, **rest),), log_level="error", **(settings or {}))

    return play


def codes(client: TestClient, times: int = 1, **options: Any) -> list[int]:
    return [client.get(f"{RECORDS}/1", **options).json()["code"] for _ in range(times)]


def entries(client: TestClient, world: str = "default") -> list[Body]:
    found: list[Body] = client.get(f"/__admin/requests?world={world}").json()["requests"]
    return found


def test_the_first_matching_step_wins(played: Any) -> None:
    """The first step that matches and is due takes the call, and no other one sees it."""
    client = played(
        {"name": "post", "when": {"method": "POST"}, "then": {"error": 1001001}},
        {"name": "second", "every": 2, "then": {"error": 1001002}},
        {"name": "rest", "when": {"method": "GET"}, "then": {"error": 1009998}},
    )
    answers = [client.get(f"{RECORDS}/1") for _ in range(4)] + [client.post(RECORDS, json=RECORD)]
    assert [answer.headers[STEP] for answer in answers] == [
        f"played#{name}" for name in ("rest", "second", "rest", "second", "post")
    ]
    shown = {step["step"]: (step["seen"], step["fired"]) for step in client.get("/__admin/scenario").json()["steps"]}
    assert shown == {"played#post": (1, 1), "played#second": (4, 2), "played#rest": (2, 2)}


def test_no_scenario(client: TestClient) -> None:
    """Without a scenario no answer names a step, and neither does the journal."""
    answer = client.post(RECORDS, json=RECORD)
    assert (answer.json()["code"], answer.headers.get(STEP)) == (0, None)
    assert "step" not in entries(client)[0]


def test_several_scenarios(make_client: MakeClient, tmp_path: Path) -> None:
    """Scenarios are played together, in the order in which they were named, and each counts for itself."""
    files = [scenario_file(tmp_path, {"times": 1, "then": {"error": code}}, name=name)
             for name, code in (("b", 1001001), ("a", 1001002))]  # fmt: skip
    client = make_client(scenario=tuple(files), log_level="error")
    assert codes(client, 3) == [1001001, 1001002, 1001004]


def test_for_an_app(played: Any) -> None:
    """A scenario for an app steers the calls of that app alone, by its token or its world, and its token calls not."""
    client = played({"then": {"error": 1009998}}, **{"for": {"app": "cli_mine"}})
    token = client.post(TENANT_TOKEN, json=APP | {"app_id": "cli_other"}).json()["tenant_access_token"]
    assert codes(client, headers={"Authorization": f"Bearer {token}"}) == [1001004]
    assert codes(client, headers=of("cli_mine")) == [1009998]
    assert codes(client) == [1001004]


def test_an_app_by_its_token(played: Any) -> None:
    """An app is known by the token that it was issued."""
    client = played({"when": {"app": "cli_mine", "operation": "okr.*"}, "then": {"error": 1009998}})
    token = client.post(TENANT_TOKEN, json=APP).json()["tenant_access_token"]
    assert codes(client, headers={"Authorization": f"Bearer {token}"}) == [1009998]
    assert codes(client) == [1001004]


def test_counts_are_those_of_a_world(played: Any) -> None:
    """Every world counts for itself, and a world that is reset begins anew."""
    client = played({"times": 1, "then": {"error": 1009998}})
    for world in ("a", "b"):
        assert codes(client, 2, headers=of(world)) == [1009998, 1001004]
    client.post("/__admin/reset?world=a", json={})
    assert codes(client, headers=of("a")) == [1009998]
    assert codes(client, headers=of("b")) == [1001004]


def test_scenario_of_one_call(played: Any) -> None:
    """A header names the scenario of one call; the counts are its world's, and the scenario in force sees nothing."""
    client = played({"name": "own", "times": 1, "then": {"error": 1009998}})
    asked = {"X-Mock-Scenario": "every_error"}
    assert codes(client, 2, headers=asked) == [1001001, 1001002]
    assert codes(client, headers=asked | of("other")) == [1001001]
    assert codes(client, 2) == [1009998, 1001004]
    answer = client.get(f"{RECORDS}/1", headers=asked)
    assert (answer.json()["code"], answer.headers[STEP]) == (1001003, "every_error#codes")
    assert codes(client, headers={"X-Mock-Scenario": "calm"}) == [1001004]
    assert codes(client, headers={"X-Mock-Scenario": "played"}) == [1001004]


@pytest.mark.parametrize("path", [f"{RECORDS}/1", "/nowhere", METRICS])
def test_unknown_scenario_of_a_call(client: TestClient, path: str) -> None:
    """A call that names a scenario which is not there is told so, and is not carried out."""
    answer = client.get(path, headers={"X-Mock-Scenario": "clam"})
    assert (answer.status_code, answer.json()["code"]) == (400, 9499)
    assert "clam" in answer.json()["msg"]


@pytest.mark.parametrize("name", ["{", "{}", '{"description": "x", "steps": []}'])
def test_no_scenario_as_json_in_a_header(client: TestClient, name: str) -> None:
    """A header holds the name of a scenario and no scenario; anything else is an unknown name."""
    answer = client.get(f"{RECORDS}/1", headers={"X-Mock-Scenario": name})
    assert (answer.status_code, answer.json()["code"]) == (400, 9499)


def test_invalid_calls_are_steered_too(played: Any) -> None:
    """An invalid call meets its step, and the journal says both: which step, and what was wrong with the call."""
    client = played({"name": "no", "when": {"operation": CREATE}, "then": {"error": 1009999}})
    sent = [client.post(RECORDS, json={"target_type": "x"}), client.post(RECORDS, content=b"{")]
    assert [(answer.status_code, answer.json()["code"]) for answer in sent] == [(500, 1009999)] * 2
    assert "field_violations" not in sent[0].text
    first, second = entries(client)
    assert (first["step"], first["code"], first["fault"]) == ("played#no", 1009999, None)
    assert {"/source_title", "/target_type"} <= {violation["pointer"] for violation in first["violations"]}
    assert (second["step"], second["violations"][0]["keyword"]) == ("played#no", "json")


def test_a_valid_call_has_no_violations(played: Any) -> None:
    """A call that would have been carried out has no violations, whatever a step made of it."""
    client = played({"then": {"error": 1009999}})
    client.post(RECORDS, json=RECORD)
    assert entries(client)[0]["violations"] == []


@pytest.mark.parametrize("token", ["", "Bearer t-nobody", "Bearer u-nobody", "Basic x"])
def test_calls_with_bad_tokens(played: Any, token: str) -> None:
    """A step sees a call before its token is judged; one that proceeds leaves the refusal."""
    client = played({"sequence": [{"error": 1009998}, {"proceed": True}]})
    answers = [client.get(f"{RECORDS}/1", headers={"Authorization": token}) for _ in range(2)]
    assert answers[0].json()["code"] == 1009998
    assert answers[1].json()["code"] in (99991661, 99991663, 99991668)
    assert answers[1].headers[STEP] == "played#1"


def test_token_routes(played: Any) -> None:
    """A step sees the token routes, in the world of the app that asks."""
    client = played({"when": {"operation": "auth.v3.*", "app": "cli_mine"}, "times": 1, "then": {"error": 10014}})
    assert client.post(TENANT_TOKEN, json=APP | {"app_id": "cli_other"}).json()["code"] == 0
    first, second = (client.post(TENANT_TOKEN, json=APP) for _ in range(2))
    assert (first.status_code, first.json()["code"], first.headers[STEP]) == (200, 10014, "played#1")
    assert second.json()["code"] == 0


@pytest.mark.parametrize("path", ["/nowhere", METRICS, f"{RECORDS}/1/2", "/open-apis/im/v1/messages"])
def test_paths_that_are_not_emulated(played: Any, path: str) -> None:
    """A path that this emulator has not can be answered by a scenario; other calls of it are not found."""
    body = {"code": 0, "data": {"q": "${query/q}"}}
    client = played({"when": {"path": path, "method": "GET"}, "then": {"respond": {"body": body}}})
    answer = client.get(f"{path}?q=1")
    assert (answer.status_code, answer.json()) == (200, {"code": 0, "data": {"q": "1"}})
    assert answer.headers[STEP] == "played#1"
    assert client.post(path, json={}).status_code == 404
    assert [(entry["status"], entry.get("step")) for entry in entries(client)] == [(200, "played#1"), (404, None)]
    assert bool(entries(client)[0]["warnings"]) is (path == METRICS)


def test_a_step_that_proceeds_nowhere(played: Any) -> None:
    """A step that lets a call to nowhere proceed leaves it not found, and names itself."""
    client = played({"then": {"proceed": True}})
    answer = client.get("/nowhere")
    assert (answer.status_code, answer.text, answer.headers[STEP]) == (404, "404 page not found", "played#1")


def test_quota_and_scope_come_after(played: Any) -> None:
    """A call beyond the quota meets its step first; what the step answers counts against the quota all the same."""
    client = played({"sequence": [{"proceed": True}, {"error": 1009998}]}, settings={"quota": "1"})
    assert codes(client, 3) == [1001004, 1009998, 99991400]


def test_control_routes_are_not_steered(played: Any) -> None:
    """No step takes a call of the control routes or of the probes."""
    client = played({"then": {"fault": {"html_error_page": 502}}})
    for path in ("/__admin/scenario", "/__admin/requests", "/healthz", "/readyz", "/openapi.json"):
        assert client.get(path).status_code == 200
    assert client.get(f"{RECORDS}/1").status_code == 502


def test_states_over_calls(played: Any) -> None:
    """Named states lead from step to step, each world in its own."""
    client = played(
        {"when": {"method": "DELETE", "state": "start"}, "then": {"error": 1001002, "state": "shut"}},
        {"when": {"method": "PUT", "state": "shut"}, "then": {"proceed": True, "state": "start"}},
        {"when": {"method": "GET", "state": "shut"}, "then": {"error": 1009998}},
    )
    assert codes(client) == [1001004]
    client.delete(f"{RECORDS}/1")
    assert codes(client, 2) == [1009998] * 2
    assert codes(client, headers=of("other")) == [1001004]
    client.put(f"{RECORDS}/1", json={})
    assert codes(client) == [1001004]


def test_moments_are_those_of_the_world(played: Any) -> None:
    """A step for a span of time goes by the world's clock."""
    client = played({"when": {"between": ["2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z"]}, "then": {"error": 1009998}})
    assert codes(client) == [1001004]
    client.put("/__admin/clock", json={"set": "2027-01-01T12:00:00Z"})
    assert codes(client) == [1009998]
    assert codes(client, headers=of("other")) == [1001004]


def test_a_draw_is_repeated(played: Any, make_client: MakeClient, tmp_path: Path) -> None:
    """Which calls meet a step with a probability is the same for every server and world of a seed."""
    steps = [{"probability": 0.5, "then": {"error": 1009998}}]
    client = played(*steps, settings={"seed": 5})
    again = make_client(scenario=(scenario_file(tmp_path, *steps),), seed=5, log_level="error")
    other = make_client(scenario=(scenario_file(tmp_path, *steps),), seed=6, log_level="error")
    drawn = codes(client, 30)
    assert drawn == codes(again, 30) == codes(client, 30, headers=of("other"))
    assert drawn != codes(other, 30)
    assert set(drawn) == {1009998, 1001004}
