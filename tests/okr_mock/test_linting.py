import json
import shutil
from pathlib import Path

import pytest

from okr_mock.linting import LintError, lint, report
from okr_mock.scenario.scenario_file import scenario_folder
from okr_mock.world.fixture_text import fixture_yaml
from okr_mock.world.generator import generate
from tests.conftest import ROOT
from tests.okr_mock.scenario.conftest import scenario_file
from tests.okr_mock.test_cli import run

BROKEN = ROOT / "tests" / "okr_mock" / "scenario" / "broken"
MISTAKE = ":3:5: 'whne' is not known here; did you mean 'when'? (at /steps/0/whne)"


def test_the_shipped_ones_hold() -> None:
    """Without a path the shipped scenarios are checked, and hold."""
    files, mistakes = lint([])
    assert [path.stem for path in files] == sorted(path.stem for path in scenario_folder().glob("*.yaml"))
    assert mistakes == []


def test_every_broken_file() -> None:
    """A folder is checked whole: every file in it, and every mistake with its file."""
    files, mistakes = lint([BROKEN])
    assert len(files) == len(list(BROKEN.glob("*.yaml"))) >= 20
    assert {mistake.file for mistake in mistakes} == {str(path) for path in files}
    assert mistakes == sorted(mistakes)


def test_fixtures(tmp_path: Path) -> None:
    """A file with users is checked as a fixture."""
    path = tmp_path / "company.yaml"
    text = fixture_yaml(generate(0, 2, "2026-10"))
    path.write_text(text, "utf-8")
    assert lint([path]) == ([path], [])
    path.write_text(text.replace("users:", "usres: 1\nusers:", 1), "utf-8")
    (mistake,) = lint([path])[1]
    assert "usres" in mistake.text


@pytest.mark.parametrize("asked", ["none.yaml", "empty"])
def test_nothing_to_check(tmp_path: Path, asked: str) -> None:
    """A path that is not there, or holds no file, is an error and no success."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(LintError, match=asked):
        lint([tmp_path / asked])


def test_report() -> None:
    """A report has a line a mistake and one at the end; as JSON it has everything."""
    files, mistakes = lint([BROKEN / "unknown_key.yaml"])
    lines = report(files, mistakes, as_json=False).splitlines()
    assert lines == [f"{files[0]}{MISTAKE}", "1 files, 1 mistakes"]
    found = json.loads(report(files, mistakes, as_json=True))
    text = "'whne' is not known here; did you mean 'when'?"
    place = {"line": 3, "column": 5, "pointer": "/steps/0/whne"}
    assert found == {"files": [str(files[0])], "mistakes": [{"file": str(files[0]), "text": text, **place}]}


def test_exit_codes(tmp_path: Path) -> None:
    """`okr-mock lint` ends with 0 if all files hold, 1 if one does not, and 2 if there is nothing to check."""
    good = scenario_file(tmp_path, {"then": {"proceed": True}})
    done = run("lint", good)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 files, 0 mistakes\n", "")
    broken = shutil.copy(BROKEN / "unknown_key.yaml", tmp_path)
    done = run("lint", good, str(broken))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == f"{broken}{MISTAKE}\n2 files, 1 mistakes\n"
    done = run("lint", str(tmp_path / "none"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("okr-mock: ")
    assert "none: there is no such file or folder" in done.stderr


def test_exit_codes_with_json(tmp_path: Path) -> None:
    """With --json the exit codes are the same and the output is one JSON value."""
    done = run("lint", "--json")
    assert (done.returncode, json.loads(done.stdout)["mistakes"]) == (0, [])
    done = run("lint", "--json", str(BROKEN / "several.yaml"))
    assert (done.returncode, len(json.loads(done.stdout)["mistakes"])) == (1, 3)
    (tmp_path / "empty").mkdir()
    assert run("lint", "--json", str(tmp_path / "empty")).returncode == 2
