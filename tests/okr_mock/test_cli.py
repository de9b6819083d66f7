import json
import os
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from feishu_okr.contract import Contract
from feishu_okr.contract.source import read
from okr_mock.world.fixture_file import fixture_schema
from okr_mock.world.fixture_text import fixture_yaml
from okr_mock.world.generator import generate
from tests.conftest import emulator


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "okr_mock", *arguments],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        env={"PATH": os.environ["PATH"], "COLUMNS": "200", **environment},
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["serve", "--port", "many"], "'many' is not a valid integer"),
        (["serve", "--port", "99999"], "--port"),
        (["serve", "--auth", "never"], "'never' is not one of 'open', 'strict', 'off'"),
        (["serve", "--profile", "gatway"], "no profile 'gatway'; did you mean 'gateway'?"),
        (["serve", "--set", "wrong_typ=x"], "no claim 'wrong_typ'; did you mean 'wrong_type'?"),
        (["serve", "--set", "wrong_type"], "'wrong_type' is not CLAIM=OPTION"),
        (["serve", "--max-body", "0"], "--max-body"),
        (["serve", "--host", "no.such.host.invalid"], "cannot listen on no.such.host.invalid:6570"),
        (["serve", "extra"], "unexpected extra argument"),
        (["serv"], "No such command 'serv'"),
        (["claims", "--profile", "x"], "no profile 'x'"),
        (["world", "--users", "0"], "--users"),
        (["world", "--users", "1001"], "--users"),
        (["world", "--seed", "x"], "'x' is not a valid integer"),
        (["world", "--base-month", "October"], "'October' is not a month such as 2026-10"),
        (["world", "--base-month", "2001-01"], "do not lie in 2001-10 to 2037-12"),
        (["world", "--out", "no/such/folder/world.yaml"], "cannot be written: No such file or directory"),
        (["world", "--out", os.sep], "is a directory"),
    ],
)
def test_mistakes(arguments: list[str], says: str) -> None:
    """A mistake at the keyboard is one line that says what is wrong, and exit code 2."""
    done = run(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.startswith("okr-mock: ")
    assert done.stderr.count("\n") == 1


def test_flags_and_environment() -> None:
    """Every flag has an environment name; the flag wins; an unknown name is warned about."""
    names = {"PROFILE": "gateway", "SEED": "7", "SET": "delete_data=empty", "PROFIL": "x", "URL": "http://x"}
    environment = os.environ | {f"OKR_MOCK_{name}": value for name, value in names.items()}
    with emulator("--seed", "8", env=environment) as (url, process):
        about = httpx2.get(f"{url}/__admin/version").json()
        process.terminate()
        _, printed = process.communicate(timeout=10)
    assert (about["profile"], about["seed"], about["switches"]["delete_data"]) == ("gateway", 8, "empty")
    assert "OKR_MOCK_PROFIL is set but is no setting; did you mean OKR_MOCK_PROFILE?" in printed
    assert "OKR_MOCK_URL" not in printed


def test_greeting() -> None:
    """The start prints the URL and what to do with it; with --json one line of JSON."""
    with emulator() as (url, _):
        assert httpx2.get(f"{url}/readyz").json() == {"status": "ready"}
    command = [sys.executable, "-u", "-m", "okr_mock", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(5)]
        process.terminate()
    assert lines[0].startswith("feishu-okr-mock serves http://127.0.0.1:")
    assert "t-dev" in lines[4]


def test_codes(contract: Contract) -> None:
    """The catalog is printed whole, for people and for machines."""
    table = run("codes").stdout
    assert all(str(entry.code) in table for entry in contract.catalog.entries.values())
    found = json.loads(run("codes", "--json").stdout)
    assert [entry["name"] for entry in found] == list(contract.catalog.entries)


def test_claims(contract: Contract) -> None:
    """The ledger is printed whole, with what the profile chooses."""
    table = run("claims").stdout
    assert all(claim in table for claim in contract.ledger.claims)
    chosen = {
        claim["id"]: claim["chosen"] for claim in json.loads(run("claims", "--json", "--profile", "gateway").stdout)
    }
    assert chosen["message_family"] == "short"
    evidence = json.loads(run("claims", "--json").stdout)[0]["evidence"][0]
    assert (evidence["source"], evidence["date"], evidence["mark"]) == ("seed_page", "2023-02-07", "documented")
    assert "seed_page 2023-02-07, documented, for long" in table


def test_world(tmp_path: Path) -> None:
    """A made-up company is printed or written, the same both ways, and no file is overwritten unasked."""
    file = tmp_path / "world.yaml"
    arguments = ["world", "--seed", "3", "--users", "2", "--base-month", "2027-05"]
    printed = run(*arguments)
    assert run(*arguments, "--out", str(file)).stdout == ""
    assert file.read_text(encoding="utf-8") == printed.stdout
    assert read(file).value == generate(3, 2, "2027-05")
    file.write_text("mine", encoding="utf-8")
    refused = run(*arguments, "--out", str(file))
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "exists; overwrite it with --force" in refused.stderr
    assert file.read_text(encoding="utf-8") == "mine"
    assert run(*arguments, "--out", str(file), "--force").returncode == 0
    assert file.read_text(encoding="utf-8") == printed.stdout


def test_world_by_default() -> None:
    """Left alone, the company has six people and does not depend on the day."""
    text = run("world").stdout
    assert text == fixture_yaml(generate(0, 6, "2026-10"))


def test_world_schema() -> None:
    """The schema of fixtures is printed as JSON."""
    assert json.loads(run("world", "--schema").stdout) == fixture_schema()


def test_version() -> None:
    """The command tells its version."""
    assert "0.1.0" in run("--version").stdout
