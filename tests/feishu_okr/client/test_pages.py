"""The pages about reports do what they show."""

import re
import sys
from pathlib import Path

import pytest

from feishu_okr.client.cli import LATER, MISTAKE, STOPPED, UNKNOWN, cli
from feishu_okr.client.content import Content, Unsupported
from tests.conftest import ROOT
from tests.feishu_okr.client.content import test_markdown_reader, test_markdown_writer
from tests.feishu_okr.client.pages import Shell, play

DOCS = ROOT / "docs"


@pytest.mark.once
@pytest.mark.parametrize("name", ["README.md", "docs/weekly-report.md", "docs/markdown.md", "docs/command-line.md"])
def test_pages_do_what_they_show(emulator_url: str, tmp_path: Path, name: str) -> None:
    """Each command of the page runs as it stands, in order, and prints what the page shows."""
    played = list(play(ROOT / name, Shell(tmp_path, Path(sys.executable).parent), emulator_url))
    assert played
    for shown, came in played:
        assert came == shown


def table(page: Path) -> list[tuple[str, str]]:
    """Read the first two columns of the tables of a page."""
    rows = re.findall(
        r"^\| (.+?) \| (.*?)(?: \||$)", page.read_text(encoding="utf-8").replace("\\|", "/"), re.MULTILINE
    )
    return [(first, second) for first, second in rows if "---" not in first]


def test_every_loss_is_told() -> None:
    """The page about Markdown names each thing that has no counterpart and what becomes of it."""
    told: list[Unsupported] = []
    for markdown, _, _ in test_markdown_reader.REFUSED.values():
        images = {"a.png": test_markdown_reader.UPLOADED}
        Content.from_markdown(markdown, images=images, on_unsupported=told.append)
    for content, _, _ in test_markdown_writer.REFUSED.values():
        content.to_markdown(on_unsupported=told.append)
    rows = table(DOCS / "markdown.md")
    missing = {
        (loss.what, loss.became)
        for loss in told
        if not any(loss.what == what and loss.became.replace("|", "/") in became for what, became in rows)
    }
    assert missing <= {("a control character", "\ufffd")}
    assert len(told) > 20


def test_every_flag_is_told() -> None:
    """The page about the command line names each command, flag and exit code."""
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    flags = {name for command in cli.commands.values() for option in command.params for name in option.opts}
    told = [*cli.commands, *(name for name in flags if name.startswith("--"))]
    assert [name for name in told if name not in page] == []
    codes = [first for first, _ in table(DOCS / "command-line.md") if first.isdigit()]
    assert codes == [str(code) for code in (0, MISTAKE, LATER, UNKNOWN, STOPPED)]
