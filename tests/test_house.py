"""The rules of the house that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
SOURCES = sorted(path for folder in ("contracts", "mockserver") for path in (ROOT / folder).rglob("*.py"))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_states_its_promise(path: Path) -> None:
    """Every test has a docstring, one full sentence."""
    silent = [
        found.name for found in functions(path) if found.name.startswith("test_") and not ast.get_docstring(found)
    ]
    assert silent == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_stay_small(path: Path) -> None:
    """A module has at most 300 lines and a function at most 40."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
    assert [found.name for found in functions(path) if (found.end_lineno or 0) - found.lineno >= 40] == []


def test_no_addresses_in_constraints() -> None:
    """The pins name versions and nothing else."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines
    assert all(
        re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.!+-]+( ; .+)?", line) for line in lines if line and line[0] != "#"
    )
