"""What the audit says of real clients and of a bad one, in every shipped scenario; docs/audit.md shows the table."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from lark_oapi.api.okr import v1

from tests.clients.faults import RECORD, World, sdk_of
from tests.clients.test_lark_oapi import content, get
from tests.conftest import RECORDS, ROOT, TENANT_TOKEN, emulator, tool

pytestmark = pytest.mark.once

PAGE = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
SCENARIOS = sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml"))
SLOW = ("slow_gateway", "weekly_report_rush", "malformed")
CLIENTS = ("lark-oapi", "node-sdk", "a bad client")
SEED = 12
"""Draws the same mix of failures in every run."""
NODE = Path(__file__).with_name("node") / "reports.cjs"
CREATE = "okr.v1.progress_record.create"


def lark_oapi(world: World) -> None:
    """Seven reports with the Python SDK, each call once; then the first one is read, changed and deleted."""
    records = sdk_of(world).okr.v1.progress_record
    ids = []
    for number in range(1, 8):
        body = v1.CreateProgressRecordRequestBody.builder().source_title(f"周报 {number}")
        body = body.source_url(RECORD["source_url"]).target_id(RECORD["target_id"]).target_type(2)
        request = v1.CreateProgressRecordRequest.builder().request_body(body.content(content("完成")).build()).build()
        with suppress(Exception):
            answer = records.create(request)
            ids += [answer.data.progress_id] if answer.success() else []
    first = ids[0] if ids else "1"
    change = v1.UpdateProgressRecordRequestBody.builder().content(content("修改")).build()
    with suppress(Exception):
        records.get(get(first))
    with suppress(Exception):
        records.update(v1.UpdateProgressRecordRequest.builder().progress_id(first).request_body(change).build())
    with suppress(Exception):
        records.delete(v1.DeleteProgressRecordRequest.builder().progress_id(first).build())


def bad_client(world: World) -> None:
    """Seven reports as they should not be sent: whatever fails comes twice more at once, with all that is wrong."""
    token = {"tenant_access_token": "t-none"}
    with httpx2.Client(base_url=world.url) as http:
        for number in range(1, 8):
            with suppress(Exception):
                token = http.post(TENANT_TOKEN, json={"app_id": world.name, "app_secret": "secret"}).json()
            body = RECORD | {"source_title": f"周报 {number}", "target_id": int(RECORD["target_id"]), "sorce": "x"}
            text = json.dumps(body).replace('"textRun": {', '"text_run": {')
            headers = {"Authorization": f"Bearer {token['tenant_access_token']}", "Content-Type": "text/plain"}
            for _ in range(3):
                with suppress(Exception):
                    answer = http.post(f"{RECORDS}?secret=hush", content=text, headers=headers)
                    if answer.json()["code"] == 0:
                        break


STORIES: dict[str, Callable[[World], None]] = {"lark-oapi": lark_oapi, "a bad client": bad_client}


def node_sdk(worlds: list[World], modules: Path) -> None:
    """The same with the Node SDK, in all worlds at once."""
    sent = {"domain": worlds[0].url, "record": RECORD, "worlds": [world.name for world in worlds]}
    environment = os.environ | {"NODE_PATH": str(modules)}
    command = [tool("node"), str(NODE)]
    done = subprocess.run(command, input=json.dumps(sent), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def told(node_modules: Path, http: httpx2.Client) -> dict[str, dict[str, str]]:
    """What is said by scenario and client: the rules offended against, and how many of the codes were met."""
    with emulator("--log-level", "error") as (url, _):
        worlds = {client: {name: begin(http, url, name) for name in SCENARIOS} for client in CLIENTS}
        # Where all called at once, what is repeated at once would come late; slow scenarios only wait.
        with ThreadPoolExecutor(2 * len(SLOW) + 3) as pool:
            done = [pool.submit(node_sdk, list(worlds["node-sdk"].values()), node_modules)]
            for scenario in [*SLOW, *(name for name in SCENARIOS if name not in SLOW)]:
                done += [pool.submit(story, worlds[client][scenario]) for client, story in STORIES.items()]
        for one in done:
            one.result()
        return {
            scenario: {client: said(http, worlds[client][scenario]) for client in CLIENTS} for scenario in SCENARIOS
        }


def begin(http: httpx2.Client, url: str, scenario: str) -> World:
    """Make a world that follows a scenario."""
    world = World(http, url, f"cli_{uuid4().hex[:16]}")
    made = http.post(f"{url}/__admin/worlds", json={"name": world.name, "seed": SEED})
    assert made.status_code == 201, made.text
    world.move_clock({"freeze": True})  # so that no window of a quota ends meanwhile
    world.follow(scenario)
    return world


def said(http: httpx2.Client, world: World) -> str:
    """Write a cell of the table."""
    audit = http.get(f"{world.url}/__admin/audit?world={world.name}").json()
    rules = dict.fromkeys(finding["rule"] for finding in audit["findings"])
    coverage = http.get(f"{world.url}/__admin/coverage?world={world.name}").json()
    operations = coverage["codes"]["operations"]
    met = sum(len(one["met"]) for one in operations)
    whole = met + sum(len(one["missed"]) for one in operations)
    return f"{', '.join(f'`{rule}`' for rule in rules) or '–'}; {met} of {whole}"


def rules(cell: str) -> set[str]:
    """The rules that a cell names."""
    return set(re.findall(r"`(\w+)`", cell))


def test_table(told: dict[str, dict[str, str]]) -> None:
    """The page shows what is said of each client in each scenario; whether calls came at once hangs on the load."""
    shown = re.findall(
        r"^\| `(\w+)` \| (.*) \| (.*) \| (.*) \|$", PAGE.partition("## In every scenario")[2], re.MULTILINE
    )
    table = {row[0]: dict(zip(CLIENTS, row[1:], strict=True)) for row in shown}
    assert {name: {client: known(cell) for client, cell in row.items()} for name, row in told.items()} == {
        name: {client: known(cell) for client, cell in row.items()} for name, row in table.items()
    }
    for scenario, row in told.items():
        assert all(rules(cell) <= rules(table[scenario][client]) for client, cell in row.items())


def known(cell: str) -> tuple[set[str], str]:
    """What of a cell is the same in every run: its rules without the one of pauses, and the codes that were met."""
    return rules(cell) - {"no_backoff"}, cell.rpartition("; ")[2]


EARNED = {"gateway_down": {"no_backoff"}, "rate_limited": {"ignored_rate_limit"}, "token_expires": {"dead_token"}}


def test_right_use_offends_against_nothing_else(told: dict[str, dict[str, str]]) -> None:
    """Of SDKs that send each call once, nothing is said but what they really do: going on, and Python's spelling."""
    for scenario, row in told.items():
        spelling = {"snake_case_content", "unknown_field"}
        assert rules(row["lark-oapi"]) - spelling <= EARNED.get(scenario, set()), scenario
        assert rules(row["node-sdk"]) <= EARNED.get(scenario, set()), scenario
