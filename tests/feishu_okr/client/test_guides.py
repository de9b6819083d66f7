"""The pages about the client do what they show, in order, and their tables are the code's."""

import importlib.util
import inspect
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from feishu_okr import OKRClient
from feishu_okr.client import errors
from feishu_okr.client.face import Resource
from tests.conftest import ROOT
from tests.feishu_okr.client.pages import Session, play

DOCS = ROOT / "docs"
PAGES = ["client.md", "client-errors.md", "reconcile.md", "async-batch.md", "from-lark-oapi.md"]


@pytest.mark.parametrize("name", PAGES)
def test_pages_do_what_they_show(emulator_url: str, name: str) -> None:
    """Each example of a page runs as it stands, after those above it, and prints what the page shows."""
    page = (DOCS / name).read_text(encoding="utf-8")
    assert len(re.findall(r"^```python", page, re.MULTILINE)) == page.count("<!-- run -->") > 0
    with Session() as session:
        for shown, came in play(DOCS / name, session, emulator_url):
            assert came == shown


def test_every_argument_is_told() -> None:
    """The page about the client names each argument of it with its default."""
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", (DOCS / "client.md").read_text(encoding="utf-8"), re.MULTILINE)
    arguments = list(inspect.signature(OKRClient).parameters.values())
    given = [
        (one.name, "" if one.default is one.empty else f"`{one.default!r}`".replace("'", '"')) for one in arguments
    ]
    assert [row for row in rows if row in given] == given


def methods() -> dict[str, tuple[str, str]]:
    """Name the methods of the client, with their required arguments and operations."""
    found = {}
    for group, resource in vars(OKRClient("a", "b")).items():
        if isinstance(resource, Resource):
            for name, method in inspect.getmembers(type(resource), inspect.isfunction):
                if name[0] != "_":
                    found[f"{group}.{name}"] = (required(method), operation_of(method))
    return found


def required(method: Any) -> str:
    arguments = inspect.signature(method).parameters.values()
    return ", ".join(one.name for one in arguments if one.default is one.empty and one.name != "self")


def operation_of(method: Any) -> str:
    found = re.search(r"operation `(okr\.\S+)`", method.__doc__)
    assert found
    return found[1]


def test_every_method_is_told() -> None:
    """The page about the client names each method with its required arguments and its operation."""
    page = (DOCS / "client.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+\.\w+)\((.*?)\)` \| `(okr\.[\w.]+)` \|", page, re.MULTILINE)
    assert {name: (arguments, operation) for name, arguments, operation in told} == methods()


def test_every_error_is_told() -> None:
    """The page about errors has a section for each, with an example, in the order of the tree."""
    page = (DOCS / "client-errors.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## `(\w+)`\n(.*?)(?=^## )", page, re.MULTILINE | re.DOTALL)
    tree = re.findall(r"^ *[x+] (\w+)", errors.__doc__ or "", re.MULTILINE)
    assert [name for name, _ in sections] == tree
    assert [name for name, text in sections if f"except {name}" not in text] == []


def test_the_table_of_lark_oapi_is_whole() -> None:
    """Each method of the migration table exists on both sides, and no method of ours is left out."""
    page = (DOCS / "from-lark-oapi.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `client\.okr\.(v\d)\.(\w+)\.(\w+)` \| `client\.(\w+\.\w+)` \|", page, re.MULTILINE)
    spec = importlib.util.find_spec("lark_oapi")  # importing it takes seconds
    assert spec
    assert spec.origin
    assert version("lark-oapi") in page
    for folder, resource, method, _ in rows:
        source = Path(spec.origin).parent / "api" / "okr" / folder / "resource" / f"{resource}.py"
        assert f"    def {method}(" in source.read_text(encoding="utf-8")
    assert sorted(ours for *_, ours in rows) == sorted(methods())
