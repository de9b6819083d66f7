"""The official MCP server, unchanged: an assistant that calls its tools finds OKRs and reports progress on them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import EXAMPLES, node_packages, tool

pytestmark = pytest.mark.once

MCP = Path(__file__).with_name("mcp")
USER = "ou_7dab8a3d3cdcc9da365777c7ad535d62"


@pytest.fixture(scope="module")
def steps(emulator_url: str) -> dict[str, Any]:
    """What each tool said."""
    sent = {
        "domain": emulator_url,
        "appId": f"cli_{uuid4().hex[:16]}",
        "userId": USER,
        "record": json.loads((EXAMPLES / "create-request.json").read_bytes()),
        "change": json.loads((EXAMPLES / "update-request.json").read_bytes()),
    }
    done = subprocess.run(
        [tool("node"), str(MCP / "walk.mjs")],
        input=json.dumps(sent),
        env=os.environ | {"NODE_PATH": str(node_packages(MCP))},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def test_tools_read_what_progress_is_made_on(steps: dict[str, Any]) -> None:
    """A person's OKRs, the periods, their rules and reviews are found."""
    assert not any(steps[name]["refused"] for name in ("okrs", "periods", "rules", "reviews"))
    assert steps["okrs"]["said"]["okr_list"][0]["objective_list"]
    assert steps["periods"]["said"]["items"]


def test_tools_report_progress(steps: dict[str, Any]) -> None:
    """A record is created, read, changed and deleted, and then it is gone with the vendor's code."""
    assert not any(steps[name]["refused"] for name in ("created", "read", "updated", "deleted"))
    assert steps["read"]["said"]["progress_id"] == steps["created"]["said"]["progress_id"]
    assert steps["updated"]["said"]["progress_id"] == steps["created"]["said"]["progress_id"]
    assert steps["readGone"]["refused"]
    assert steps["readGone"]["said"]["code"] == 1001004
