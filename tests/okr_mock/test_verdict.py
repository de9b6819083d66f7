"""What a run comes to when the server ends, as CI sees it."""

import json
import signal
import subprocess
import sys
from typing import Any

import httpx2
import pytest

from tests.conftest import RECORDS, Body, emulator

JSON = {"Content-Type": "application/json"}
HEADERS = {"Authorization": "Bearer t-dev"}


def ended(process: subprocess.Popen[str], with_signal: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
    """End a server; gives its exit code and what it said."""
    process.send_signal(with_signal)
    _, said = process.communicate(timeout=20)
    return process.returncode, said


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
def test_an_offence_fails_the_run(create_body: Body, with_signal: signal.Signals) -> None:
    """A caller that sends a create again after a lost answer makes the exit code 1, and the finding is told."""
    with emulator("--fail-on-audit", "resent_create", "--scenario", "lost_answer") as (url, process):
        with pytest.raises(httpx2.HTTPError):
            httpx2.post(url + RECORDS, json=create_body, headers=HEADERS)
        httpx2.post(url + RECORDS, json=create_body, headers=HEADERS)
        code, said = ended(process, with_signal)
    assert code == 1
    assert "resent_create" in said
    assert "Traceback" not in said


def test_a_good_run(create_body: Body) -> None:
    """A caller that offends against nothing that is asked for ends with 0."""
    with emulator("--fail-on-audit", "all", "--log-level", "error") as (url, process):
        httpx2.post(url + RECORDS, json=create_body, headers=HEADERS)
        assert ended(process) == (0, "")


def test_rules_that_were_not_asked_for(create_body: Body) -> None:
    """Other rules do not fail the run."""
    with emulator("--fail-on-audit", "no_backoff", "--log-level", "error") as (url, process):
        httpx2.post(url + RECORDS, json=create_body | {"sorce": 1}, headers=HEADERS)
        assert ended(process)[0] == 0


def test_worlds_that_are_gone_count(create_body: Body) -> None:
    """What was found in a world that a test has dropped, or a journal it has cleared, is not forgotten."""
    with emulator("--fail-on-audit", "unknown_field") as (url, process):
        for world, goodbye in (("a", "worlds/a"), ("b", "requests?world=b")):
            headers = {"Authorization": f"Bearer t-dev.{world}"}
            httpx2.post(url + RECORDS, json=create_body | {"sorce": 1}, headers=headers)
            assert httpx2.delete(f"{url}/__admin/{goodbye}", headers=JSON).status_code == 200
        code, said = ended(process)
    assert code == 1
    assert "audit of world a" in said
    assert "audit of world b" in said


@pytest.mark.parametrize(("least", "calls", "expected"), [("0.1", 0, 1), ("0.9", 1, 1), ("0.01", 1, 0)])
def test_coverage(least: str, calls: int, expected: int) -> None:
    """Too few codes, and no call at all, make the exit code 1; the table is printed."""
    with emulator("--min-code-coverage", least) as (url, process):
        assert httpx2.get(f"{url}/readyz").status_code == 200
        for _ in range(calls):
            httpx2.post(url + RECORDS, json={}, headers=HEADERS)
        code, said = ended(process)
    assert code == expected
    assert "coverage of all worlds" in said
    assert ("--min-code-coverage wants" in said) == bool(expected)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--fail-on-audit", "no_backof"], "did you mean 'no_backoff'?"),
        (["--min-code-coverage", "80"], "give a share from 0 to 1, such as 0.8"),
        (["--log-format", "xml"], "xml"),
    ],
)
def test_mistakes(flags: list[str], sentence: str) -> None:
    """What cannot be wanted is said before anything is served, with exit code 2."""
    done = subprocess.run(
        [sys.executable, "-m", "okr_mock", "serve", "--port", "0", *flags], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_json_log(create_body: Body) -> None:
    """With --log-format json each line is an object: calls with their reasons, and what is said at the end."""
    with emulator("--log-format", "json", "--coverage") as (url, process):
        httpx2.post(url + RECORDS, json=create_body, headers=HEADERS)
        httpx2.post(url + RECORDS, json={"\x1b[2J": 1}, headers=HEADERS)
        httpx2.get(
            f"{url}{RECORDS}/t-secret.0123456789abcdef", headers={"Authorization": "Bearer t-secret.0123456789abcdef"}
        )
        _, said = ended(process)
    lines: list[dict[str, Any]] = [json.loads(line) for line in said.splitlines()]
    assert [(line["level"], line["code"]) for line in lines[:2]] == [("info", 0), ("warning", 1001001)]
    assert "target_id: target_id is required" in lines[1]["violations"]
    assert lines[-1]["message"] == "coverage"
    assert said.isascii()
    assert "0123456789abcdef" not in said
