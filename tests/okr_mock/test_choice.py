import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from okr_mock.app import create_app
from okr_mock.choice import choose_profile, choose_quota
from okr_mock.settings import Settings, SettingsError
from tests.conftest import RECORDS, Body, MakeClient
from tests.okr_mock.operations.conftest import SMALL_WORLD
from tests.okr_mock.scenario.conftest import RECORD, of, scenario_file

FROZEN: Body = {"clock": {"set": "2026-10-05T09:00:00Z", "freeze": True}}


@pytest.fixture
def begun(make_client: MakeClient, tmp_path: Path) -> Any:
    """Give clients of emulators that begin with a scenario that asks this."""

    def begin(given: Body, settings: Body | None = None, **rest: Any) -> TestClient:
        path = scenario_file(tmp_path, given=given, **rest)
        return make_client(scenario=(path,), log_level="error", **(settings or {}))

    return begin


def facts(client: TestClient, world: str = "default") -> Body:
    client.get(f"{RECORDS}/1", headers=of(world))
    answer: Body = client.get(f"/__admin/worlds/{world}").json()
    return answer


def codes(client: TestClient, times: int, world: str = "default") -> list[int]:
    return [client.get(f"{RECORDS}/1", headers=of(world)).json()["code"] for _ in range(times)]


@pytest.mark.parametrize("world", ["default", "other"])
def test_given_is_for_every_world(begun: Any, world: str) -> None:
    """What a scenario asks holds in every world of a server that begins with it, and after a reset too."""
    client = begun({"profile": "gateway", "quota": 1, **FROZEN})
    for _ in range(2):
        found = facts(client, world)
        assert (found["profile"], found["clock"], found["time"]) == ("gateway", "frozen", "2026-10-05T09:00:00.000Z")
        assert codes(client, 1, world) == [99991400]
        client.post(f"/__admin/reset?world={world}", json={})


def test_given_is_for_the_scenarios_apps(begun: Any) -> None:
    """What a scenario for an app asks holds in that app's world alone."""
    client = begun({"profile": "gateway", "quota": 1, **FROZEN}, **{"for": {"app": ["cli_mine", "cli_yours"]}})
    for world in ("cli_mine", "cli_yours"):
        assert (facts(client, world)["profile"], facts(client, world)["clock"]) == ("gateway", "frozen")
        assert codes(client, 1, world) == [99991400]
    for world in ("default", "cli_other"):
        assert (facts(client, world)["profile"], facts(client, world)["clock"]) == ("documented", "real")
        assert codes(client, 2, world) == [1001004] * 2


def test_settings_and_given(begun: Any) -> None:
    """A scenario's claims are added to those that were set; its profile begins from itself."""
    settings = {"set": ("key_order=as_written",), "quota": "5"}
    client = begun({"set": {"content_case": "drop"}}, settings)
    assert list(client.get(f"{RECORDS}/1").json()) == ["code", "msg", "error"]
    assert codes(client, 5) == [1001004] * 4 + [99991400]
    client = begun({"profile": "gateway", "quota": "off"}, settings)
    assert list(client.get(f"{RECORDS}/1").json()) == ["code", "error", "msg"]
    assert codes(client, 6) == [1001004] * 6


def test_several_scenarios(make_client: MakeClient, tmp_path: Path) -> None:
    """What several scenarios ask of a world is joined; where they contradict each other the later one counts."""
    first = scenario_file(tmp_path, given={"quota": 1, **FROZEN}, name="first")
    second = scenario_file(tmp_path, given={"quota": 2}, name="second")
    mine = scenario_file(tmp_path, given={"profile": "gateway"}, name="mine", **{"for": {"app": "cli_mine"}})
    client = make_client(scenario=(first, mine, second), log_level="error")
    assert [facts(client, world)["profile"] for world in ("cli_mine", "default")] == ["gateway", "documented"]
    assert [codes(client, 2, world) for world in ("cli_mine", "default")] == [[1001004, 99991400]] * 2
    assert facts(client)["clock"] == "frozen"


def test_given_fixture(begun: Any) -> None:
    """A scenario may bring its world along; only its app's, if it is for one."""
    client = begun({"fixture": SMALL_WORLD}, **{"for": {"app": "cli_mine"}})
    small = RECORD | {"target_id": "41"}
    assert client.post(RECORDS, json=small, headers=of("cli_mine")).json()["code"] == 0
    assert client.post(RECORDS, json=small, headers=of("default")).json()["code"] == 1001004
    assert client.post(RECORDS, json=RECORD, headers=of("default")).json()["code"] == 0


def test_given_fixture_by_name(begun: Any, tmp_path: Path) -> None:
    """A scenario may name one of the fixtures that the server was given."""
    folder = tmp_path / "worlds"
    folder.mkdir()
    (folder / "small.yaml").write_text(json.dumps(SMALL_WORLD, ensure_ascii=False), "utf-8")
    client = begun({"fixture": "small"}, {"fixtures": str(folder)})
    small = RECORD | {"target_id": "41"}
    assert client.post(RECORDS, json=small, headers=of("anybody")).json()["code"] == 0


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"fixture": "small"}, "fixture: there is no 'small'; there are default"),
        ({"fixture": {"users": [], "usres": []}}, "fixture"),
    ],
)
def test_given_what_is_not_there(tmp_path: Path, given: Body, says: str) -> None:
    """A server whose scenario asks for what is not there does not begin."""
    with pytest.raises(ValueError, match=says):
        create_app(Settings(scenario=(scenario_file(tmp_path, given=given),)))


@pytest.mark.parametrize(("text", "quota"), [("off", "off"), ("live", "live"), ("7", 7)])
def test_quotas(text: str, quota: Any) -> None:
    """A quota is off, live or a number of calls."""
    assert choose_quota(text) == quota


@pytest.mark.parametrize("text", ["", "0", "-1", "many", "1.5", "LIVE"])
def test_no_quotas(text: str) -> None:
    """Anything else is no quota."""
    with pytest.raises(SettingsError, match="say off, live, or a number"):
        choose_quota(text)


def test_profiles(begun: Any) -> None:
    """Settings choose profile, claims, strictness and site."""
    contract = begun({}).app.emulator.contract
    profile = choose_profile(contract, Settings(set=("key_order=as_written",), strict=True, brand="lark"))
    assert (profile["key_order"], profile["unknown_fields"], profile.brand) == ("as_written", "refuse", "lark")
    with pytest.raises(ValueError, match="is not CLAIM=OPTION"):
        choose_profile(contract, Settings(set=("key_order",)))


def test_given_for_a_declared_app(make_client: MakeClient, tmp_path: Path) -> None:
    """What is given for a declared app is given to the world it leads to, and to no other."""
    scenario = tmp_path / "quota.yaml"
    scenario.write_text(
        "description: d\nfor: {app: cli_a1b2c3d4e5f60718}\ngiven: {profile: gateway}\nsteps: []\n", encoding="utf-8"
    )
    client = make_client(scenario=(str(scenario),))
    shown = {}
    for world in ("default", "other"):
        client.post(RECORDS, content=b"{", headers={"Authorization": f"Bearer t-dev.{world}"})
        shown[world] = client.get(f"/__admin/worlds/{world}").json()["profile"]
    assert shown == {"default": "gateway", "other": "documented"}
