"""Fixture files: what is wrong with one is said with file, line and column, all at once."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from feishu_okr.contract import Contract
from okr_mock.world.clock import EARLIEST, LATEST
from okr_mock.world.fixture_file import FixtureError, find_mistakes, fixture_schema, read_fixtures
from tests.conftest import Body

PERSON = "ou_" + "1" * 32
PIXEL = "R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="
IMAGE = "box" + "A" * 24

RIGHT = """\
apps:
  - {id: cli_one, secret: s}
users:
  - {open_id: ou_11111111111111111111111111111111, name: 一}
periods:
  - {id: "5", start_month: "2026-01", end_month: "2026-03"}
okrs:
  - id: "1"
    user: ou_11111111111111111111111111111111
    period: "5"
    objectives:
      - {id: "2", content: 目标, key_results: [{id: "3", content: 结果}]}
records:
  - id: "9"
    target_id: "3"
    target_type: 3
    modify_time: "1790000000000"
    content: {blocks: [{type: paragraph, paragraph: {elements: []}}]}
"""


def company(**parts: Any) -> Body:
    """A fixture that is right, with a person, a period, an objective, a key result, a record and an image."""
    objective = {"id": "2", "content": "目标", "key_results": [{"id": "3", "content": "结果"}]}
    record = {"id": "9", "target_id": "3", "target_type": 3, "modify_time": "1790000000000", "content": {}}
    return {
        "users": [{"open_id": PERSON, "name": "一"}],
        "periods": [{"id": "5", "start_month": "2026-01", "end_month": "2026-03"}],
        "okrs": [{"id": "1", "user": PERSON, "period": "5", "objectives": [objective]}],
        "records": [record],
        "images": [{"file_token": IMAGE, "target_id": "2", "target_type": 2, "data": PIXEL}],
        **parts,
    }


@pytest.fixture
def components(contract: Contract) -> Mapping[str, Any]:
    """What content may be."""
    found: Mapping[str, Any] = contract.document["components"]
    return found


def told(path: Path, components: Mapping[str, Any]) -> list[str]:
    """Read a file or folder that is wrong; gives its mistakes without the folder."""
    with pytest.raises(FixtureError) as caught:
        read_fixtures(path, components)
    lines = str(caught.value).split("\n")
    assert len(lines) == len(caught.value.mistakes)
    return [line.replace(f"{path if path.is_dir() else path.parent}/", "") for line in lines]


def test_right(tmp_path: Path, components: Mapping[str, Any]) -> None:
    """A file that is right is read, as YAML, as YML and as JSON, under its name without the ending."""
    (tmp_path / "a.yaml").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "b.yml").write_text(RIGHT.replace("cli_one", "cli_two"), encoding="utf-8")
    (tmp_path / "c.json").write_bytes(orjson.dumps(company()))
    (tmp_path / "notes.txt").write_text("not: [a fixture", encoding="utf-8")
    fixtures = read_fixtures(tmp_path, components)
    assert {name: list(fixture.apps) for name, fixture in fixtures.items()} == {
        "a": ["cli_one"],
        "b": ["cli_two"],
        "c": [],
    }
    assert list(read_fixtures(tmp_path / "c.json", components)) == ["c"]
    assert find_mistakes(company(), components) == []


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("name: 一", "nam: 一", "4:5: 'name' is a required property (at /users/0)"),
        ("{id: cli_one,", "{id: cli one,", "2:6: 'cli one' does not match '^[A-Za-z0-9_.-]{1,64}$' (at /apps/0/id)"),
        ('"2026-03"}', '"2025-12"}', "6:39: the period ends before it starts in 2026-01 (at /periods/0/end_month)"),
        ('end_month: "2026-03"', "end_month: 3", "6:39: 3 is not of type 'string' (at /periods/0/end_month)"),
        ('    period: "5"', '    period: "6"', "10:5: there is no period 6 (at /okrs/0/period)"),
        ("    user: ou_1", "    user: ou_2", f"9:5: there is no person ou_2{'1' * 31} (at /okrs/0/user)"),
        ('target_id: "3"', 'target_id: "4"', "15:5: there is no target 4 of type 3 (at /records/0/target_id)"),
        ("target_type: 3", "target_type: 2", "15:5: there is no target 3 of type 2 (at /records/0/target_id)"),
        ('[{id: "3"', '[{id: "2"', "12:47: 2 is there twice among the objectives and key results (at "),
        ("content: 目标", "weight: 60, content: 目标", "11:5: the weights make 60 and not 100 (at /okrs/0/objectives)"),
        ("type: paragraph,", "type: table,", "18:25: 'table' is not one of ['paragraph', 'gallery'] (at /records/0/"),
        ("elements: []", "elments: []", "18:42: Additional properties are not allowed ('elments' was unexpected)"),
        ('modify_time: "1790000000000"', 'modify_time: "0"', "17:5: '0' does not match '^[0-9]{13}$'"),
        ('id: "9"', "id: 9", "14:5: 9 is not of type 'string' (at /records/0/id)"),
        ("records:", "clock: {frozen: 5}\nrecords:", "13:9: the clock goes from 2001-09-10 to 2037-12-31; outside"),
        ("records:", "recrods:", "1:1: Additional properties are not allowed ('recrods' was unexpected)"),
    ],
)
def test_places(tmp_path: Path, components: Mapping[str, Any], before: str, after: str, line: str) -> None:
    """Each mistake is one line: file, line and column of what is wrong, what it is, and its place in the value."""
    assert before in RIGHT
    (tmp_path / "team.yaml").write_text(RIGHT.replace(before, after, 1), encoding="utf-8")
    (found,) = [found for found in told(tmp_path / "team.yaml", components) if found.startswith(f"team.yaml:{line}")]
    assert "\n" not in found


def okr(**changes: Any) -> Body:
    """The company with another objective; given members are those of the OKR."""
    (first,) = company()["okrs"]
    return company(okrs=[first | changes])


@pytest.mark.parametrize(
    ("document", "at", "says"),
    [
        ([], (), "[] is not of type 'object'"),
        ({"users": []}, ("users",), "[] should be non-empty"),
        (company(users=company()["users"] * 2), ("users", 1, "open_id"), f"{PERSON} is there twice among the users"),
        (
            company(users=[{"open_id": f"ou_{n * 32}", "name": n, "user_id": "x"} for n in "12"]),
            ("users", 1, "user_id"),
            "x is there twice among the user_id",
        ),
        (company(okrs=company()["okrs"] * 2), ("okrs", 1), f"{PERSON} in 5 is there twice among the pairs of"),
        (company(images=company()["images"] * 2), ("images", 1, "file_token"), "is there twice among the images"),
        (company(records=company()["records"] * 2), ("records", 1, "id"), "9 is there twice among the records"),
        (company(codes=[{"code": "c", "user": "ou_" + "2" * 32}]), ("codes", 0, "user"), "there is no person ou_2"),
        (company(reviews=[{"user": PERSON, "period": "6"}]), ("reviews", 0, "period"), "there is no period 6"),
        (
            okr(
                objectives=[
                    {"id": "2", "content": "x", "aligned_to": ["3"], "key_results": [{"id": "3", "content": ""}]}
                ]
            ),
            ("okrs", 0, "objectives", 0, "aligned_to", 0),
            "there is no objective 3",
        ),
        (
            okr(objectives=[{"id": "2", "content": "@二", "mentions": ["ou_" + "2" * 32]}]),
            ("okrs", 0, "objectives", 0, "mentions", 0),
            "there is no person ou_2",
        ),
        (
            okr(objectives=[{"id": "2", "content": "x", "weight": 100}, {"id": "4", "content": "y"}]),
            ("okrs", 0, "objectives"),
            "some have a weight and some have none",
        ),
        (
            company(records=[company()["records"][0] | {"author": "ou_" + "2" * 32}]),
            ("records", 0, "author"),
            "there is no person ou_2",
        ),
        (
            company(records=[company()["records"][0] | {"progress_rate": {"percent": 1e15}}]),
            ("records", 0, "progress_rate", "percent"),
            "is greater than the maximum of 99999999999",
        ),
        (company(images=[company()["images"][0] | {"data": "!"}]), ("images", 0, "data"), "not base64"),
        (company(images=[company()["images"][0] | {"data": "一"}]), ("images", 0, "data"), "not base64"),
        (company(clock={"frozen": EARLIEST - 1}), ("clock", "frozen"), "the clock goes from 2001-09-10 to"),
        (company(clock={"frozen": LATEST + 1}), ("clock", "frozen"), "the clock goes from 2001-09-10 to"),
        (company(clock={"shift": 10**15}), ("clock", "shift"), "the clock goes from 2001-09-10 to"),
    ],
)
def test_kinds(components: Mapping[str, Any], document: Any, at: tuple[str | int, ...], says: str) -> None:
    """Whatever does not fit together is found, at the place where a person would mend it."""
    assert [place for place, text in find_mistakes(document, components) if says in text] == [at]


def test_weights_may_be_rounded(components: Mapping[str, Any]) -> None:
    """Three thirds in two decimals make a hundred well enough."""
    thirds = [{"id": str(n), "content": "", "weight": 33.33} for n in (2, 3, 4)]
    assert find_mistakes(okr(objectives=thirds) | {"records": [], "images": []}, components) == []


def test_several_at_once(tmp_path: Path, components: Mapping[str, Any]) -> None:
    """All mistakes of all files are told, in the order of files and lines."""
    wrong = RIGHT.replace('period: "5"', 'period: "6"').replace('target_id: "3"', 'target_id: "4"')
    (tmp_path / "b.yaml").write_text(wrong, encoding="utf-8")
    (tmp_path / "a.json").write_text('{\n  "users": [\n    {"open_id": "x"}]}', encoding="utf-8")
    (tmp_path / "c.yml").write_text("users: [}", encoding="utf-8")
    found = told(tmp_path, components)
    places = [line.split(": ")[0] for line in found]
    assert places == ["a.json:3:5", "a.json:3:6", "b.yaml:10:5", "b.yaml:15:5", "c.yml:1:9"]


def test_app_declared_twice(tmp_path: Path, components: Mapping[str, Any]) -> None:
    """An app leads to one world, so only one file of a folder may declare it."""
    for name in ("first", "second"):
        (tmp_path / f"{name}.yaml").write_text(RIGHT, encoding="utf-8")
    assert told(tmp_path, components) == [
        "second.yaml:2:6: cli_one is declared in first.yaml too; an app leads to one world (at /apps/0/id)"
    ]


@pytest.mark.parametrize(
    ("name", "data", "line"),
    [
        ("a.yaml", b"users:\n\t- x\n", "a.yaml:2:1: not YAML: "),
        ("a.json", b'{"users": [\n]x', "a.json:2:2: not JSON: "),
        ("a.yaml", b"users: \xff\xfe", "a.yaml:1:1: cannot be read: "),
        ("a.yaml", b"", "a.yaml:1:1: None is not of type 'object'"),
    ],
)
def test_unreadable(tmp_path: Path, components: Mapping[str, Any], name: str, data: bytes, line: str) -> None:
    """A file that is no YAML or JSON is told of with the place where reading stopped."""
    (tmp_path / name).write_bytes(data)
    (found,) = told(tmp_path / name, components)
    assert found.startswith(line)


def test_empty_folder(tmp_path: Path, components: Mapping[str, Any]) -> None:
    """A folder without fixture files is a mistake."""
    with pytest.raises(FixtureError, match=r"no \.yaml or \.json file in this folder"):
        read_fixtures(tmp_path, components)


def test_least_fixture(components: Mapping[str, Any]) -> None:
    """A fixture needs people and nothing else."""
    schema = fixture_schema()
    assert set(company()) <= set(schema["properties"])
    assert schema["required"] == ["users"]
    assert find_mistakes({"users": company()["users"]}, components) == []


@pytest.mark.parametrize("name", ["bad.yaml", "folder"])
def test_command(tmp_path: Path, name: str) -> None:
    """`okr-mock serve` with a wrong fixture ends with exit code 2 and one line a mistake, and no traceback."""
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    file = path if path.suffix else path / "bad.yaml"
    wrong = RIGHT.replace('period: "5"', 'period: "6"').replace("name: 一", "name: 一, user_id: 1")
    file.write_text(wrong, encoding="utf-8")
    command = [sys.executable, "-m", "okr_mock", "serve", "--port", "0", "--fixtures", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{file}:4:61: 1 is not of type 'string' (at /users/0/user_id)\n"
