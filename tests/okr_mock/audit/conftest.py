"""What the audit's tests share: a caller with a world of its own, and its findings."""

from collections.abc import Iterator
from contextlib import suppress
from json import JSONDecodeError
from typing import Any
from uuid import uuid4

import orjson
import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from feishu_okr.contract import Contract
from okr_mock.app import create_app
from okr_mock.audit import Auditor
from okr_mock.exchange import Exchange
from okr_mock.settings import Settings
from tests.conftest import RECORDS, TENANT_TOKEN, Body

CREATE = "okr.v1.progress_record.create"
OKRS = "/open-apis/okr/v1/users/ou_7dab8a3d3cdcc9da365777c7ad535d62/okrs?offset=0&limit=10"


class Caller:
    """Makes calls to a world and asks what the audit says of them."""

    def __init__(self, http: TestClient, body: Body, world: str = "default") -> None:
        self.http = http
        self.body = body
        self.world = world
        self.headers = {"Authorization": f"Bearer t-dev.{world}"}

    def admin(self, method: str, path: str, body: Any) -> None:
        """Steer the world."""
        answer = self.http.request(method, f"/__admin/{path}?world={self.world}", json=body)
        assert answer.status_code == 200, answer.text

    def get(self, path: str, token: str = "") -> int:
        """Read something and give the code."""
        headers = {"Authorization": f"Bearer {token}"} if token else self.headers
        code: int = self.http.get(path, headers=headers).json()["code"]
        return code

    def meet(self, *then: Body, **when: Any) -> None:
        """Let the next creates meet outcomes, one each."""
        step = {"when": {"operation": CREATE} | when, "times": len(then), "sequence": list(then)}
        self.admin("PUT", "scenario", {"description": "test", "steps": [step]})

    def create(self, title: str = "周报", token: str = "", **change: Any) -> int | None:
        """Create a record and give its code; None where the answer has none."""
        headers = {"Authorization": f"Bearer {token}"} if token else self.headers
        answer = self.http.post(RECORDS, json=self.body | {"source_title": title} | change, headers=headers)
        with suppress(JSONDecodeError):
            return int(answer.json()["code"])
        return None

    def look(self) -> None:
        """Read the target's records."""
        assert self.get(OKRS) == 0

    def freeze(self) -> None:
        """Let the world's time stand still."""
        self.admin("PUT", "clock", {"freeze": True})

    def wait(self, seconds: float) -> None:
        """Let the world's time pass."""
        self.admin("PUT", "clock", {"advance": seconds})

    def token(self) -> str:
        """Ask for a token."""
        answer = self.http.post(TENANT_TOKEN, json={"app_id": self.world, "app_secret": "s"}).json()
        return str(answer["tenant_access_token"])

    def exchanges(self) -> list[Body]:
        """The world's exchanges as JSON."""
        found: list[Body] = self.http.get(f"/__admin/requests?world={self.world}").json()["requests"]
        return found

    def audit(self, form: str = "json") -> Response:
        """Audit the world."""
        return self.http.get(f"/__admin/audit?world={self.world}&format={form}")

    def findings(self) -> list[Body]:
        """What the audit finds."""
        return list(self.audit().json()["findings"])

    def found(self) -> dict[str, list[int]]:
        """Evidence by rule."""
        return {finding["rule"]: finding["evidence"] for finding in self.findings()}


def at_once(exchanges: list[Body]) -> list[Body]:
    """Tell calls as if each had come the moment the one before it was answered, however busy this machine was."""
    return [one | {"uptime_us": 1000 * n, "duration_us": 0} for n, one in enumerate(exchanges)]


def evidence(contract: Contract, exchanges: list[Body]) -> dict[str, list[int]]:
    """Audit exchanges as they are told here; gives the evidence by rule."""
    auditor = Auditor(contract, contract.effective(contract.ledger.profile()))
    written = [
        Exchange(one["n"], one["operation"] or "", one["code"], one["status"], 0, (orjson.dumps(one),))
        for one in exchanges
    ]
    return {finding.rule: list(finding.evidence) for finding in auditor.audit("w", written).findings}


@pytest.fixture(scope="session")
def shared() -> Iterator[TestClient]:
    """An in-process client that all these tests share; a caller has a world of its own."""
    with TestClient(create_app(Settings(log_level="error")), base_url="http://localhost") as client:
        yield client


@pytest.fixture
def caller(shared: TestClient, create_body: Body) -> Caller:
    """A caller with a world of its own."""
    return Caller(shared, create_body, f"cli_{uuid4().hex[:16]}")
