"""Worlds under control: made, listed, deleted, kept and restored, written out and started again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
import yamlcore
from starlette.testclient import TestClient

from okr_mock.app import create_app
from okr_mock.settings import Settings
from tests.conftest import RECORDS, TENANT_TOKEN, Body, MakeClient
from tests.okr_mock.world.test_fixture_file import PERSON, company

WORLDS = "/__admin/worlds"
MOST_BODY = 32 * 1024 * 1024
JSON = {"Content-Type": "application/json"}
OAUTH = "/oauth/v3/token"
OKRS = f"/open-apis/okr/v1/users/{PERSON}/okrs?offset=0&limit=9"
PERIODS = "/open-apis/okr/v1/periods"
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


def exchanged(client: TestClient, code: str) -> int:
    """Exchange a code of the world `w` for a token, as the app that leads there."""
    body = {"grant_type": "authorization_code", "client_id": "w", "client_secret": "s", "code": code}
    answer: Body = client.post(OAUTH, json=body).json()
    return int(answer["code"])


def asked(client: TestClient, paths: list[str]) -> list[Any]:
    """Ask the world `w` for all of it; gives the bytes, names and times of the answers."""
    answers = [client.get(path, headers=of("w")) for path in paths]
    return [(answer.content, answer.headers["x-tt-logid"], answer.headers["date"]) for answer in answers]


@pytest.fixture
def lived(client: TestClient, create_body: Body) -> Body:
    """A world `w` in which much has happened: what to ask it, what it answered, and how it was written before."""
    codes = [{"code": code, "user": PERSON} for code in ("a", "b")]
    rules = [{"period_rule_id": "1", "type": "month", "length": 3, "first_month": 1}]
    made(client, name="w", seed=5, fixture=company(codes=codes, period_rules=rules))
    client.put("/__admin/clock?world=w", json={"set": "2026-10-05T09:00:00+08:00", "freeze": True})
    body = create_body | {"target_id": "3", "target_type": 3, "progress_rate": {"percent": 41.256, "status": 1}}
    record = client.post(RECORDS, json=body, headers=of("w", PERSON)).json()["data"]["progress_id"]
    client.delete(f"{RECORDS}/9", headers=of("w"))
    period = {"period_rule_id": "1", "start_month": "2026-10"}
    period_id = client.post(PERIODS, json=period, headers=of("w")).json()["data"]["period_id"]
    client.patch(f"{PERIODS}/{period_id}", json={"status": 3}, headers=of("w"))
    files = {"data": ("x.gif", b"GIF89a" + bytes(20), "image/gif")}
    form = {"target_id": "2", "target_type": "2"}
    answer = client.post("/open-apis/okr/v1/images/upload", files=files, data=form, headers=of("w")).json()
    assert exchanged(client, "a") == 0
    lists = [PERIODS, OKRS, "/open-apis/okr/v2/key_results/3/progresses"]
    paths = [f"{RECORDS}/{record}", f"{RECORDS}/9", *lists, answer["data"]["url"]]
    written = {form: client.get(f"/__admin/world?world=w&format={form}") for form in ("json", "yaml")}
    return {"paths": paths, "answers": asked(client, paths), **written}


@pytest.mark.parametrize("way", ["json", "yaml", "file"])
def test_export(make_client: MakeClient, client: TestClient, lived: Body, tmp_path: Path, way: str) -> None:
    """An export that is imported or served exports to itself, and answers as the world did, byte for byte."""
    document = lived["json"].json()
    if way == "file":
        (tmp_path / "w.yaml").write_bytes(lived["yaml"].content)
        client = make_client(fixtures=str(tmp_path))
    else:
        delete(client, "w")
        text = lived["yaml"].text
        made(client, name="w", fixture=document if way == "json" else yaml.load(text, Loader=yamlcore.CCoreLoader))
    again = client.get("/__admin/world?world=w")
    assert again.json() == document
    assert client.get("/__admin/world?world=w&format=yaml").content == lived["yaml"].content
    assert asked(client, lived["paths"]) == lived["answers"]
    assert [exchanged(client, code) for code in "ab"] == [20065, 0]
    assert client.get(f"{WORLDS}/w").json()["clock"] == "frozen"


def test_export_types(client: TestClient, lived: Body) -> None:
    """An export says what it is; there are two forms of it."""
    assert lived["json"].headers["content-type"] == "application/json"
    assert lived["yaml"].headers["content-type"].startswith("application/yaml")
    assert lived["json"].json()["calls"] == 6
    answer = client.get("/__admin/world?world=w&format=xml")
    assert (answer.status_code, answer.json()["error"]) == (400, "no format 'xml'; there are json and yaml")


def test_export_of_free_style(client: TestClient, create_body: Body) -> None:
    """What a profile lets into a record comes in again with its export, under the same profile."""
    made(client, name="w", profile="gateway", fixture=company())
    style = {"list": {"type": "bullet", "indentLevel": 99}}
    content = {"blocks": [{"type": "paragraph", "paragraph": {"style": style, "elements": []}}]}
    body = create_body | {"target_id": "2", "target_type": 2, "content": content}
    assert client.post(RECORDS, json=body, headers=of("w")).json()["code"] == 0
    document = client.get("/__admin/world?world=w").json()
    made(client, name="again", profile="gateway", fixture=document)
    assert client.get("/__admin/world?world=again").json() == document
    assert "indentLevel: 99 is greater than the maximum of 16" in said(client, name="x", fixture=document)


def test_export_of_a_late_period(client: TestClient) -> None:
    """A period that the API let begin in the last year is part of an export that can be imported."""
    rules = [{"period_rule_id": "1", "type": "year", "length": 12, "first_month": 4}]
    made(client, name="w", fixture=company(period_rules=rules))
    body = {"period_rule_id": "1", "start_month": "2037-04"}
    assert client.post(PERIODS, json=body, headers=of("w")).json()["code"] == 0
    document = client.get("/__admin/world?world=w").json()
    made(client, name="again", fixture=document)
    assert client.get("/__admin/world?world=again").json() == document


def clocked(client: TestClient, **body: Any) -> Body:
    answer: Body = client.put("/__admin/clock?world=w", json=body).json()
    return answer


def test_clock_route(client: TestClient) -> None:
    """A world's clock is set, moved, stopped, let run and made real again, all in one order, and nobody else's."""
    assert clocked(client, set="2026-12-31T23:59:00+08:00", freeze=True) == {
        "world": "w", "now": 1_798_732_740_000, "time": "2026-12-31T15:59:00.000Z", "clock": "frozen",
    }  # fmt: skip
    assert clocked(client, advance=7200.5)["time"] == "2026-12-31T17:59:00.500Z"
    assert clocked(client, advance=-0.5, set=1_798_732_740_123)["time"] == "2026-12-31T15:58:59.623Z"
    running = clocked(client, freeze=False)
    assert running["clock"] == "shifted"
    assert 0 <= running["now"] - 1_798_732_739_623 < 5000
    later = client.get("/__admin/clock?world=w").json()
    assert running["now"] <= later["now"] < running["now"] + 5000
    real = client.get("/__admin/clock").json()
    assert (real["world"], real["clock"]) == ("default", "real")
    assert clocked(client, real=True)["clock"] == "real"
    assert abs(client.get("/__admin/clock?world=w").json()["now"] - real["now"]) < 5000
    assert clocked(client, real=True, set="2030-01-01", advance=1, freeze=True)["now"] == 1_893_456_001_000


@pytest.mark.parametrize(
    ("value", "time"),
    [
        (1_000_080_000_000, "2001-09-10T00:00:00.000Z"),
        (1.79e12, "2026-09-21T14:13:20.000Z"),
        ("2037-12-31T00:00:00Z", "2037-12-31T00:00:00.000Z"),
        ("2026-10-05T09:00:00.007", "2026-10-05T09:00:00.007Z"),
        ("2026-10-05T09:00:00.999-11:30", "2026-10-05T20:30:00.999Z"),
        ("2026-10-05 09:00", "2026-10-05T09:00:00.000Z"),
    ],
)
def test_moments(shared: TestClient, value: Any, time: str) -> None:
    """A moment is milliseconds or ISO 8601, to the millisecond; without a zone it is UTC."""
    assert shared.put("/__admin/clock?world=u", json={"set": value, "freeze": True}).json()["time"] == time


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "body: {} has less than 1 property"),
        ({"set": True}, 'set: true is not of types "integer", "string"'),
        ({"set": "tomorrow"}, "set: 'tomorrow' is neither milliseconds nor a time such as 2026-10-05T09:00:00+08:00"),
        ({"set": "2026-02-30T00:00:00Z"}, "set: '2026-02-30T00:00:00Z' is neither milliseconds nor a time"),
        ({"set": 1_000_079_999_999}, "the clock goes from 2001-09-10 to 2037-12-31"),
        ({"set": 2_145_830_400_001}, "the clock goes from 2001-09-10 to 2037-12-31"),
        ({"set": "0001-01-01T00:00:00+23:59"}, "the clock goes from 2001-09-10 to 2037-12-31"),
        ({"advance": 1e300}, "the clock goes from 2001-09-10 to 2037-12-31"),
        ({"advance": "1"}, 'advance: "1" is not of type "number"'),
        ({"freeze": 1}, 'freeze: 1 is not of type "boolean"'),
        ({"real": False}, "real: true was expected"),
        ({"now": 1}, "body: Additional properties are not allowed ('now' was unexpected)"),
    ],
)
def test_wrong_times(shared: TestClient, body: Body, says: str) -> None:
    """A time that cannot be is refused with what is wrong and where, and the clock goes on as it did."""
    answer = shared.put("/__admin/clock?world=v", json=body)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert says in answer.json()["error"]
    assert shared.get("/__admin/clock?world=v").json()["clock"] == "real"
