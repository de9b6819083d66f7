"""The command line posts, reads and deletes, and tells each mistake in one line and an exit code."""

import base64
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import httpx2
import pytest

from feishu_okr.client.cli import LATER, MISTAKE, STOPPED, UNKNOWN, main
from tests.feishu_okr.client.conftest import OBJECTIVE, PERSON, TARGET

CREATE = "okr.v1.progress_record.create"
KEY_RESULT = f"key_result:{TARGET}"
PICTURE = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==")
REPORT = "**本周**\n\n1. 完成 80%\n   - [x] 回归测试\n\n![](chart.gif)\n"


class Done(NamedTuple):
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def app_id(monkeypatch: pytest.MonkeyPatch, emulator_url: str) -> str:
    """The app that the environment names, in a world of its own."""
    name = f"cli_{uuid4().hex[:16]}"
    monkeypatch.setenv("FEISHU_APP_ID", name)
    monkeypatch.setenv("FEISHU_APP_SECRET", "made-up-secret")
    monkeypatch.setenv("FEISHU_BASE_URL", emulator_url)
    return name


@pytest.fixture
def run(app_id: str, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command as its process would."""

    def run(*arguments: str) -> Done:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def report(tmp_path: Path) -> str:
    """A report with its picture."""
    (tmp_path / "chart.gif").write_bytes(PICTURE)
    (tmp_path / "week.md").write_text(REPORT, encoding="utf-8")
    return str(tmp_path / "week.md")


def journal(emulator_url: str, app_id: str) -> list[dict[str, Any]]:
    """Give what the emulator was asked in a world."""
    answer = httpx2.get(f"{emulator_url}/__admin/requests", params={"world": app_id})
    return answer.json()["requests"] if answer.is_success else []


def test_posts_reads_and_deletes(run: Run, report: str) -> None:
    """A report with pictures is posted, read back as the same Markdown, and deleted."""
    picture = str(Path(report).with_name("chart.gif"))
    posted = run("post", "--target", KEY_RESULT, "--markdown", report, "--image", picture, "--percent", "80")
    assert (posted.code, posted.err) == (0, f"posted to {KEY_RESULT}\n")
    record_id = posted.out.strip()
    read = run("get", record_id, "--markdown")
    assert read.out.startswith(REPORT.partition("![")[0])
    assert read.out.count(' "feishu:box') == 2
    shown = run("get", record_id).out
    assert "1. 完成 80%\n  ☑ 回归测试\n[image box" in shown
    assert shown.startswith(record_id)
    assert shown.splitlines()[0].endswith("80%")
    assert run("delete", record_id) == (0, f"deleted {record_id}\n", "")
    assert run("get", record_id).code == MISTAKE


def test_sends_what_the_options_say(run: Run, report: str, app_id: str, emulator_url: str) -> None:
    """The record that is sent names target, rate and source as the options do, or the file and the API's address."""
    options = ("--status", "at_risk", "--source-url", "https://example.com/w", "--source-title", "周报")
    assert run("post", "--target", f"objective:{OBJECTIVE}", "--markdown", report, *options).code == 0
    assert run("post", "--target", KEY_RESULT, "--markdown", report).code == 0
    first, second = (entry["request"] for entry in journal(emulator_url, app_id) if "content" in entry["request"])
    assert {key: first[key] for key in ("target_id", "target_type", "progress_rate")} == {
        "target_id": OBJECTIVE, "target_type": 2, "progress_rate": {"status": 1}
    }  # fmt: skip
    assert (first["source_url"], first["source_title"]) == ("https://example.com/w", "周报")
    assert (second["source_url"], second["source_title"], second["target_type"]) == (emulator_url, "week", 3)


def test_json(run: Run, report: str) -> None:
    """With --json each command prints JSON and nothing else."""
    record = json.loads(run("post", "--target", KEY_RESULT, "--markdown", report, "--json").out)
    assert json.loads(run("get", record["progress_id"], "--json").out) == record
    assert json.loads(run("targets", PERSON, "--json").out)[0]["objective_list"][0]["id"] == OBJECTIVE
    assert json.loads(run("delete", record["progress_id"], "--json").out) == {"progress_id": record["progress_id"]}


def test_targets(run: Run) -> None:
    """The tree names each objective and key result as `post --target` takes it, whole whatever the width."""
    done = run("targets", PERSON)
    assert done.code == 0
    assert done.out.startswith(f"{PERSON}\n├── ")
    assert f"objective:{OBJECTIVE}  " in done.out
    assert f"│   │   ├── 周报自动汇总覆盖 80% 的团队  {KEY_RESULT}  0%\n" in done.out


def test_loses_nothing_in_silence(run: Run, tmp_path: Path) -> None:
    """What a record cannot show is refused line by line; with --plain it is simplified and told."""
    report = tmp_path / "table.md"
    report.write_text("# 周报\n\n| a | b |\n|---|---|\n| 1 | `2` |\n", encoding="utf-8")
    refused = run("post", "--target", KEY_RESULT, "--markdown", str(report))
    assert refused == (
        MISTAKE,
        "",
        f"feishu_okr: {report}: line 1: a heading has no counterpart\n"
        f"feishu_okr: {report}: line 3: a table has no counterpart\n"
        f"feishu_okr: {report}: line 5: code has no counterpart\n"
        f"feishu_okr: {report}: --plain simplifies what has no counterpart\n",
    )
    posted = run("post", "--target", KEY_RESULT, "--markdown", str(report), "--plain")
    assert posted.err.startswith(f"feishu_okr: {report}: line 1: a heading has no counterpart; it became bold text\n")
    assert len(posted.err.splitlines()) == 4
    assert run("get", posted.out.strip(), "--markdown").out == "**周报**\n\na | b\n\n1 | 2\n"


MISTAKES = {
    "no such file": ("post --target KEY_RESULT --markdown nowhere.md", MISTAKE, "nowhere.md: cannot be read: No such"),
    "no such picture": ("post --target KEY_RESULT --markdown REPORT --image no.png", MISTAKE, "File 'no.png' does not"),
    "no picture": (
        "post --target KEY_RESULT --markdown REPORT --image REPORT",
        MISTAKE,
        "week.md: okr.v1.image.upload",
    ),
    "no kind of target": ("post --target 7041430377642082323 --markdown REPORT", MISTAKE, "neither objective:ID nor"),
    "no such target": ("post --target key_result:704 --markdown REPORT", MISTAKE, "was refused with 1001004"),
    "no such record": ("get 704", MISTAKE, "was refused with 1001004"),
    "no id": ("delete x", MISTAKE, "progress_id does not match"),
    "no such person": ("targets ou_x", MISTAKE, "was refused with 1001003"),
    "no such option": ("get 704 --jsn", MISTAKE, "No such option '--jsn'"),
    "two forms": ("get 704 --json --markdown", MISTAKE, "name either --markdown or --json"),
    "too much": ("post --target KEY_RESULT --markdown REPORT --percent nan", MISTAKE, "percent"),
    "no number": ("post --target KEY_RESULT --markdown REPORT --percent inf", MISTAKE, "inf is no number of percent"),
    "no address": ("get 704 --base-url nowhere", MISTAKE, "base_url 'nowhere' is not an address"),
    "no server": ("get 704 --base-url http://127.0.0.1:1", LATER, "could not be sent to http://127.0.0.1:1"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes(run: Run, report: str, case: str) -> None:
    """Each mistake is one line that names it, and an exit code; nothing is printed as a result."""
    line, code, told = MISTAKES[case]
    names = {"KEY_RESULT": KEY_RESULT, "REPORT": report}
    done = run(*(names.get(word, word) for word in line.split()))
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("feishu_okr: ")
    assert told in done.err
    assert done.err.count("\n") == 1


def test_mistakes_are_found_before_anything_is_sent(run: Run, report: str, app_id: str, emulator_url: str) -> None:
    """A report that cannot be posted uploads no picture."""
    Path(report).write_text("![](chart.gif)\n\n![](gone.gif)\n", encoding="utf-8")
    assert run("post", "--target", KEY_RESULT, "--markdown", report).code == MISTAKE
    assert journal(emulator_url, app_id) == []


def test_answers_that_get_lost(run: Run, report: str, app_id: str, emulator_url: str) -> None:
    """A post whose answer is lost ends with a code of its own and is not repeated."""
    httpx2.put(f"{emulator_url}/__admin/scenario", params={"world": app_id}, json="lost_answer")
    lost = run("post", "--target", KEY_RESULT, "--markdown", report)
    assert (lost.code, lost.out, lost.err.count("\n")) == (UNKNOWN, "", 1)
    assert "may have been carried out" in lost.err
    assert [entry["method"] for entry in journal(emulator_url, app_id) if "content" in (entry["request"] or {})] == [
        "POST"
    ]


@pytest.mark.once
def test_reconciles(run: Run, report: str, app_id: str, emulator_url: str) -> None:
    """With `--on-ambiguous reconcile` the record whose answer was lost is found and its id printed."""
    httpx2.put(f"{emulator_url}/__admin/scenario", params={"world": app_id}, json="lost_answer")
    found = run("post", "--target", KEY_RESULT, "--markdown", report, "--on-ambiguous", "reconcile")
    assert found.code == 0
    assert run("get", found.out.strip()).code == 0
    assert len([entry for entry in journal(emulator_url, app_id) if "content" in (entry["request"] or {})]) == 1


def test_an_interrupted_post_is_told(report: str, app_id: str, emulator_url: str) -> None:
    """Ctrl-C during a post ends with a code of its own and one line that tells to look before posting again."""
    late = {"description": "late", "steps": [{"when": {"operation": CREATE}, "then": {"delay": "30s"}}]}
    httpx2.put(f"{emulator_url}/__admin/scenario", params={"world": app_id}, json=late).raise_for_status()
    command = [sys.executable, "-m", "feishu_okr", "post", "--target", KEY_RESULT, "--markdown", report]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wanted = {"world": app_id, "wait": "20s", "count": "1"}
        counted = httpx2.post(
            f"{emulator_url}/__admin/requests/count", params=wanted, json={"operation": CREATE}, timeout=30
        )
        assert counted.json()["count"] == 1
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (STOPPED, "")
    assert err.strip() == "feishu_okr: interrupted; if it was a post, look at the target before posting again"


def test_needs_an_app(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an app in the environment the command names what is missing."""
    monkeypatch.delenv("FEISHU_APP_SECRET")
    assert run("get", "1") == (MISTAKE, "", "feishu_okr: FEISHU_APP_SECRET must be set in the environment\n")


def test_is_a_module(app_id: str, tmp_path: Path) -> None:
    """`python -m feishu_okr` is the command; it reads the standard input and tells a mistake in one line."""
    command = [sys.executable, "-m", "feishu_okr", "post", "--markdown", "-", "--target"]
    posted = subprocess.run(
        [*command, KEY_RESULT], input="完成".encode(), capture_output=True, cwd=tmp_path, check=False
    )
    assert (posted.returncode, posted.stdout.strip().isdigit()) == (0, True)
    refused = subprocess.run([*command, KEY_RESULT], input=b"a\n\xff", capture_output=True, cwd=tmp_path, check=False)
    assert refused.returncode == MISTAKE
    assert refused.stderr.decode().splitlines() == ["feishu_okr: stdin: line 2: is not UTF-8; save the file as UTF-8"]


def test_shows_no_secret(run: Run, report: str) -> None:
    """No output holds the app's secret."""
    done = run("post", "--target", "key_result:704", "--markdown", report)
    assert "made-up-secret" not in done.out + done.err
