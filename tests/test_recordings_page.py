"""What docs/recordings.md and docs/differences.md show is true: their commands run."""

import re
import socket
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.test_docs import ADDRESS, run_commands

PAGES = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("recordings.md", "differences.md")]
EXAMPLES = [text for page in PAGES for text in re.findall(r"<!-- run -->\n```sh\n(.*?)```", page, re.DOTALL)]


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


@pytest.mark.once
@pytest.mark.parametrize("example", EXAMPLES, ids=["recordings", "differences"])
def test_shell_examples(tmp_path: Path, emulator_url: str, example: str) -> None:
    """The commands of the pages run one after the other, and none fails."""
    run_commands(example.replace(ADDRESS, emulator_url).replace("6571", free_port()), tmp_path)
