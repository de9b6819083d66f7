import logging
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from feishu_okr.contract import Contract
from okr_mock.cli import cli
from okr_mock.scenario.library import Library, UnknownScenarioError, given_of, open_library, scenario_files
from okr_mock.scenario.scenario_file import ScenarioError, scenario_folder
from tests.conftest import Body
from tests.okr_mock.scenario.conftest import document, scenario_file, scenario_of
from tests.okr_mock.test_cli import run

CALM: Body = {"times": 1, "then": {"proceed": True}}
SHIPPED = {path.stem for path in scenario_folder().glob("*.yaml")}
_age = [10]


def change(path: str, text: str) -> None:
    """Write a file anew, so that its time differs from before whatever the clock's grain."""
    Path(path).write_text(text, encoding="utf-8")
    _age[0] += 1
    os.utime(path, (_age[0], _age[0]))


def rewrite(folder: Path, *steps: Body, name: str = "played") -> None:
    path = scenario_file(folder, *steps, name=name)
    change(path, Path(path).read_text("utf-8"))


def steps(library: Library) -> list[str]:
    return [step.name for step in library.usual.steps]


def test_names_files_and_folders(contract: Contract, tmp_path: Path) -> None:
    """Scenarios are asked for by shipped name, by file or by folder, and keep their order; none is taken twice."""
    one = scenario_file(tmp_path, CALM, name="one")
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("b", "a"):
        scenario_file(folder, CALM, name=name)
    (folder / "notes.txt").write_text("no scenario")
    (folder / "scenario.schema.json").write_text("{}")
    library = open_library(["flaky_create", one, str(folder), one], contract)
    assert [scenario.name for scenario in library.usual.scenarios] == ["flaky_create", "one", "a", "b"]
    assert set(library.files) == {*SHIPPED, "one", "a", "b"}


def test_all_endings(contract: Contract, tmp_path: Path) -> None:
    """Files may end in .yaml, .yml or .json."""
    for name in ("a.yaml", "b.yml", "c.json"):
        (tmp_path / name).write_text('{"description": "x", "steps": [{"then": {"proceed": true}}]}', "utf-8")
    assert steps(open_library([str(tmp_path)], contract)) == ["a#1", "b#1", "c#1"]
    assert [path.name for path in scenario_files(tmp_path)] == ["a.yaml", "b.yml", "c.json"]


def test_a_file_stands_in_for_a_shipped_one(contract: Contract, tmp_path: Path) -> None:
    """A file with the name of a shipped scenario takes its place."""
    own = scenario_file(tmp_path, CALM, {"name": "mine", **CALM}, name="calm")
    assert steps(open_library([own], contract)) == ["calm#1", "calm#mine"]


def test_a_folder_does_not_stand_in_for_a_name(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that happens to have the name of a shipped scenario is meant only by its path."""
    (tmp_path / "calm").mkdir()
    monkeypatch.chdir(tmp_path)
    assert open_library(["calm"], contract).active == ("calm",)
    with pytest.raises(UnknownScenarioError, match="this folder holds no scenario"):
        open_library(["./calm"], contract)


def test_none(contract: Contract) -> None:
    """Without a scenario there are no steps, and all shipped ones can be chosen later."""
    library = open_library([], contract)
    assert library.usual.steps == ()
    assert set(library.files) == SHIPPED
    assert library.scenarios == {}


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("flaky_creat", "did you mean 'flaky_create'?"),
        ("no/such/file.yaml", "no/such/file.yaml: there is no such name, file or folder"),
        ("xyz", "there are calm, "),
        ("", "there is no such name, file or folder"),
    ],
)
def test_unknown_names(contract: Contract, asked: str, says: str) -> None:
    """What is not there is said with what there is."""
    with pytest.raises(UnknownScenarioError, match=r"^--scenario ") as raised:
        open_library([asked], contract)
    assert says in str(raised.value)


def test_empty_folder(contract: Contract, tmp_path: Path) -> None:
    """A folder that holds no scenario is a mistake, not silence."""
    with pytest.raises(UnknownScenarioError, match="this folder holds no scenario"):
        open_library([str(tmp_path)], contract)


@pytest.mark.parametrize("asked", ["flaky_creat", "folder", "broken.yaml"])
def test_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    """A server that is to play what is not there, or what is broken, does not start: exit code 2, and why."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "broken.yaml").write_text("description: x\nsteps: [{then: {eror: 1}}]", "utf-8")
    done = run("serve", "--port", "0", "--scenario", str(tmp_path / asked) if "_" not in asked else asked)
    assert done.returncode == 2
    assert ("broken.yaml:2:17: 'eror'" if "broken" in asked else f"{asked}: th") in done.stderr
    assert "Traceback" not in done.stderr


def test_the_flag_may_be_repeated() -> None:
    """`--scenario` is a flag of `serve` that may be repeated, as its help says."""
    text = CliRunner().invoke(cli, ["serve", "--help"], env={"COLUMNS": "200"}).output
    assert "--scenario" in text
    assert "OKR_MOCK_SCENARIO" in text


def test_broken_file(contract: Contract, tmp_path: Path) -> None:
    """A broken file is refused with every mistake."""
    path = scenario_file(tmp_path, {"then": {"error": 1}}, {"then": {"error": "nobody"}})
    with pytest.raises(ScenarioError) as raised:
        open_library([path], contract)
    assert len(raised.value.mistakes) >= 2


def test_hot_reload(contract: Contract, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file that changed is read again, said so, and what it says counts from then on, also where it was chosen."""
    path = scenario_file(tmp_path, CALM)
    library = open_library([path], contract)
    library.refresh()
    assert caplog.text == ""
    rewrite(tmp_path, CALM, {"name": "new", "when": {"method": "GET"}, **CALM})
    library.refresh()
    assert steps(library) == ["played#1", "played#new"]
    assert library.script(("played",)).steps == library.usual.steps
    assert ("okr_mock", logging.WARNING, "scenario played was read again") in caplog.record_tuples
    assert library.complaints == {}


@pytest.mark.parametrize("text", ["description: x\nsteps: [{then: {eror: 1}}]", "steps: [", "", None])
def test_broken_edit(contract: Contract, tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str | None) -> None:
    """A broken edit, or a file that is gone, is complained of loudly; the last good set stays until it is mended."""
    path = scenario_file(tmp_path, {"name": "good", **CALM})
    library = open_library([path], contract)
    if text is None:
        Path(path).unlink()
    else:
        change(path, text)
    library.refresh()
    assert steps(library) == ["played#good"]
    assert list(library.complaints) == ["played"]
    assert f"{path}:" in library.complaints["played"]
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "what it said before stays in force" in record.getMessage()
    library.refresh()
    assert len(caplog.records) == 1, "it complains once an edit"
    rewrite(tmp_path, {"name": "mended", **CALM})
    library.refresh()
    assert (steps(library), library.complaints) == (["played#mended"], {})


def test_choose(contract: Contract) -> None:
    """A choice is a name, a scenario, or a list of these; each inline scenario counts for itself."""
    library = open_library([], contract)
    own, other = document(CALM), document({"then": {"error": 1001001}})
    assert library.choose("calm") == ("calm",)
    entries = library.choose(["every_error", own, other, own, "every_error"])
    assert [step.name for step in library.script(entries).steps] == ["every_error#codes", "inline#1", "inline2#1"]
    assert library.script(library.choose([])).steps == ()
    for wrong in ("clam", 5, None, {"steps": 1}, ["calm", "x"]):
        with pytest.raises((UnknownScenarioError, ScenarioError)):
            library.choose(wrong)


def test_given(contract: Contract) -> None:
    """What several scenarios ask of a world is joined; where they contradict each other the later one counts."""
    first = scenario_of(contract, given={"quota": 5, "set": {"key_order": "as_written", "wrong_type": "a"}})
    second = scenario_of(contract, given={"quota": "live", "set": {"wrong_type": "b"}, "profile": "gateway"})
    joined = {"quota": "live", "set": {"key_order": "as_written", "wrong_type": "b"}, "profile": "gateway"}
    assert given_of([first, second]) == joined
    assert given_of([scenario_of(contract)]) == {}


def test_two_files_of_one_name(contract: Contract, tmp_path: Path) -> None:
    """Two files whose scenarios would have one name are refused, and both are named."""
    files = [tmp_path / folder / "same.yaml" for folder in ("a", "b")]
    for file in files:
        file.parent.mkdir()
        file.write_text("description: d\nsteps: []\n", encoding="utf-8")
    with pytest.raises(ValueError, match="one name") as caught:
        open_library([str(file) for file in files], contract)
    assert all(str(file) in str(caught.value) for file in files)
    assert open_library([str(files[0])] * 2, contract).active == ("same",)
