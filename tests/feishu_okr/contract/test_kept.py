from pathlib import Path

import pytest

from feishu_okr.contract import ContractError
from feishu_okr.contract.kept import keep, recall
from feishu_okr.contract.source import read

pytestmark = pytest.mark.usefixtures("python_keeps")


@pytest.fixture
def python_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Python write what it keeps, however the tests were started."""
    monkeypatch.setattr("sys.dont_write_bytecode", False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write a file of YAML."""
    path = tmp_path / "file.yaml"
    path.write_text("a: 7041430377642082323\nb: [1.5, on, null]\n", encoding="utf-8")
    return path


def kept_files(path: Path) -> list[Path]:
    return sorted(found for found in path.parent.rglob("*") if found.is_file() and found != path)


def test_read_again(path: Path) -> None:
    """A file that was read once is read from what was kept of it, to the same value."""
    first = read(path)
    (kept,) = kept_files(path)
    assert recall(path, first.text) == first.value == {"a": 7041430377642082323, "b": [1.5, "on", None]}
    kept.write_bytes(kept.read_bytes().replace(b"7041430377642082323", b"1"))
    assert read(path).value["a"] == 1


def test_changed_file(path: Path) -> None:
    """What was kept of another text counts for nothing, be it as long as this one."""
    read(path)
    path.write_text(path.read_text(encoding="utf-8").replace("on", "of"), encoding="utf-8")
    assert read(path).value["b"] == [1.5, "of", None]
    assert read(path).value["b"] == [1.5, "of", None]


@pytest.mark.parametrize("damage", [b"", b"short", b"\x00" * 200])
def test_damaged(path: Path, damage: bytes) -> None:
    """What is damaged is read anew, and kept anew."""
    value = read(path).value
    (kept,) = kept_files(path)
    kept.write_bytes(damage)
    assert read(path).value == value
    assert len(kept.read_bytes()) > len(damage) or kept.read_bytes() != damage


def test_cut_off(path: Path) -> None:
    """Half of what was kept is no value."""
    text = read(path).text
    (kept,) = kept_files(path)
    kept.write_bytes(kept.read_bytes()[:-3])
    assert recall(path, text) is None


def test_more_than_json(path: Path) -> None:
    """A value that JSON cannot say is not kept: it would come back as another."""
    for text in ("1: a", "a: .inf", "a: .nan"):
        path.write_text(text, encoding="utf-8")
        assert str(read(path).value) == str(read(path).value)
        assert kept_files(path) == []


def test_nothing_is_kept_where_python_keeps_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever forbids bytecode gets no files of ours either."""
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    assert read(path).value["a"]
    assert kept_files(path) == []


def test_folder_that_cannot_be_written(path: Path) -> None:
    """Where no file can be made, reading goes on without."""
    (path.parent / "__pycache__").write_text("a file where the folder would be", encoding="utf-8")
    keep(path, "a: 1", {"a": 1})
    assert read(path).value["a"] == 7041430377642082323


def test_mistakes_keep_their_places(path: Path) -> None:
    """A mistake in a value that came from what was kept still names line and column."""
    read(path)
    assert read(path).mistake(("b", 1), "is wrong").line == 2
    path.write_text("a: ]", encoding="utf-8")
    with pytest.raises(ContractError, match="not YAML"):
        read(path)
