"""What the tests of faults share: the table of faults, a world that meets one, and how curl and the SDK are asked."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import lark_oapi
import yaml

from tests.clients.test_lark_oapi import create
from tests.conftest import RECORDS, TENANT_TOKEN, Body

CREATE = "okr.v1.progress_record.create"
CLIENTS = ("curl", "lark_oapi", "lark_oapi_async", "node_sdk")
HAS_CURL = shutil.which("curl") is not None
PERSON = "ou_7dab8a3d3cdcc9da365777c7ad535d62"
TARGET = "7043693679567028244"
RUN = {"type": "textRun", "textRun": {"text": "完成 80%"}}
RECORD: Body = {
    "source_title": "周报",
    "source_url": "https://example.com/weekly",
    "target_id": TARGET,
    "target_type": 2,
    "content": {"blocks": [{"type": "paragraph", "paragraph": {"elements": [RUN]}}]},
}
"""Short, so that an answer at 400 bytes a second takes less than a second."""
TRANSFER = "%{http_code} %{content_type}"


@dataclass(frozen=True)
class Fault:
    """A row of the table; the file says what each field means."""

    then: str
    written: bool
    curl: str
    lark_oapi: str
    lark_oapi_async: str
    node_sdk: str
    next: int = 0
    timeout: float = field(default=10.0)

    @property
    def step(self) -> Body:
        """The step of a scenario that lets the second create meet the fault."""
        then = yaml.safe_load(self.then)
        when = {"operation": CREATE} | ({} if "rate_limit" in then else {"call": 2})
        return {"name": "fault", "when": when, "then": then}

    @property
    def row(self) -> list[str]:
        """The row as the page shows it."""
        cells = [f"`{self.then}`", "yes" if self.written else "no", *(getattr(self, client) for client in CLIENTS)]
        return [*cells, f"code {self.next}"]


_ROWS = yaml.safe_load(Path(__file__).with_name("faults.yaml").read_text("utf-8"))
FAULTS = {row["then"]: Fault(**row) for row in _ROWS}


@dataclass(frozen=True)
class World:
    """A world of the emulator, as the control routes see it."""

    http: httpx2.Client
    url: str
    name: str

    def follow(self, scenario: Any) -> None:
        """Make a scenario active, by name or as it stands."""
        answer = self.http.put(f"{self.url}/__admin/scenario?world={self.name}", json=scenario)
        assert answer.status_code == 200, answer.text

    def meet(self, fault: Fault) -> None:
        """Let the second create meet a fault; time stands still, so that no window of a quota ends meanwhile."""
        self.move_clock({"freeze": True})
        self.follow({"description": fault.then, "steps": [fault.step]})

    def steps(self) -> dict[str, dict[str, int]]:
        """How often each step was asked and fired, by its name without the scenario."""
        steps = self.http.get(f"{self.url}/__admin/scenario?world={self.name}").json()["steps"]
        return {step.pop("step").partition("#")[2]: step for step in steps}

    def journal(self, operation: str = CREATE) -> list[Body]:
        """The calls of an operation, oldest first."""
        found = self.http.get(f"{self.url}/__admin/requests?world={self.name}&operation={operation}").json()
        return list(found["requests"])

    def records(self) -> list[str]:
        """Ids of the records under the target."""
        answer = self.http.get(
            f"{self.url}/open-apis/okr/v1/users/{PERSON}/okrs?offset=0&limit=10",
            headers={"Authorization": f"Bearer t-dev.{self.name}", "X-Mock-Scenario": "calm"},
        )
        objectives = [found for okr in answer.json()["data"]["okr_list"] for found in okr["objective_list"]]
        (target,) = [found for found in objectives if found["id"] == TARGET]
        return [record["id"] for record in target["progress_record_list"]]

    def move_clock(self, change: Body) -> None:
        """Set or advance the world's clock."""
        assert self.http.put(f"{self.url}/__admin/clock?world={self.name}", json=change).status_code == 200

    def token(self) -> str:
        """A tenant token of the app of the world's name."""
        answer = self.http.post(self.url + TENANT_TOKEN, json={"app_id": self.name, "app_secret": "secret"})
        return str(answer.json()["tenant_access_token"])

    def holds(self, fault: Fault) -> None:
        """See that three creates reached the world, none of them twice, and that it kept what it should have."""
        assert self.steps()["fault"]["seen"] == 3
        assert len(set(self.records())) == 1 + fault.written + (fault.next == 0)


def new_world(http: httpx2.Client, url: str) -> World:
    """Name a world that no other test uses."""
    return World(http, url, f"cli_{uuid4().hex[:16]}")


def curl_arguments(url: str, token: str, timeout: float = 10, *further: str, body: Body | None = RECORD) -> list[str]:
    """Write a call as arguments of curl, which prints the answer and, on a line of its own, status and media type."""
    data = [] if body is None else ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
    line = ["-sS", "--max-time", str(timeout), "-w", f"\n{TRANSFER}\n", "-H", f"Authorization: Bearer {token}"]
    return [*line, *data, *further, url if "/open-apis/" in url else url + RECORDS]


def curl(url: str, token: str, timeout: float = 10, *further: str, body: Body | None = RECORD) -> str:
    """Make one call with curl, by default a create, and say what became of it: `exit 56`, or `500, code 1009999`."""
    return curl_said(curl_arguments(url, token, timeout, *further, body=body))


def curl_said(arguments: Sequence[str]) -> str:
    """Run curl for one call and say what became of it."""
    done = subprocess.run(["curl", *arguments], capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        return f"exit {done.returncode}"
    text, _, facts = done.stdout.rstrip("\n").rpartition("\n")
    return f"{facts.split()[0]}, {code_in(text)}"


def code_in(text: str) -> str:
    """Say which code a body holds."""
    try:
        return f"code {json.loads(text)['code']}"
    except json.JSONDecodeError:
        return "no code"


LIBRARIES = {"lark_oapi": {"requests", "json"}, "lark_oapi_async": {"httpx", "json"}}


def sdk_of(world: World) -> Any:
    """Make the Python SDK's client for the app of a world."""
    return lark_oapi.Client.builder().app_id(world.name).app_secret("secret").domain(world.url).build()


def sdk(client: Any, timeout: float = 10, form: str = "lark_oapi") -> str:
    """Create a record with the SDK and say what became of it: `200, code 0`, or `raises ReadTimeout`."""
    client.config.timeout = timeout
    records, request = client.okr.v1.progress_record, create(target_id=int(TARGET))
    try:
        answer = records.create(request) if form == "lark_oapi" else asyncio.run(records.acreate(request))
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in LIBRARIES[form]:
            raise
        return f"raises {type(error).__name__}"
    return f"{answer.raw.status_code}, code {answer.code}"
