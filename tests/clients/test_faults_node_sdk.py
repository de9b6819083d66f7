"""Every fault on a real socket, met by the official Node SDK."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.clients.faults import FAULTS, RECORD, new_world
from tests.conftest import tool

pytestmark = pytest.mark.once

SCRIPT = Path(__file__).with_name("node") / "faults.cjs"


def outcome(found: dict[str, Any]) -> str:
    """Say what became of a call: `code 0`, `returns a string`, or what was thrown."""
    thrown = found.get("thrown")
    if thrown is None:
        return f"code {found['code']}" if found["type"] == "object" else f"returns a {found['type']}"
    said = f"throws {thrown['name']} {thrown['code']}"
    if "status" not in thrown:
        return said
    return f"{said}, {thrown['status']}, " + (f"code {thrown['answered']}" if "answered" in thrown else "no code")


def test_what_node_sdk_makes_of_it(emulator_url: str, http: httpx2.Client, node_modules: Path) -> None:
    """It answers or throws as the table says, repeats nothing, and the emulator has written what the table says.

    One process of Node meets all faults at once, each in a world of its own.
    """
    worlds = {then: new_world(http, emulator_url) for then in FAULTS}
    cases = [{"then": then, "timeout": fault.timeout, "appId": worlds[then].name} for then, fault in FAULTS.items()]
    for then, fault in FAULTS.items():
        worlds[then].meet(fault)
    done = subprocess.run(
        [tool("node"), str(SCRIPT)],
        input=json.dumps({"domain": emulator_url, "record": RECORD, "cases": cases}),
        env=os.environ | {"NODE_PATH": str(node_modules)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = {then: [outcome(call) for call in calls] for then, calls in json.loads(done.stdout).items()}
    assert said == {then: ["code 0", fault.node_sdk, said[then][2]] for then, fault in FAULTS.items()}
    for then, fault in FAULTS.items():
        assert said[then][2].endswith(f"code {fault.next}")
        worlds[then].holds(fault)
