"""Runs against a stand-in for the live API: https, declared app, strict secrets, quota on, the `gateway` profile."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from feishu_okr.contract import load
from feishu_okr.contract.ledger import read_ledger
from okr_mock.world.fixture_text import fixture_yaml
from okr_mock.world.generator import generate
from tests.conftest import emulator

pytestmark = pytest.mark.once

FEW = "test_case and records"
CREATES = "test_case and records.create"
"""Of these nothing is deleted before the end, so that the end need not wait for its turn."""
BAR = re.compile(r"(tests|deleting) [ ━╸╺]+ \d+/\d+ 0:00:\d\d \d+ calls, \d+ writing, \d+ to delete$")
SECRETS = ("FEISHU_APP_ID", "FEISHU_APP_SECRET")


@dataclass
class StandIn:
    """The stand-in, and how it is called as live."""

    url: str
    ca_file: Path
    app: dict[str, str]
    known: dict[str, str]
    http: httpx2.Client

    @property
    def host(self) -> str:
        """Host and port."""
        return self.url.removeprefix("https://")

    @property
    def flags(self) -> list[str]:
        """What names it as the live target."""
        know = [part for name, value in self.known.items() for part in ("--know", f"{name}={value}")]
        place = ["--target", "live", "--host", self.host, "--allow-host", self.host, "--ca-file", str(self.ca_file)]
        return [*place, "--profile", "gateway", "--generated", "0", *know]

    @property
    def may_write(self) -> list[str]:
        """Leave to write to one objective and one key result."""
        return ["--i-may-write", self.known["objective"], "--i-may-write", self.known["key_result"]]

    @property
    def environment(self) -> dict[str, str]:
        """The app's credentials."""
        return os.environ | {"FEISHU_APP_ID": self.app["id"], "FEISHU_APP_SECRET": self.app["secret"]}

    def records(self) -> list[str]:
        """Ids of the records that calls have written and that are there."""
        return [record["progress_id"] for record in self.http.get("/__admin/records").json()["records"]]

    def creates(self) -> list[Any]:
        """Bodies of the creates that were carried out since the last look."""
        found = self.http.get("/__admin/requests?operation=okr.v1.progress_record.create&code=0").json()["requests"]
        return [entry["request"] for entry in found]

    def play(self, *scenarios: str) -> None:
        """Begin anew with scenarios, or with none."""
        headers = {"Content-Type": "application/json"}
        for method, path, body in ("PUT", "scenario", {"scenario": scenarios}), ("POST", "reset", None):
            answer = self.http.request(method, f"/__admin/{path}", headers=headers, json=body)
            assert answer.status_code == 200, answer.text

    def calls(self) -> int:
        """Number of calls in the journal."""
        count: int = self.http.get("/__admin/requests").json()["total"]
        return count


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """Start the stand-in."""
    folder = tmp_path_factory.mktemp("stand-in")
    company = generate(7, 3, "2026-10")
    (folder / "default.yaml").write_text(fixture_yaml(company), encoding="utf-8")
    told = yaml.safe_load(fixture_yaml(company))
    okr = told["okrs"][0]
    objective = okr["objectives"][0]
    known = {"objective": objective["id"], "key_result": objective["key_results"][0]["id"], "okr": okr["id"]}
    known |= {"person": okr["user"], "period": okr["period"]}
    ca_file = folder / "ca.pem"
    flags = ["--tls", "--ca-file", str(ca_file), "--auth", "strict", "--fixtures", str(folder / "default.yaml")]
    behaviour = ["--quota", "live", "--profile", "gateway", "--log-level", "error"]
    with emulator(*flags, *behaviour) as (url, _), httpx2.Client(base_url=url, verify=_trusting(ca_file)) as http:
        yield StandIn(url, ca_file, told["apps"][0], known, http)


def _trusting(ca_file: Path) -> Any:
    import ssl

    return ssl.create_default_context(cafile=ca_file)


@pytest.fixture
def stand_in(started: StandIn) -> StandIn:
    """The stand-in, its quota and journal as at the start."""
    started.play()
    return started


def command(*flags: str) -> list[str]:
    """Write the command line of a run."""
    return [sys.executable, "-m", "okr_mock", "verify", *flags]


def verify(stand_in: StandIn, folder: Path, *flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Make a run and wait for its end."""
    return subprocess.run(
        command(*stand_in.flags, *flags),
        cwd=folder,
        env=stand_in.environment | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def written_down(folder: Path) -> str:
    """Everything that runs wrote down in a folder."""
    return "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file())


def events(folder: Path) -> list[dict[str, Any]]:
    """What runs wrote down of themselves."""
    files = sorted((folder / "okr-verify-runs").glob("*.jsonl"))
    return [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]


def until(is_so: Any, seconds: float = 30) -> None:
    """Wait for something."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_run_leaves_nothing(stand_in: StandIn, tmp_path: Path) -> None:
    """A run writes tagged records, proves what it can, deletes every record, and no report holds a credential."""
    files = ["--json", "a.json", "--html", "a.html", "--junit", "a.xml", "--evidence", "evidence.json"]
    done = verify(stand_in, tmp_path, *stand_in.may_write, "--only", FEW, *files)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "a.json").read_bytes())
    assert report["failed"] == []
    assert report["guard"]["records"] > 5
    assert report["guard"]["leftovers"] == []
    assert stand_in.records() == []
    bodies = [json.dumps(body) for body in stand_in.creates() if body["content"].get("blocks")]
    run = report["guard"]["run"]
    assert bodies
    assert all(f"[okr-verify {run}]" in body for body in bodies)
    assert {event["event"] for event in events(tmp_path)} == {
        "run",
        "before",
        "create",
        "created",
        "proved",
        "deleted",
        "closed",
    }
    told = written_down(tmp_path) + done.stdout + done.stderr
    assert stand_in.app["secret"] not in told
    assert re.findall(r"\bt-[A-Za-z0-9._-]{16,}", told) == []


def test_what_was_seen_settles_the_ledger(stand_in: StandIn, tmp_path: Path) -> None:
    """Probes through the guard show the target's own option of each claim; the merged ledger counts it as seen live."""
    done = verify(stand_in, tmp_path, *stand_in.may_write, "--only", "test_claims", "--evidence", "e.json")
    assert done.returncode == 0, done.stdout + done.stderr
    merge = [sys.executable, "-m", "okr_mock", "claims", "--merge", "e.json", "--into", "ledger.yaml"]
    assert subprocess.run(merge, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    seen = {
        claim: told["observed"]
        for claim, told in json.loads((tmp_path / "e.json").read_bytes())["claims"].items()
        if told["observed"]
    }
    expected = load().ledger.profile("gateway")
    assert len(seen) >= 20
    assert seen == {claim: expected[claim] for claim in seen}
    ledger = read_ledger(yaml.safe_load((tmp_path / "ledger.yaml").read_text(encoding="utf-8")))
    assert all(ledger.profile("learned")[claim] == option for claim, option in seen.items())
    assert {ledger.claims[claim].status for claim in seen} == {"observed"}
    assert stand_in.records() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_ended_cleans_up(stand_in: StandIn, tmp_path: Path, number: signal.Signals) -> None:
    """After Ctrl-C, or when it is asked to end, a run deletes what it wrote; resumed, it leaves out what it proved."""
    flags = [*stand_in.flags, *stand_in.may_write, "--per-minute", "8", "--only", CREATES]
    with subprocess.Popen(
        command(*flags),
        cwd=tmp_path,
        env=stand_in.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        until(lambda: len(stand_in.records()) >= 3)
        process.send_signal(number)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 2, said
    assert stand_in.records() == []
    assert "stopped: interrupted" in said
    assert "Traceback" not in said
    proved = [event["test"] for event in events(tmp_path) if event["event"] == "proved"]
    run = next(event["run"] for event in events(tmp_path) if event["event"] == "run")
    again = verify(stand_in, tmp_path, *stand_in.may_write, "--only", CREATES, "--resume", run, "--json", "b.json")
    assert again.returncode == 0, again.stdout + again.stderr
    report = json.loads((tmp_path / "b.json").read_bytes())
    assert proved
    assert not {result["id"] for result in report["proved"]} & set(proved)


def test_a_run_that_was_killed_is_swept(stand_in: StandIn, tmp_path: Path) -> None:
    """What a killed run has left is found by its tags, also without its file, and deleted; nothing else is."""
    flags = [*stand_in.flags, *stand_in.may_write, "--per-minute", "8", "--only", CREATES]
    process = subprocess.Popen(command(*flags), cwd=tmp_path, env=stand_in.environment, stderr=subprocess.DEVNULL)
    until(lambda: len(stand_in.records()) >= 3)
    process.kill()
    process.wait()
    assert stand_in.records()
    done = verify(stand_in, tmp_path, *stand_in.may_write, "--sweep", "--runs", "elsewhere")
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d+ records deleted, 0 left", done.stderr)
    left = stand_in.http.get("/__admin/records").json()["records"]
    assert not [record for record in left if "okr-verify" in json.dumps(record)]
    assert verify(stand_in, tmp_path, *stand_in.may_write, "--sweep").returncode == 0
    assert stand_in.records() == []


def test_an_answer_that_was_lost(stand_in: StandIn, tmp_path: Path) -> None:
    """A record whose answer was lost is deleted by its tag; without one it is listed and left, also by a sweep."""
    stand_in.play("lost_answer")
    done = verify(stand_in, tmp_path, *stand_in.may_write, "--only", "records.create.minimal or empty_content.object")
    assert (done.returncode, stand_in.records()) == (1, []), done.stdout + done.stderr
    stand_in.play("lost_answer")
    done = verify(stand_in, tmp_path, *stand_in.may_write, "--only", "content.empty_content", "--json", "a.json")
    (lost,) = stand_in.records()
    assert done.returncode == 1
    assert f"NOT deleted, for they carry no tag: {lost}; " in done.stdout
    assert json.loads((tmp_path / "a.json").read_bytes())["guard"]["doubtful"] == [lost]
    run = json.loads((tmp_path / "a.json").read_bytes())["guard"]["run"]
    file = tmp_path / "okr-verify-runs" / f"{run}.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if '"create"' in line)
    file.write_text("".join(lines[: first + 1]), encoding="utf-8")  # as if it had been killed at its first create
    for code, sentence in (1, f"carry no tag: {lost}"), (0, "0 records deleted, 0 left"):
        done = verify(stand_in, tmp_path, *stand_in.may_write, "--sweep")
        assert (done.returncode, stand_in.records()) == (code, [lost]), done.stderr
        assert sentence in done.stderr


@pytest.mark.parametrize(("budget", "sentence"), [("--max-writes", "writes"), ("--max-requests", "requests")])
def test_a_budget_ends_the_run(stand_in: StandIn, tmp_path: Path, budget: str, sentence: str) -> None:
    """A budget that is spent ends the run with a sentence, and what was written is deleted all the same."""
    done = verify(stand_in, tmp_path, *stand_in.may_write, budget, "8", "--only", FEW)
    assert done.returncode == 2
    assert f"the budget of 8 {sentence} is spent; raise it with {budget}" in done.stdout + done.stderr
    assert stand_in.records() == []


def test_a_terminal_is_shown_a_bar(stand_in: StandIn, tmp_path: Path) -> None:
    """On a terminal one line tells of tests, calls and records while they change, and is gone before the summary."""
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(*stand_in.flags, *stand_in.may_write, "--only", "test_case and records.create.rate"),
        cwd=tmp_path,
        env=stand_in.environment | {"TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "80", "LINES": "24"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        said = b"".join(iter(lambda: _read(ours), b"")).decode()
    os.close(ours)
    assert process.returncode == 0, said
    during, after = said.rsplit("\x1b[2K", 1)
    shown = [re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", line) for line in re.split(r"\x1b\[2K|[\r\n]+", during)]
    lines = [line for line in shown if line.strip()]
    assert lines
    assert [line for line in lines if not BAR.match(line)] == []
    assert lines[-1].startswith("deleting")
    assert lines[-1].endswith(" 0 to delete")
    assert max(map(len, lines)) <= 80
    assert "live: 12 proved, 0 failed" in after


def _read(terminal: int) -> bytes:
    """Read from a terminal; nothing once the other side has closed it."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def test_a_read_only_run_writes_nothing(stand_in: StandIn, tmp_path: Path) -> None:
    """With --read-only no call may write, and what needs one is left out with a sentence."""
    done = verify(stand_in, tmp_path, "--read-only", "--json", "a.json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "a.json").read_bytes())
    assert report["counts"]["proved"] > 100
    assert "may not write progress records there" in {result["why"] for result in report["unproved"]}
    journal = stand_in.http.get("/__admin/requests").json()["requests"]
    writing = [entry for entry in journal if entry["method"] not in {"GET", "HEAD", "OPTIONS"}]
    assert [entry["path"] for entry in writing if "/okr/" in entry["path"]] == []


def test_a_plan_calls_nobody(stand_in: StandIn, tmp_path: Path) -> None:
    """A plan tells calls, writes and minutes, and the target gets no call."""
    before = stand_in.calls()
    done = verify(stand_in, tmp_path, *stand_in.may_write, "--plan", "--only", FEW)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "waiting" not in done.stderr
    assert re.search(r"plan: \d+ calls, \d+ of them may write, \d+ records; .* about \d+ min", done.stdout)
    assert stand_in.calls() == before


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ([], "--target live writes records: say --i-may-write TARGET_ID"),
        (["--read-only", "--i-may-write", "7"], "--read-only and --i-may-write contradict each other"),
        (["--i-may-write", "seven"], "--i-may-write seven: an id is a decimal number"),
        (["--i-may-write", "7041430377642082000"], "the target knows no such objective or key result"),
        (["--read-only", "--host", "evil.example.com"], "--host evil.example.com is none of open.feishu.cn"),
        (["--read-only", "--resume", "nowhere"], "nowhere.jsonl cannot be read"),
    ],
)
def test_mistakes(stand_in: StandIn, tmp_path: Path, flags: list[str], sentence: str) -> None:
    """What may not be done is said in one line before a test is run, with exit code 2."""
    done = verify(stand_in, tmp_path, *flags)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert stand_in.creates() == []
    assert list(tmp_path.rglob("*.jsonl")) == []


def test_one_run_at_a_time(stand_in: StandIn, tmp_path: Path) -> None:
    """A second run in the same folder is refused in one line while the first goes on, and writes nothing down."""
    import fcntl

    folder = tmp_path / "okr-verify-runs"
    folder.mkdir()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = verify(stand_in, tmp_path, *stand_in.may_write)
    assert done.returncode == 2
    assert "another live run is going on" in done.stderr
    assert list(folder.glob("*.jsonl")) == []


@pytest.mark.parametrize("name", SECRETS)
def test_no_credentials(stand_in: StandIn, tmp_path: Path, name: str) -> None:
    """Without credentials there is no live run."""
    done = verify(stand_in, tmp_path, "--read-only", **{name: ""})
    assert done.returncode == 2
    assert "set FEISHU_APP_ID and FEISHU_APP_SECRET" in done.stderr


def differ(stand_in: StandIn, folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Tell the difference between the emulator and the stand-in, as live, and wait for its end."""
    place = [flag for flag in stand_in.flags if flag not in {"--target", "--profile", "gateway", "--generated", "0"}]
    return subprocess.run(
        [sys.executable, "-m", "okr_mock", "diff", "mock", *place, *flags],
        cwd=folder,
        env=stand_in.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_difference_is_guarded(stand_in: StandIn, tmp_path: Path) -> None:
    """What is sent to the live API is written down and deleted; claims are told, what a tenant holds is not."""
    done = differ(stand_in, tmp_path, *stand_in.may_write, "--only", "v2", "--per-minute", "1000", "--json", "d.json")
    assert done.returncode == 1, done.stdout + done.stderr
    report = json.loads((tmp_path / "d.json").read_bytes())
    gateway = dict(load().ledger.profiles["gateway"])
    assert {name: told["b"] for name, told in report["claims"].items()} == {
        name: [option] for name, option in gateway.items()
    }
    assert [row for row in report["rows"] if row["unexplained"]] == []
    (guard,) = report["guards"]
    assert guard["records"] > 5
    assert guard["leftovers"] == stand_in.records() == []
    assert stand_in.app["secret"] not in written_down(tmp_path) + done.stdout + done.stderr
