"""Worlds under control: made, listed, deleted, kept and restored."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from okr_mock.app import create_app
from okr_mock.settings import Settings
from tests.conftest import RECORDS, TENANT_TOKEN, Body, MakeClient
from tests.okr_mock.world.test_fixture_file import company

WORLDS = "/__admin/worlds"
MOST_BODY = 32 * 1024 * 1024
JSON = {"Content-Type": "application/json"}
FULL = (
    "limit of this emulator: no more than 1 worlds; Reset worlds that are not needed (POST /__admin/reset?world=NAME)"
)


def of(world: str, person: str = "") -> Body:
    """Headers of a call that leads to a world, by its tenant or by a person."""
    return {"Authorization": f"Bearer u-dev.{world}@{person}" if person else f"Bearer t-dev.{world}"}


def delete(client: TestClient, world: str) -> Any:
    return client.request("DELETE", f"{WORLDS}/{world}", json={})


def said(client: TestClient, **body: Any) -> str:
    """Ask for a world that cannot be; gives the error, which names no world."""
    answer = client.post(WORLDS, json=body)
    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]
    return str(answer.json()["error"])


def made(client: TestClient, **body: Any) -> Body:
    answer = client.post(WORLDS, json=body)
    assert answer.status_code == 201, answer.text
    shown: Body = answer.json()
    return shown


@pytest.fixture(scope="module")
def shared() -> Iterator[TestClient]:
    """A client of an emulator in which nothing is left behind."""
    with TestClient(create_app(Settings()), base_url="http://localhost") as client:
        yield client


def test_life(client: TestClient, create_body: Body) -> None:
    """A world is made, shown alone and in the list, counts what happens in it, and is forgotten."""
    shown = made(client, name="retro", seed=42)
    assert shown.pop("apps") == {"cli_a1b2c3d4e5f60718": "default"}
    counts = {"calls": 0, "records": 0, "bytes": 0, "has_snapshot": False}
    assert shown.items() >= {"name": "retro", "seed": 42, "profile": "documented", **counts}.items()
    client.post(RECORDS, json=create_body, headers=of("retro"))
    client.post(RECORDS, json={}, headers=of("other"))
    shown = client.get(f"{WORLDS}/retro").json()
    assert (shown["calls"], shown["records"], shown["clock"]) == (1, 1, "real")
    assert shown["bytes"] > 1000
    assert [world["name"] for world in client.get(WORLDS).json()["worlds"]] == ["retro", "other"]
    assert delete(client, "retro").json() == {}
    assert [world["name"] for world in client.get(WORLDS).json()["worlds"]] == ["other"]


def test_nothing_there(client: TestClient) -> None:
    """A world that is not there can be neither shown, deleted nor restored, which makes none."""
    for answer in (client.get(f"{WORLDS}/none"), delete(client, "none")):
        assert (answer.status_code, answer.json()["error"].split(";")[0]) == (404, "there is no world 'none'")
    answer = client.post(f"{WORLDS}/none/restore", json={})
    assert (answer.status_code, answer.json()["error"].split(";")[0]) == (404, "world 'none' has no snapshot")
    assert client.get(WORLDS).json() == {"worlds": []}


def test_name_taken(client: TestClient) -> None:
    """There is one world of a name, be it made or come to life by a call; once deleted it can be made again."""
    client.get(f"{RECORDS}/1", headers=of("called"))
    made(client, name="made", seed=1)
    for name in ("called", "made"):
        answer = client.post(WORLDS, json={"name": name, "seed": 2})
        assert answer.status_code == 409
        assert answer.json()["error"].startswith(f"there is a world '{name}' already; DELETE it first")
        delete(client, name)
        assert made(client, name=name, seed=2)["seed"] == 2


@pytest.mark.parametrize("name", ["", "a b", "李", "x" * 65, "a/b", "-", "a\n"])
def test_wrong_names(shared: TestClient, name: str) -> None:
    """A name is one that a token can carry; `-` is where calls stand that lead to no world."""
    assert said(shared, name=name).startswith("name: letters, digits, `_`, `.` and `-`, 64 at most")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, 'body: "name" is a required property'),
        ({"name": 7}, 'name: 7 is not of type "string"'),
        ({"name": "w", "seed": "x"}, 'seed: "x" is not of type "integer"'),
        ({"name": "w", "seed": 1.5, "set": "x"}, 'seed: 1.5 is not of type "integer"; set: "x" is not of type "array"'),
        ({"name": "w", "colour": 1}, "body: Additional properties are not allowed ('colour' was unexpected)"),
        ({"name": "w", "profile": "gatway"}, "no profile 'gatway'; did you mean 'gateway'?"),
        ({"name": "w", "set": ["wrong_typ=x"]}, "no claim 'wrong_typ'; did you mean 'wrong_type'?"),
        ({"name": "w", "set": ["delete_data"]}, "no option of delete_data ''; there are: absent, empty"),
        ({"name": "w", "set": [1]}, 'set/0: 1 is not of type "string"'),
        ({"name": "w", "fixture": "team"}, "fixture: there is no 'team'; there are default (--fixtures), or send one"),
        ({"name": "w", "fixture": {}}, "fixture/: 'users' is a required property"),
        ({"name": "w", "fixture": company(okrs=[])}, "fixture/records/0/target_id: there is no target 3 of type 3"),
        (
            {"name": "w", "fixture": company(clock={"frozen": 5})},
            "fixture/clock/frozen: the clock goes from 2001-09-10",
        ),
        ({"name": "w", "fixture": company(users=[{"open_id": "x"}])}, "fixture/users/0/open_id: 'x' does not match"),
    ],
)
def test_wrong_worlds(shared: TestClient, body: Body, says: str) -> None:
    """A world that cannot be is refused with all that is wrong and where, and is not made."""
    assert says in said(shared, **body)
    assert shared.get(f"{WORLDS}/w").status_code == 404


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "the body is not JSON: "),
        (b"{", "the body is not JSON: "),
        (b'{"name": "\xff"}', "the body is not JSON: "),
        (b"[]", 'body: [] is not of type "object"'),
        (b" " * (MOST_BODY + 1), f"the body is larger than {MOST_BODY} bytes"),
    ],
    ids=["empty", "torn", "latin", "list", "large"],
)
def test_wrong_bodies(shared: TestClient, body: bytes, says: str) -> None:
    """A body that is no JSON object, or too large to be one, is refused in JSON."""
    for answer in (
        shared.post(WORLDS, content=body, headers=JSON),
        shared.put("/__admin/clock", content=body, headers=JSON),
    ):
        assert answer.status_code == 400
        assert answer.json()["error"].startswith(says)


def test_seed(client: TestClient) -> None:
    """A seed decides what the calls of a world are called; the same one says the same again."""
    fixture = company(clock={"frozen": 1_790_000_000_000})

    def log_id(**seed: int) -> str:
        made(client, name="w", fixture=fixture | seed)
        answer = client.get(f"{RECORDS}/1", headers=of("w"))
        delete(client, "w")
        return str(answer.headers["x-tt-logid"])

    assert log_id(seed=1) == log_id(seed=1) != log_id(seed=2)
    assert log_id() == log_id(seed=0)
    made(client, name="w", fixture=fixture | {"seed": 1}, seed=2)
    assert client.get(f"{WORLDS}/w").json()["seed"] == 2


def test_profile_and_claims(make_client: MakeClient) -> None:
    """A world of its own profile and claims answers by them; left out, they are the server's."""
    client = make_client(set=("delete_data=empty",), brand="lark")
    choices: dict[str, Body] = {
        "gateway": {"profile": "gateway"},
        "as_server": {},
        "both": {"profile": "gateway", "set": ["delete_data=empty", "wrong_type=invalid_parameters"]},
    }
    answers = {}
    for name, body in choices.items():
        assert made(client, name=name, fixture=company(), **body)["profile"] == body.get("profile", "documented")
        deleted = client.delete(f"{RECORDS}/9", headers=of(name)).json()
        refused = client.post(RECORDS, json={"target_type": "x"}, headers=of(name)).json()
        assert refused["error"]["troubleshooter"].startswith("Troubleshooting suggestions: https://open.larksuite.com")
        answers[name] = ("data" in deleted, refused["code"])
    assert answers == {"gateway": (False, 9499), "as_server": (True, 1001001), "both": (True, 1001001)}


def test_named_fixture(make_client: MakeClient, tmp_path: Path) -> None:
    """A world can start from a fixture of the files by its name; the apps of that lead where they led before."""
    team = company(apps=[{"id": "cli_team", "secret": "s"}], seed=7)
    (tmp_path / "team.json").write_bytes(orjson.dumps(team))
    client = make_client(fixtures=str(tmp_path))
    shown = made(client, name="copy", fixture="team")
    assert (shown["seed"], shown["apps"]) == (7, {"cli_team": "team"})
    assert client.get(f"{RECORDS}/9", headers=of("copy")).json()["code"] == 0
    assert client.get(f"{RECORDS}/9", headers=of("other")).json()["code"] == 1001004
    assert "there are default, team (--fixtures)" in said(client, name="x", fixture="tem")
    assert made(client, name="plain", fixture="default")["seed"] == 0


def test_apps_of_an_object(make_client: MakeClient) -> None:
    """The apps of a fixture that is sent lead to its world, with their own secrets, as long as it is there."""
    client = make_client(auth="strict")
    credentials = {"app_id": "cli_made", "app_secret": "right"}
    assert client.post(TENANT_TOKEN, json=credentials).json()["code"] == 10014
    shown = made(client, name="w", fixture=company(apps=[{"id": "cli_made", "secret": "right"}]))
    assert shown["apps"] == {"cli_made": "w"}
    token = client.post(TENANT_TOKEN, json=credentials).json()["tenant_access_token"]
    assert client.get(f"{RECORDS}/9", headers={"Authorization": f"Bearer {token}"}).json()["code"] == 0
    wrong = client.post(TENANT_TOKEN, json=credentials | {"app_secret": "wrong"}).json()
    assert wrong == {"code": 10014, "msg": "app secret invalid"}
    assert client.get(f"{WORLDS}/w").json()["calls"] == 3
    delete(client, "w")
    assert client.post(TENANT_TOKEN, json=credentials).json() == {"code": 10014, "msg": "app id not exists"}


def test_default_world_made_anew(make_client: MakeClient) -> None:
    """The world `default` can be made and deleted like any other; its declared app stays declared."""
    client = make_client(auth="strict")
    made(client, name="default", seed=5)
    delete(client, "default")
    credentials = {"app_id": "cli_a1b2c3d4e5f60718", "app_secret": "dskLLdkasdjlasdKK"}
    assert client.post(TENANT_TOKEN, json=credentials).json()["code"] == 0


def test_snapshot(client: TestClient, create_body: Body) -> None:
    """A world returns to its snapshot as often as is wanted; ids and journal go on, another world is left alone."""
    kept = client.post(RECORDS, json=create_body, headers=of("w")).json()["data"]["progress_id"]
    assert client.post(f"{WORLDS}/w/snapshot", json={}).json() == {}
    assert client.get(f"{WORLDS}/w").json()["has_snapshot"] is True
    client.post(RECORDS, json=create_body, headers=of("v"))
    seen = {kept}
    for _ in range(2):
        client.delete(f"{RECORDS}/{kept}", headers=of("w"))
        later = client.post(RECORDS, json=create_body, headers=of("w")).json()["data"]["progress_id"]
        client.put("/__admin/clock?world=w", json={"set": 1_790_000_000_000, "freeze": True})
        assert client.post(f"{WORLDS}/w/restore", json={}).json() == {}
        assert client.get(f"{RECORDS}/{kept}", headers=of("w")).json()["code"] == 0
        assert client.get(f"{RECORDS}/{later}", headers=of("w")).json()["code"] == 1001004
        seen.add(later)
    assert len(seen) == 3
    shown = client.get(f"{WORLDS}/w").json()
    assert (shown["records"], shown["clock"], shown["calls"]) == (1, "real", 9)
    assert client.get(f"{WORLDS}/v").json()["records"] == 1


def test_too_many_worlds(make_client: MakeClient) -> None:
    """A world too many is refused with the limit and what to do, whichever route would bring it to life."""
    client = make_client(max_worlds=1)
    made(client, name="only")
    answers = [
        client.post(WORLDS, json={"name": "more", "fixture": company(apps=[{"id": "cli_more", "secret": "s"}])}),
        client.post(f"{WORLDS}/more/snapshot", json={}),
        client.get("/__admin/world?world=more"),
        client.get("/__admin/clock?world=more"),
        client.put("/__admin/clock?world=more", json={"freeze": True}),
    ]
    assert [(answer.status_code, answer.json()["error"].startswith(FULL)) for answer in answers] == [(503, True)] * 5
    delete(client, "only")
    assert made(client, name="more")["apps"] == {"cli_a1b2c3d4e5f60718": "default"}
