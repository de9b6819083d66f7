"""An export of a world: what it holds, written so that it starts as the same world again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from feishu_okr.contract import Contract, load
from okr_mock.world.clock import Clock
from okr_mock.world.fixture import CODE, IMAGE, IMAGE_DATA, PERIOD, RECORD, STATE, Entities, build_fixture, target_group
from okr_mock.world.fixture_export import export_fixture
from okr_mock.world.fixture_file import default_fixture, find_mistakes, read_fixtures
from okr_mock.world.fixture_text import fixture_yaml
from okr_mock.world.start import Start
from tests.conftest import Body
from tests.okr_mock.world.test_fixture_file import IMAGE as PICTURE
from tests.okr_mock.world.test_fixture_file import PERSON, company

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


@settings(max_examples=30)
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
