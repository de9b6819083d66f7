"""What docs/testing.md shows is true, and the example that it quotes passes."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from okr_mock.criteria import WORDS
from okr_mock.handle import World
from tests.conftest import ROOT
from tests.test_docs import ADDRESS, run

EXAMPLE = ROOT / "examples" / "weekly_report"
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"<!-- run -->\n```python\n(.*?)```", PAGE, re.DOTALL)
SHELL = re.findall(r"<!-- run -->\n```sh\n(.*?)```", PAGE, re.DOTALL)
QUOTES = re.findall(r"<!-- quote (\S+) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)


def outcome(folder: Path, *flags: str) -> str:
    """Run the tests of a folder as somebody would who has installed the package."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", *flags]
    return run(command, cwd=folder, env=environment)


@pytest.mark.once
@pytest.mark.parametrize("example", PYTHON)
def test_python_examples(tmp_path: Path, example: str) -> None:
    """Each suite of the page passes as it stands."""
    (tmp_path / "test_example.py").write_text(example, encoding="utf-8")
    assert re.search(r"\b[12] passed", outcome(tmp_path))


@pytest.mark.parametrize("example", SHELL)
def test_shell_examples(emulator_url: str, example: str) -> None:
    """The curl examples get answers that say what they counted."""
    output = run(["bash", "-euc", example.replace(ADDRESS, emulator_url)])
    assert '"count":0' in output
    assert '"near_misses":[]' in output


@pytest.mark.parametrize(("path", "quote"), QUOTES)
def test_quotes(path: str, quote: str) -> None:
    """What the page quotes stands in the file."""
    assert quote in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.once
def test_the_example(tmp_path: Path) -> None:
    """The sender's suite passes with two workers on one emulator, copied out of this repository."""
    copy = shutil.copytree(EXAMPLE, tmp_path / "weekly_report", ignore=shutil.ignore_patterns("__pycache__"))
    assert "4 passed" in outcome(copy, "-n2", "--okr-shared")


@pytest.mark.once
@pytest.mark.parametrize(
    ("right", "wrong", "fails"),
    [
        ("sleep(float(", "(lambda _: None)(float(", "test_it_waits_as_long_as_it_is_told"),
        ("raise UnclearError(f", "continue  # (f", "test_a_lost_answer_is_no_second_report"),
    ],
)
def test_the_example_fails_where_the_sender_is_wrong(tmp_path: Path, right: str, wrong: str, fails: str) -> None:
    """A sender that does not wait, or sends again what may have arrived, is found out by its suite."""
    copy = shutil.copytree(EXAMPLE, tmp_path / "weekly_report", ignore=shutil.ignore_patterns("__pycache__"))
    sender = copy / "weekly_report.py"
    source = sender.read_text(encoding="utf-8")
    assert right in source
    sender.write_text(source.replace(right, wrong), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=60, check=False)
    assert re.findall(r"^FAILED \S+::(\w+)", done.stdout, re.MULTILINE) == [fails]


def test_every_word_is_told() -> None:
    """The page names each word of the criteria."""
    assert [word for word in WORDS if f"`{word}`" not in PAGE] == []


def test_every_method_is_told() -> None:
    """The page names each public method of a world."""
    methods = {name for name in vars(World) if not name.startswith("_")} - {"drop", "base_url", "token"}
    assert [name for name in methods if f"`{name}(" not in PAGE] == []
