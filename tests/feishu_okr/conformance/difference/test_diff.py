"""`okr-mock diff` writes every report and says mistakes in one line."""

import socket
from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest

from tests.conftest import Serve
from tests.feishu_okr.conformance.difference.command import run_cli


def test_all_reports_tell_the_same(serve: Serve, tmp_path: Path) -> None:
    """Text, JSON, JUnit and page name the claim and its rows, and the exit code is 1."""
    a, b = serve(), serve("--set", "delete_data=empty")
    files = {name: tmp_path / f"report.{name}" for name in ("json", "junit", "html")}
    flags = [word for name, path in files.items() for word in (f"--{name}", str(path))]
    code, out, _ = run_cli("diff", a, b, "--only", "records", *flags)
    assert code == 1
    assert "delete_data: A absent, B empty" in out
    report = orjson.loads(files["json"].read_bytes())
    assert report["claims"] == {"delete_data": {"a": ["absent"], "b": ["empty"]}}
    assert {(row["rule"], row["where"], *row["claims"]) for row in report["rows"]} == {
        ("presence", "/data", "delete_data")
    }
    failed = [
        case.get("name")
        for case in ElementTree.parse(files["junit"]).iter("testcase")
        if case.find("failure") is not None
    ]
    assert {"delete", "delete_data"} <= set(failed)
    page = files["html"].read_text()
    assert "delete_data" in page
    assert "http" not in page.replace(a, "").replace(b, "").replace("http-equiv", "")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["mock", "nowhere"], "nowhere: this is no target"),
        (["mock", "mock:nobody"], "no profile 'nobody'"),
        (["mock", "mock", "--only", "poems"], "--only poems: there are no such cases"),
        (["mock", "mock", "--json", "/proc/x/y.json"], "--json /proc/x/y.json"),
    ],
)
def test_mistakes_are_one_line(arguments: list[str], says: str) -> None:
    """What cannot be compared earns exit code 2 and a sentence, before anything is started."""
    code, _, err = run_cli("diff", *arguments)
    assert (code, err.count("\n")) == (2, 1)
    assert says in err


def test_a_side_that_does_not_answer_is_one_line() -> None:
    """A target that nobody serves earns exit code 2 and a sentence."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code, _, err = run_cli("diff", f"http://127.0.0.1:{port}", "mock")
    assert (code, err.count("\n")) == (2, 1)
    assert "does not answer" in err
