"""What docs/audit.md shows is true."""

import re

import pytest

from okr_mock.audit.finding import read_rules
from tests.conftest import ROOT
from tests.test_docs import ADDRESS, run

PAGE = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
SHELL = re.findall(r"<!-- run -->\n```sh\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(
    ("example", "says"), [*zip(SHELL, ("audit of world", "coverage of", "okr_mock_w"), strict=True)]
)
def test_shell_examples(emulator_url: str, example: str, says: str) -> None:
    """The curl examples get what the page is about."""
    assert says in run(["bash", "-euc", example.replace(ADDRESS, emulator_url)])


def test_rules() -> None:
    """The page's table has every rule with its severity and text, in the order of the audit."""
    rows = re.findall(r"^\| `(\w+)` \| (error|warning|note) \| (.*) \|$", PAGE, re.MULTILINE)
    assert rows == [(rule.name, rule.severity, rule.text) for rule in read_rules().values()]


def test_metrics(emulator_url: str) -> None:
    """Every metric of ours stands in the page's table, and no other."""
    told = run(["curl", "-sS", f"{emulator_url}/metrics"])
    assert set(re.findall(r"`(okr_mock_\w+)`", PAGE)) == {
        name + ("_total" if kind == "counter" else "")
        for name, kind in re.findall(r"^# TYPE (okr_mock_\w+?)(?:_total)? (\w+)$", told, re.MULTILINE)
    }
