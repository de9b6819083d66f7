import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from feishu_okr.contract import Contract
from feishu_okr.contract.schema import closed
from feishu_okr.contract.source import read
from okr_mock.world import draw, generator
from okr_mock.world.fixture import month_start
from okr_mock.world.fixture_file import fixture_schema
from okr_mock.world.generator import BASE_MONTH, MOST_USERS, generate
from okr_mock.world.phrases import load_phrases
from tests.conftest import ROOT

DEFAULT = ROOT / "mockserver" / "okr_mock" / "world" / "default.yaml"
WORLDS = [None, *((seed, users) for seed in (0, 1, 20261015) for users in (1, 2, 7, 50))]
MADE_BY_VENDOR = {"7043693679567028244", "7041430377642082323", "7041430377642098707"}
DAY = 24 * 3_600_000

Json = dict[str, Any]


@cache
def made(world: tuple[int, int] | None) -> Json:
    document: Json = generate(*world, BASE_MONTH) if world else read(DEFAULT).value
    return document


@pytest.fixture(params=WORLDS, ids=lambda world: "seed {}, users {}".format(*world) if world else "default")
def document(request: pytest.FixtureRequest) -> Json:
    """The shipped world and generated ones."""
    return made(request.param)


def objectives(document: Json) -> list[tuple[Json, Json]]:
    return [(okr, objective) for okr in document["okrs"] for objective in okr["objectives"]]


def goals(document: Json) -> Iterator[tuple[Json, Json]]:
    for okr, objective in objectives(document):
        yield okr, objective
        yield from ((okr, key_result) for key_result in objective["key_results"])


def spans(document: Json) -> dict[str, tuple[int, int]]:
    """When what happened in a period may have happened: none of it after the base month's 15th."""
    today = month_start("2026-10") + 15 * DAY
    found = {}
    for period in document["periods"]:
        start, end = month_start(period["start_month"]), month_start(period["end_month"], later=1)
        found[period["id"]] = start, min(end, today)
    return found


def test_schema(document: Json) -> None:
    """A world fits the schema of fixtures."""
    assert list(Draft202012Validator(fixture_schema()).iter_errors(document)) == []


def test_content_keeps_the_contract(document: Json, contract: Contract) -> None:
    """Records' content has no field but the contract's, in the kinds that it knows."""
    components = contract.effective(contract.ledger.profile()).document["components"]
    schema = closed(components["schemas"]["Content"]) | {"components": closed(components)}
    validator = Draft202012Validator(schema)
    assert [error.message for record in document["records"] for error in validator.iter_errors(record["content"])] == []


def test_ids_are_unique(document: Json) -> None:
    """No id, name or code is there twice."""
    ids = [entry["id"] for name in ("apps", "periods", "okrs", "records") for entry in document[name]]
    ids += [goal["id"] for _, goal in goals(document)]
    ids += [entry["code"] for entry in document["codes"]]
    ids += [user[key] for user in document["users"] for key in ("open_id", "name", "en_name")]
    assert [one for one, count in Counter(ids).items() if count > 1] == []


def test_references_resolve(document: Json) -> None:
    """Every person, period and target that is named is there; whom an objective supports is another of the period."""
    people = {user["open_id"] for user in document["users"]}
    periods = {period["id"] for period in document["periods"]}
    owners = {objective["id"]: (okr["period"], okr["user"]) for okr, objective in objectives(document)}
    key_results = {goal["id"]: okr["user"] for okr, goal in goals(document) if goal["id"] not in owners}
    assert {entry["user"] for name in ("okrs", "reviews", "codes") for entry in document[name]} == people
    assert {entry["period"] for name in ("okrs", "reviews") for entry in document[name]} <= periods
    assert all(record["target_type"] == 3 for record in document["records"])
    assert all(record["author"] == key_results[record["target_id"]] for record in document["records"])
    for okr, objective in objectives(document):
        for supported in objective.get("aligned_to", []):
            assert owners[supported][0] == okr["period"]
            assert owners[supported][1] != okr["user"]


def test_everybody_has_okrs(document: Json) -> None:
    """Each person has an OKR in the previous and the current period, and a code."""
    previous, current, following = (period["id"] for period in document["periods"])
    pairs = Counter((okr["user"], okr["period"]) for okr in document["okrs"])
    people = [user["open_id"] for user in document["users"]]
    assert pairs == Counter((person, period) for person in people for period in (previous, current))
    assert {len(okr["objectives"]) for okr in document["okrs"]} <= {2, 3}
    assert {len(objective["key_results"]) for _, objective in objectives(document)} <= {2, 3, 4}
    assert [code["user"] for code in document["codes"]] == people
    assert {review["period"] for review in document["reviews"]} == {previous}
    assert following not in {okr["period"] for okr in document["okrs"]}


def test_weights(document: Json) -> None:
    """Weights of siblings have two decimals at most and make exactly 100."""
    for okr in document["okrs"]:
        for siblings in (okr["objectives"], *(objective["key_results"] for objective in okr["objectives"])):
            weights = [entry["weight"] for entry in siblings]
            assert sum(Decimal(str(weight)) for weight in weights) == sum(weights) == 100
            assert all(round(weight, 2) == weight for weight in weights)


def test_mentions(document: Json) -> None:
    """Whoever is mentioned is named in the content with an @, and nobody else; nobody mentions themselves."""
    names = {user["open_id"]: user["name"] for user in document["users"]}
    for okr, goal in goals(document):
        mentions = goal.get("mentions", [])
        assert re.findall(r"@(\S+)", goal["content"]) == [names[person] for person in mentions]
        assert okr["user"] not in mentions
    asked = [(record["author"], record["content"]) for record in document["records"]]
    assert all(author not in orjson.dumps(content).decode() for author, content in asked)


def test_times(document: Json) -> None:
    """What happened lies in its period, and nothing after the middle of the base month."""
    span, periods = spans(document), {goal["id"]: okr["period"] for okr, goal in goals(document)}
    times = [(okr["period"], time) for okr, goal in goals(document) for time in goal.get("updated", {}).values()]
    times += [(periods[record["target_id"]], record["modify_time"]) for record in document["records"]]
    for review in document["reviews"]:
        documents = review["cycle_reviews"] + review["progress_reports"]
        times += [(review["period"], entry["create_time"]) for entry in documents]
    assert [time for period, time in times if not span[period][0] <= int(time) < span[period][1]] == []


def test_ids_tell_the_time(document: Json) -> None:
    """The upper half of an id is a second: of the record, or of the days before the period."""
    for record in document["records"]:
        assert int(record["id"]) >> 32 == int(record["modify_time"]) // 1000
    span = spans(document)
    for okr, goal in [*goals(document), *((okr, okr) for okr in document["okrs"])]:
        if goal["id"] not in MADE_BY_VENDOR:
            assert 0 < span[okr["period"]][0] - (int(goal["id"]) >> 32) * 1000 <= 10 * DAY
            assert int(goal["id"]) & 0xFF == 0x14


def test_progress_is_consistent(document: Json) -> None:
    """A target shows its newest record's progress and time; an objective the weighted mean of its key results."""
    newest = {record["target_id"]: record for record in sorted(document["records"], key=lambda one: one["modify_time"])}
    assert all(record["modify_time"] == record["create_time"] for record in document["records"])
    for _, goal in goals(document):
        record = newest.get(goal["id"])
        assert goal.get("updated", {}).get("record") == (record and record["modify_time"])
        if record:
            assert str(record["progress_rate"]["status"]) == goal["progress_rate"]["status"]
            assert record["progress_rate"]["percent"] == goal["progress_rate"]["percent"]
    for _, objective in objectives(document):
        parts = [(part["weight"], part.get("progress_rate", {}).get("percent", 0)) for part in objective["key_results"]]
        mean = sum(weight * percent for weight, percent in parts) / 100
        assert abs(objective.get("progress_rate", {}).get("percent", 0) - mean) <= 0.5


def test_what_was_updated(document: Json) -> None:
    """There is a time for whatever was set and none for anything else; scores are of the previous period only."""
    previous = document["periods"][0]["id"]
    for okr, goal in goals(document):
        updated = goal.get("updated", {})
        assert ("percent" in updated, "status" in updated) == ("progress_rate" in goal,) * 2
        assert ("report" in updated) == ("notes" in goal)
        assert ("score" in updated) == ("score" in goal) == (okr["period"] == previous)


def test_texts_read_like_a_company(document: Json) -> None:
    """Texts are Chinese and complete: no placeholder is left, and no Latin word but units."""
    texts = [text for _, goal in goals(document) for text in (goal["content"], goal.get("notes", "目标"))]
    assert [text for text in texts if re.search(r"[{}]", text) or not re.search("[\u4e00-\u9fff]{2}", text)] == []
    assert set(re.findall("[A-Za-z]+", " ".join(texts))) <= {"P", "KB", "TB"}


def test_same_seed_same_world() -> None:
    """The same arguments give the same world, in every process; another seed gives another world."""
    script = "import orjson, sys; from okr_mock.world.generator import generate; "
    script += "sys.stdout.buffer.write(orjson.dumps(generate(5, 7, '2026-10')))"
    expected = hashlib.sha256(orjson.dumps(generate(5, 7, BASE_MONTH))).hexdigest()
    for hash_seed in ("0", "4242"):
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            timeout=30,
        )
        assert hashlib.sha256(done.stdout).hexdigest() == expected
    other = generate(6, 7, BASE_MONTH)
    assert all(
        other[name] != generate(5, 7, BASE_MONTH)[name] for name in ("apps", "users", "codes", "okrs", "records")
    )


def test_records_use_the_rich_text() -> None:
    """Among the records of a company are bold text, every kind of list, a mention and a link."""
    text = orjson.dumps(made((0, 50))["records"]).decode()
    kinds = ["bold", "bullet", "number", "checkBox", "checkedBox", "person", "docsLink"]
    assert [kind for kind in kinds if f'"{kind}"' not in text] == []


def test_companies_are_connected() -> None:
    """Where there is more than one person, objectives support others and people are mentioned; alone, neither is."""
    for users, is_alone in ((1, True), (2, False), (50, False)):
        document = made((0, users))
        assert is_alone != any("aligned_to" in objective for _, objective in objectives(document))
        assert is_alone != any("mentions" in goal for _, goal in goals(document))


def test_most_users() -> None:
    """A thousand people all have names of their own, and all ids differ."""
    document = generate(3, MOST_USERS, BASE_MONTH)
    test_ids_are_unique(document)
    assert len(document["users"]) == MOST_USERS


@pytest.mark.parametrize(
    ("base_month", "months", "starts"),
    [
        ("2026-12", 3, ["2026-07", "2026-10", "2027-01"]),
        ("2027-01", 3, ["2026-10", "2027-01", "2027-04"]),
        ("2026-10", 1, ["2026-09", "2026-10", "2026-11"]),
        ("2026-10", 2, ["2026-07", "2026-09", "2026-11"]),
        ("2026-06", 6, ["2025-07", "2026-01", "2026-07"]),
        ("2002-01", 3, ["2001-10", "2002-01", "2002-04"]),
        ("2037-07", 3, ["2037-04", "2037-07", "2037-10"]),
    ],
)
def test_periods(base_month: str, months: int, starts: list[str]) -> None:
    """The periods before, around and after the base month are those of the rule."""
    document = generate(1, 3, base_month, months)
    assert [period["start_month"] for period in document["periods"]] == starts
    assert document["period_rules"][0]["length"] == months
    test_schema(document)
    test_what_was_updated(document)


@pytest.mark.parametrize(
    ("users", "base_month", "months", "says"),
    [
        (0, BASE_MONTH, 3, "0 users are not from 1 to 1000"),
        (1001, BASE_MONTH, 3, "1001 users are not from 1 to 1000"),
        (1, "2026-13", 3, "'2026-13' is not a month such as 2026-10"),
        (1, "２０２６-10", 3, "is not a month such as 2026-10"),
        (1, "2026-10\n", 3, "is not a month such as 2026-10"),
        (1, "2001-12", 3, "the period of 2001-12 and the two beside it do not lie in 2001-10 to 2037-12"),
        (1, "2037-10", 3, "the period of 2037-10 and the two beside it do not lie in 2001-10 to 2037-12"),
        (1, BASE_MONTH, 5, "a period of 5 months does not fill a year evenly"),
    ],
)
def test_mistakes(users: int, base_month: str, months: int, says: str) -> None:
    """What cannot be made up is refused with the reason."""
    with pytest.raises(ValueError, match=says):
        generate(0, users, base_month, months)


def test_phrases() -> None:
    """There are eight departments with enough phrases, in each an objective's numbers fit and one alone gets by."""
    departments = load_phrases().departments
    assert len(departments) >= 8
    for objective in (objective for objectives in departments.values() for objective in objectives):
        assert len(objective.key_results) >= 4
        assert sum(phrase.has_mention for phrase in objective.key_results) <= 1
        for phrase in objective.key_results:
            places = set(re.findall(r"{(\w+)}", phrase.text))
            assert places == {*phrase.numbers, *(["who"] if phrase.has_mention else [])}
            assert all(phrase.numbers.values())
    assert min(len(objectives) for objectives in departments.values()) >= 5


def test_default_has_the_vendors_ids() -> None:
    """The shipped world has the targets of the vendor's example requests, of the first person and untouched."""
    document = made(None)
    assert next(iter(document)) == "description"
    first = document["users"][0]
    assert (first["open_id"], first["name"]) == ("ou_7dab8a3d3cdcc9da365777c7ad535d62", "李明")
    assert document["codes"][0] == {"code": "code-liming", "user": first["open_id"]}
    assert document["apps"][0] == {"id": "cli_a1b2c3d4e5f60718", "secret": "dskLLdkasdjlasdKK"}
    current = first["open_id"], document["periods"][1]["id"]
    (okr,) = (okr for okr in document["okrs"] if (okr["user"], okr["period"]) == current)
    assert okr["objectives"][0]["id"] == "7043693679567028244"
    key_results = okr["objectives"][0]["key_results"]
    assert [key_result["id"] for key_result in key_results] == ["7041430377642082323", "7041430377642098707"]
    assert [key_result["weight"] for key_result in key_results] == [50, 50]
    assert all({"progress_rate", "updated"}.isdisjoint(key_result) for key_result in key_results)


def test_nothing_global() -> None:
    """Making a company up leaves the chances of the process alone."""
    import random

    state = random.getstate()
    generate(1, 2, BASE_MONTH)
    assert random.getstate() == state
    assert generator.BASE_MONTH == "2026-10"
    assert draw.Draw(1).id(1_790_000_000_000) == draw.Draw(2).id(1_790_000_000_000)
