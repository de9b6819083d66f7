"""What docs/conformance.md shows is true: its commands run, its tables are the code's."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from feishu_okr.conformance import verify
from feishu_okr.conformance.capability import CAPABILITIES
from feishu_okr.conformance.knowledge import NAMES
from feishu_okr.conformance.options import OPTIONS, SECRETS, Option
from feishu_okr.conformance.test_cases import FILES
from tests.conftest import ROOT
from tests.test_docs import run_commands

PAGE = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"<!-- run -->\n```sh\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.once
@pytest.mark.parametrize("example", EXAMPLES)
def test_shell_examples(tmp_path: Path, example: str) -> None:
    """The commands of the page run one after the other, and none fails."""
    run_commands(example, tmp_path)
    for name in re.findall(r"--(?:html|junit|json|evidence|into) (\S+)", example):
        assert (tmp_path / name).stat().st_size > 0


def shown(option: Option) -> str:
    flag = f"--{option.name}" if option.default is False else f"--{option.name} {option.metavar}"
    default = "" if option.default in ("", (), False) else f"`{option.default}`"
    return f"| `{flag}` | {default} | {option.help} |"


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_options_are_listed(option: Option) -> None:
    """The page lists every option with its default and text."""
    assert shown(option) in PAGE.splitlines()


@pytest.mark.parametrize("table", [CAPABILITIES, NAMES, SECRETS], ids=["capabilities", "names", "secrets"])
def test_tables_are_whole(table: Mapping[str, str]) -> None:
    """The page lists every capability, name and environment name with its text."""
    assert {f"| `{name}` | {text} |" for name, text in table.items()} <= set(PAGE.splitlines())


def test_rooms_are_listed() -> None:
    """The page tells of each file of cases and each module of tests what it proves."""
    modules = {path.stem.removeprefix("test_") for path in verify.PACKAGE.glob("test_*.py")} - {"cases"}
    listed = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`[^|]+) \| .+ \|$", PAGE, re.MULTILINE))))
    assert {*modules, *FILES} <= listed


def test_checks_are_named() -> None:
    """The page names the checks of Schemathesis that are used, and no others as used."""
    from feishu_okr.conformance.generator import CHECKS, ON_LINKS

    (sentence,) = re.findall(r"these are used: (.*?)\. Four cannot", PAGE, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", sentence)) == {check.__name__ for check in [*CHECKS, *ON_LINKS]}
