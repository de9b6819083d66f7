"""What a run writes down survives it."""

import stat
from pathlib import Path

import pytest

from feishu_okr.conformance.budget import GuardError
from feishu_okr.conformance.writeahead import WriteAhead, read_run, read_runs, run_file


def begun(folder: Path, run: str = "0123abcd") -> WriteAhead:
    """A run that has written two records and deleted one."""
    file = WriteAhead(run_file(str(folder), run))
    file.begin(run=run, host="h", targets=["1"])
    file.found("1", ["r0"])
    for record in ("r1", "r2"):
        file.create("1")
        file.answered(record)
    file.deleted("r1")
    file.prove("a.b")
    return file


def test_read_again(tmp_path: Path) -> None:
    """Read again it tells the same: facts, what is there, what was proved; only its owner may read it."""
    file = begun(tmp_path)
    found = read_run(file.path)
    assert found == file
    assert found.before == {"1": ["r0"]}
    assert (found.pending, found.created, found.proved, found.is_unsure) == (["r2"], {"r1", "r2"}, {"a.b"}, False)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_a_create_without_answer(tmp_path: Path) -> None:
    """A create without an answer is remembered, also when a later one has one, until the run has cleaned up."""
    file = begun(tmp_path)
    file.create("1")
    assert read_run(file.path).is_unsure
    file.create("1")
    file.answered("r3")
    assert read_run(file.path).is_unsure
    assert [run.path for run in read_runs(str(tmp_path), "h")] == [file.path]
    file.close([])
    assert not read_run(file.path).is_unsure


def test_a_line_that_was_cut_off(tmp_path: Path) -> None:
    """A line that a crash has cut off is left out; what stood before it counts."""
    file = begun(tmp_path)
    whole = file.path.read_bytes()
    file.path.write_bytes(whole[:-9])
    assert read_run(file.path).pending == ["r2"]


def test_runs_that_left_something(tmp_path: Path) -> None:
    """Only runs against the host that left records are given."""
    begun(tmp_path, "0000000a")
    begun(tmp_path, "0000000b").deleted("r2")
    assert [run.facts["run"] for run in read_runs(str(tmp_path), "h")] == ["0000000a"]
    assert list(read_runs(str(tmp_path), "elsewhere")) == []


@pytest.mark.parametrize("text", ["{}\n", '{"event": "created"}\n', "[]}\n"])
def test_files_that_are_none(tmp_path: Path, text: str) -> None:
    """A file that is no run's, and one that is not there, are told in a sentence."""
    (tmp_path / "x.jsonl").write_text(text)
    with pytest.raises(GuardError, match="not the file of a run"):
        read_run(tmp_path / "x.jsonl")
    with pytest.raises(GuardError, match="cannot be read: No such file"):
        read_run(tmp_path / "y.jsonl")
