from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from feishu_okr.contract.source import read
from okr_mock.world.fixture_file import fixture_schema
from okr_mock.world.fixture_text import fixture_yaml, schema_json
from okr_mock.world.generator import BASE_MONTH, generate

TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.text("0123456789.eE+-_:#,[]{}&*!|>'\"%@` \n\t~<=？")
WORDS = st.sampled_from(["null", "Null", "~", "true", "NO", "on", "0x1F", "0o7", ".inf", ".NaN", "---", "<<", "="])
LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT | WORDS
KEY = TEXT | WORDS | st.text("键k", min_size=400, max_size=1100)
VALUE = st.recursive(LEAF, lambda inner: st.lists(inner) | st.dictionaries(KEY, inner))
DOCUMENT = st.dictionaries(st.sampled_from(["users", "okrs", "records"]) | KEY, VALUE)

Json = dict[str, Any]


def read_back(text: str, folder: Path) -> Any:
    file = folder / "fixture.yaml"
    file.write_text(text, encoding="utf-8", newline="\n")
    return read(file).value


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fixtures")


@given(document=DOCUMENT)
@example(document={"okrs": [{"a" * 160: ["b" * 80, {"c" * 80: ["d" * 200]}]}]})
@example(document={"a": {"": "x" * 90, "b": {"": ["y" * 90, "z" * 90]}, "c": 1}})
def test_round_trip(document: Json, folder: Path) -> None:
    """Whatever JSON is written is read back as it was."""
    assert read_back(fixture_yaml(document), folder) == document


@pytest.mark.parametrize("users", [1, 7, 50])
def test_generated_worlds(users: int, folder: Path) -> None:
    """A generated world is read back as it was, by YAML 1.1 readers too, and its lines are narrow enough to read."""
    document = generate(users, users, BASE_MONTH)
    text = fixture_yaml(document)
    assert read_back(text, folder) == document
    assert yaml.load(text, Loader=yaml.CSafeLoader) == document
    assert max(len(line) for line in text.splitlines()) <= 160


def test_keys_come_in_the_schemas_order() -> None:
    """Keys of fixtures stand in the schema's order wherever they are, others behind them as they came."""
    text = fixture_yaml(
        {
            "x": 1,
            "users": [{"name": "李明", "open_id": "ou_1"}],
            "okrs": [{"objectives": [{"weight": 100, "content": "c", "id": "1"}], "id": "2"}],
            "description": "d",
        }
    )
    assert text == (
        "description: d\n"
        "users:\n"
        "- {open_id: ou_1, name: 李明}\n"
        "okrs:\n"
        "- id: '2'\n"
        "  objectives:\n"
        "  - {id: '1', content: c, weight: 100}\n"
        "x: 1\n"
    )


def test_nothing_to_write() -> None:
    """An empty fixture is an empty map, and empty parts are empty lists."""
    assert fixture_yaml({}) == "{}\n"
    assert fixture_yaml({"okrs": [], "users": [{}]}) == "users:\n- {}\nokrs: []\n"


def test_schema_json() -> None:
    """The schema as JSON is the schema."""
    assert orjson.loads(schema_json()) == fixture_schema()
