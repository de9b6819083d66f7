"""Runs of the suite against the emulator, as a user starts them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx2
import pytest

from feishu_okr.conformance.evidence import ledger_of
from feishu_okr.contract import load
from tests.conftest import Serve

GENERATED = {"documented": "5", "gateway": "1"}
UNPROVED = {
    "a good call needs a code or a refresh token, which no generator can make",
    "an operation without parameters and body has no bad calls",
}


def verify(*flags: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return started("okr_mock", "verify", *flags, folder=folder)


def started(module: str, *flags: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *flags], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module", params=GENERATED)
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with all reports of a whole run under a profile."""
    folder = tmp_path_factory.mktemp(request.param)
    files = ["--json", "new/a.json", "--junit", "a.xml", "--html", "a.html", "--evidence", "evidence.json"]
    done = verify("--profile", request.param, "--generated", GENERATED[request.param], *files, folder=folder)
    (folder / "said").write_text(f"{done.returncode}\n{done.stdout}{done.stderr}", encoding="utf-8")
    return folder


def told(folder: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((folder / "new" / "a.json").read_bytes())
    return value


@pytest.mark.once
def test_the_emulator_keeps_the_contract(ran: Path) -> None:
    """Everything that can be proved of the emulator is, under both profiles."""
    report = told(ran)
    said = (ran / "said").read_text(encoding="utf-8")
    assert report["failed"] == []
    assert {result["why"] for result in report["unproved"]} == UNPROVED
    assert said.startswith("0\n")
    assert f"mock: {report['counts']['proved']} proved, 0 failed, {report['counts']['unproved']} not provable" in said
    assert report["assumption"] in said
    assert report["counts"]["proved"] > 600


@pytest.mark.once
def test_every_claim_shows_its_option(ran: Path) -> None:
    """The probes see of every claim the option that the profile has."""
    evidence = json.loads((ran / "evidence.json").read_bytes())
    assert {claim: seen["observed"] for claim, seen in evidence["claims"].items()} == told(ran)["target"]["switches"]
    assert all(seen["log_ids"] and seen["date"] for seen in evidence["claims"].values())


@pytest.mark.once
def test_reports_agree(ran: Path) -> None:
    """JSON and JUnit have the same tests under the same ids, each once, and the page has them too."""
    report, page = told(ran), (ran / "a.html").read_text(encoding="utf-8")
    ids = [result["id"] for kind in ("proved", "failed", "unproved") for result in report[kind]]
    cases = ElementTree.parse(ran / "a.xml").iter("testcase")
    names = [f"{case.get('classname')}.{case.get('name')}".removeprefix("feishu_okr.conformance.") for case in cases]
    assert sorted(names) == sorted(id_.replace("/", ".", 1) for id_ in ids)
    assert len(set(ids)) == len(ids)
    assert all(f"<code>{id_}</code>" in page for id_ in ids if "[" not in id_)


@pytest.mark.once
def test_what_was_seen_is_emulated(ran: Path, serve: Serve) -> None:
    """An emulator that learned from the evidence has the options of the one that was looked at."""
    with httpx2.Client() as http:
        about = http.get(f"{serve('--profile', 'learned:' + str(ran / 'evidence.json'))}/__admin/version").json()
    wanted = told(ran)["target"]["switches"]
    assert about["profile"] == "learned"
    assert {claim: about["switches"][claim] for claim in wanted} == wanted


@pytest.mark.once
def test_what_was_seen_is_merged(ran: Path) -> None:
    """The command writes what was seen into a ledger file; what an emulator showed verifies nothing."""
    done = started("okr_mock", "claims", "--merge", "evidence.json", "--into", "ledger.yaml", folder=ran)
    wanted = told(ran)["target"]["switches"]
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"{len(wanted)} claims written into ledger.yaml"
    assert ledger_of(str(ran / "ledger.yaml")).profiles["learned"] == wanted
    asked = started("okr_mock", "claims", "--ledger", "ledger.yaml", "--unverified", folder=ran)
    assert asked.returncode == 1
    assert "text_edges: never seen live" in asked.stdout


@pytest.mark.once
def test_drift_is_a_failure(serve: Serve, tmp_path: Path) -> None:
    """A target that shows another option than expected fails, and the run says which it shows."""
    done = verify(
        "--target", serve("--set", "delete_data=empty"), "--profile", "documented", "--only", "claim", folder=tmp_path
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "drift: the target shows empty, expected absent" in done.stdout


@pytest.mark.once
def test_generated_calls_meet_a_deviation(tmp_path: Path) -> None:
    """Good calls, bad ones and links all fail at an emulator whose records lose members, each with what is missing."""
    command = f"{sys.executable} -m okr_mock serve --scenario drift"
    only = "generated_calls and progress_record.create or links"
    done = verify("--serve-command", command, "--only", only, "--json", "a.json", folder=tmp_path)
    failed = json.loads((tmp_path / "a.json").read_bytes())["failed"]
    assert done.returncode == 1
    assert [result["id"] for result in failed] == [
        "generated/generated_calls[okr.v1.progress_record.create-good]",
        "generated/generated_calls[okr.v1.progress_record.create-bad]",
        "generated/links_lead_to_what_they_name",
    ]
    assert all("is a required property" in result["why"] for result in failed)


@pytest.mark.once
def test_a_mistake_is_one_line(tmp_path: Path) -> None:
    """A mistake in the command line is one line on the standard error, and exit code 2."""
    for flags in (["--target", "nonsense"], ["--only", "no_such_test"]):
        done = verify(*flags, folder=tmp_path)
        assert (done.returncode, len(done.stderr.splitlines()), done.stdout.strip()) == (2, 1, ""), flags


@pytest.mark.once
def test_nothing_proved_is_no_success(tmp_path: Path) -> None:
    """Where every chosen test lacks something, the run says so and ends with 2."""
    done = verify("--without", "write", "--without", "isolate", "--only", "content.style", folder=tmp_path)
    assert done.returncode == 2
    assert "may not write progress records there" in done.stdout
    assert "nothing was proved" in done.stdout


@pytest.mark.once
def test_pytest_runs_the_suite(tmp_path: Path) -> None:
    """The suite runs by its package name from any folder, with its options and reports, on several workers too."""
    flags = ["-q", "--pyargs", "feishu_okr.conformance", "-k", "tokens.tenant", "--okr-json", "a.json"]
    done = started("pytest", *flags, "-n", "2", folder=tmp_path)
    assert done.returncode == 0, done.stdout
    assert json.loads((tmp_path / "a.json").read_bytes())["counts"]["proved"] > 10
    done = started("pytest", *flags, "--okr-target", "http://127.0.0.1:9", folder=tmp_path)
    assert done.returncode == 2
    assert "the target does not answer" in done.stdout


def test_other_tests_see_nothing_of_it(tmp_path: Path) -> None:
    """A project that has the package installed and runs its own tests gets no word of the suite."""
    (tmp_path / "test_own.py").write_text("def test_own():\n    pass\n", encoding="utf-8")
    done = started("pytest", "-q", folder=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "proved" not in done.stdout


def test_the_seen_profile_is_one_of_the_ledger() -> None:
    """The profiles that are run here are those of the shipped ledger."""
    assert GENERATED.keys() == load().ledger.profiles.keys()
