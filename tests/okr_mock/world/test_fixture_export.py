"""An export of a world: what it holds, written so that it starts as the same world again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
import yamlcore
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from feishu_okr.contract import Contract, load
from okr_mock.world.clock import Clock
from okr_mock.world.fixture import CODE, IMAGE, IMAGE_DATA, PERIOD, RECORD, STATE, Entities, build_fixture, target_group
from okr_mock.world.fixture_export import export_fixture
from okr_mock.world.fixture_file import default_fixture, find_mistakes, read_fixtures
from okr_mock.world.fixture_text import fixture_yaml
from okr_mock.world.start import Start
from tests.conftest import RECORDS, Body, MakeClient
from tests.okr_mock.inspector.test_worlds import WORLDS, delete, made, of, said
from tests.okr_mock.world.test_fixture_file import IMAGE as PICTURE
from tests.okr_mock.world.test_fixture_file import PERSON, company

OAUTH = "/oauth/v3/token"
PERIODS = "/open-apis/okr/v1/periods"
OKRS = f"/open-apis/okr/v1/users/{PERSON}/okrs?offset=0&limit=9"
PROFILE = load().ledger.profile()
STATE_BYTES = orjson.dumps({"progress_rate": {"percent": 7, "status": "1"}, "updated": {"record": "1790000000000"}})
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def started(document: Mapping[str, Any], seed: int = 3) -> Start:
    return Start(build_fixture(document), PROFILE, seed)


def exported(document: Mapping[str, Any], changes: Mapping[str, Mapping[str, bytes]] | None = None) -> Body:
    """Export a world of the document in which some groups hold something else."""
    start = started(document)
    return export_fixture(start, 5, Clock(), {**start.fixture.entities, **(changes or {})})


def again(document: Body) -> Body:
    """Start a world from an export, and export it."""
    start = started(document, document["seed"])
    return export_fixture(start, document["calls"], Clock(**document.get("clock", {})), start.fixture.entities)


def test_untouched() -> None:
    """A world in which nothing happened is written as its fixture, with its seed and number."""
    document = company()
    found = exported(document)
    record = document["records"][0] | {"create_time": document["records"][0]["modify_time"]}
    assert found == document | {"seed": 3, "calls": 5, "records": [record]}
    assert again(found) == found
    assert company() == document


def test_least_fixture() -> None:
    """Parts that a world does not have are left out."""
    assert exported({"users": [{"open_id": PERSON, "name": "一"}]}) == {
        "users": [{"open_id": PERSON, "name": "一"}],
        "seed": 3,
        "calls": 5,
    }


def test_default_fixture() -> None:
    """The shipped world exports to itself."""
    document = dict(default_fixture().document)
    found = exported(document)
    assert {name: part for name, part in found.items() if name not in ("seed", "calls")} == document
    assert again(found) == found


def test_everything_that_changes(contract: Contract) -> None:
    """New and removed records, images and periods, used codes, and how far targets are, are all part of it."""
    document = company(codes=[{"code": "a", "user": PERSON}, {"code": "b", "user": PERSON}])
    group, record = target_group(2, "2"), {"progress_id": "77", "target_id": "2", "target_type": 2, "content": {}}
    token = "box" + "B" * 24
    facts = {"file_token": token, "target_id": "3", "target_type": 3}
    period = {"id": "6", "start_month": "2027-01", "end_month": "2027-03", "status": 3}
    changes: Entities = {
        RECORD: {"77": orjson.dumps(record | {"create_time": "1790000000000", "modify_time": "1790000000001"})},
        group: {"77": b"", STATE: STATE_BYTES},
        target_group(3, "3"): {STATE: STATE_BYTES},
        IMAGE: {token: orjson.dumps(facts)},
        IMAGE_DATA: {token: b"\x00\xff"},
        PERIOD: {"6": orjson.dumps(period), "5": orjson.dumps(document["periods"][0] | {"status": 2})},
        CODE: {"b": b"used"},
    }
    found = exported(document, changes)
    assert [entry["id"] for entry in found["records"]] == ["77"]
    assert found["images"] == [facts | {"data": "AP8="}]
    assert found["periods"] == [document["periods"][0] | {"status": 2}, period]
    assert [code.get("used", False) for code in found["codes"]] == [False, True]
    (objective,) = found["okrs"][0]["objectives"]
    for goal in (objective, objective["key_results"][0]):
        assert (goal["progress_rate"]["percent"], goal["updated"]) == (7, {"record": "1790000000000"})
    assert again(found) == found
    assert find_mistakes(found, contract.document["components"]) == []


def test_same_entities() -> None:
    """A world of an export holds what the first one held, byte for byte where that is shown."""
    first = build_fixture(company())
    second = build_fixture(exported(company()))
    assert first.entities[RECORD].keys() == second.entities[RECORD].keys()
    for group in (PERIOD, IMAGE, IMAGE_DATA, target_group(3, "3")):
        assert first.entities[group] == second.entities[group]
    assert (first.people.all, first.apps, first.codes) == (second.people.all, second.apps, second.codes)


def test_clock() -> None:
    """A clock that was shifted or frozen is part of it, a real one is not."""
    start = started(company())
    for clock in (Clock(), Clock(shift=-5), Clock(frozen=1_790_000_000_000)):
        found = export_fixture(start, 5, clock, start.fixture.entities)
        assert Clock(**found.get("clock", {})) == clock
        assert ("clock" in found) == (clock != Clock())
        assert again(found) == found


def test_real_clock_over_a_set_one() -> None:
    """A world whose fixture set the clock, and whose clock is real by now, is written without one."""
    start = started(company(clock={"frozen": 1_790_000_000_000}))
    assert "clock" not in export_fixture(start, 5, Clock(), start.fixture.entities)


@settings(max_examples=30, deadline=None)
@given(text=TEXT, name=TEXT.filter(bool), link=TEXT)
def test_any_text(tmp_path_factory: Any, text: str, name: str, link: str) -> None:
    """Whatever people write comes back from YAML and JSON as it was: blanks, signs, control characters, emoji."""
    run = {"type": "textRun", "textRun": {"text": text, "style": {"link": {"url": link}}}}
    content = {"blocks": [{"type": "paragraph", "paragraph": {"elements": [run]}}]}
    record = company()["records"][0] | {"content": content, "source_title": text}
    document = exported(company(users=[{"open_id": PERSON, "name": name}], records=[record], description=text))
    path: Path = tmp_path_factory.getbasetemp() / "any-text.yaml"
    path.write_text(fixture_yaml(document), encoding="utf-8", newline="\n")
    (fixture,) = read_fixtures(path, load().document["components"]).values()
    assert fixture.document == document
    assert orjson.loads(orjson.dumps(document)) == document
    assert again(document) == document
    assert fixture.entities[IMAGE].keys() == {PICTURE}


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
