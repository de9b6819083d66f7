"""What tests of scenarios share: scenario files from steps, and calls as patterns see them."""

import json
from pathlib import Path
from typing import Any

from feishu_okr.contract import Contract
from okr_mock.gateway.request import Request
from okr_mock.scenario.pattern import Occasion
from okr_mock.scenario.step import Scenario, read_scenario
from tests.conftest import RECORDS, Body

CREATE, GET = "okr.v1.progress_record.create", "okr.v1.progress_record.get"
UPDATE, DELETE = "okr.v1.progress_record.update", "okr.v1.progress_record.delete"
KEY_RESULT = "7041430377642082323"
RECORD: Body = {
    "source_title": "周报",
    "source_url": "https://example.com/",
    "target_id": KEY_RESULT,
    "target_type": 3,
    "content": {"blocks": []},
}


def document(*steps: Body, **rest: Any) -> Body:
    """Value of a scenario file with these steps."""
    return {"description": "For a test.", "steps": list(steps), **rest}


def scenario_file(folder: Path, *steps: Body, name: str = "played", **rest: Any) -> str:
    """Write a scenario with these steps, and give its path; JSON is YAML too."""
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps(document(*steps, **rest), ensure_ascii=False), encoding="utf-8")
    return str(path)


def scenario_of(contract: Contract, *steps: Body, **rest: Any) -> Scenario:
    """Read a scenario with these steps."""
    return read_scenario("played", document(*steps, **rest), contract.catalog, contract.operations)


def occasion(
    method: str = "POST",
    path: str = RECORDS,
    query: bytes = b"",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    app: str = "default",
    now: int = 0,
    operation: str = CREATE,
) -> Occasion:
    """A call as patterns see it."""
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    return Occasion(Request(method, path.encode(), {}, query, pairs, "", body), operation, app, now)


def of(world: str) -> dict[str, str]:
    """Headers of a call that leads to a world."""
    return {"Authorization": f"Bearer t-dev.{world}"}
