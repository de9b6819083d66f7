from pathlib import Path

import pytest

from feishu_okr.contract import ContractError
from feishu_okr.contract.source import Source, read


def written(folder: Path, text: str, name: str = "file.yaml") -> Source:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read(path)


def test_yaml_is_1_2(tmp_path: Path) -> None:
    """Words, dates, times and 19-digit ids stay what they look like."""
    source = written(tmp_path, "{a: on, b: no, c: 2026-11-22, d: 12:30, e: 7041430377642082323, f: 010, g: true}")
    assert source.value == {
        "a": "on", "b": "no", "c": "2026-11-22", "d": "12:30", "e": 7041430377642082323, "f": 10, "g": True
    }  # fmt: skip


def test_mistake_points_at_the_value(tmp_path: Path) -> None:
    """A mistake names file, line, column and pointer; a place that does not exist is told by its parent."""
    source = written(tmp_path, "a:\n  b:\n    - 1\n    - x: 2\n")
    assert str(source.mistake(("a", "b", 1, "x"), "is wrong")) == f"{source.path}:4:7: is wrong (at /a/b/1/x)"
    assert source.mistake(("a", "nothing"), "is missing").line == 1


@pytest.mark.parametrize(
    ("name", "text", "line", "says"),
    [
        ("a.yaml", "a: 1\nb: ]", 2, "not YAML"),
        ("a.yaml", "a: 1\nb: 2\na: 3\n", 3, "duplicate key"),
        ("a.json", '{"a": 1,\n "b": }', 2, "not JSON"),
    ],
)
def test_unreadable_file(tmp_path: Path, name: str, text: str, line: int, says: str) -> None:
    """A file that cannot be read is a ContractError with the line."""
    with pytest.raises(ContractError, match=says) as caught:
        written(tmp_path, text, name)
    assert [mistake.line for mistake in caught.value.mistakes] == [line]


def test_missing_file(tmp_path: Path) -> None:
    """A file that does not exist is a ContractError too."""
    with pytest.raises(ContractError, match="cannot be read"):
        read(tmp_path / "none.yaml")


def test_no_code_in_yaml(tmp_path: Path) -> None:
    """A tag that asks for a Python object is refused."""
    with pytest.raises(ContractError, match="not YAML"):
        written(tmp_path, "a: !!python/object/apply:os.getcwd []")


def test_json_that_is_no_yaml(tmp_path: Path) -> None:
    """A JSON file with a character that YAML forbids still has its mistakes named, at its beginning."""
    path = tmp_path / "x.json"
    path.write_text('{"a": "\x7f"}', encoding="utf-8")
    assert str(read(path).mistake(("a",), "wrong")) == f"{path}:1:1: wrong (at /a)"
