"""A thousand creates through everything a network can do: each is written, none twice, none left out."""

import asyncio
from collections import Counter
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from feishu_okr import AsyncOKRClient, OKRClient, Reconcile, Retries
from tests.conftest import Body
from tests.feishu_okr.client.conftest import OBJECTIVE, TARGET, report, text_of

CREATE, LIST = "okr.v1.progress_record.create", "okr.v2.*_progress.list"
TARGETS = [(TARGET, 3), ("7041430377642098707", 3), (OBJECTIVE, 2)]
CREATES = 1000
IN_FLIGHT = 32
PATIENT = Retries(times=10, first=0.002, longest=0.01)


def step(share: float, then: Body, operation: str = CREATE) -> Body:
    """Let a share of the calls meet an outcome, drawn from the world's seed."""
    return {"when": {"operation": operation}, "probability": share, "then": then}


TROUBLE = {
    "description": "Answers lost after the write, half answers, failures, limits, expired tokens; lists fail too.",
    "steps": [
        step(0.04, {"lose_answer": "reset"}),
        step(0.03, {"lose_answer": "close"}),
        step(0.02, {"lose_answer": 504}),
        step(0.03, {"fault": "truncate"}),
        step(0.02, {"fault": "malformed_json"}),
        step(0.03, {"fault": "reset"}),
        step(0.03, {"error": 1009999}),
        step(0.03, {"error": 2200}),
        step(0.02, {"fault": {"html_error_page": 502}}),
        step(0.02, {"error": 99991400}),
        # far apart: a token that is refused, and whose successor is refused at once, is not renewed a second time
        {"when": {"operation": CREATE, "call": [200, 600]}, "then": {"expire_token": True}},
        step(0.05, {"fault": "reset"}, LIST),
        step(0.05, {"error": 2200}, LIST),
    ],
}


class Trouble:
    """A world that follows the scenario above, and what it holds in the end.

    Args:
        url: address of the emulator.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self.app_id = f"cli_{uuid4().hex[:16]}"
        self._control("put", "scenario", json=TROUBLE)

    def options(self) -> dict[str, Any]:
        """Give the arguments of a client of this world."""
        reconcile = Reconcile(settle=0.0)
        return {"base_url": self._url, "retries": PATIENT, "on_ambiguous": reconcile}

    def check(self, written: list[Any]) -> None:
        """See that the world holds what was written, once each, and that every step fired."""
        assert self._control("get", "scenario")["never_fired"] == []
        self._control("put", "scenario", json="calm")
        with OKRClient(self.app_id, "s", base_url=self._url) as client:
            records = [*client.objectives.progresses(OBJECTIVE)]
            for target, _ in TARGETS[:2]:
                records += client.key_results.progresses(target, page_size=100)
        texts = Counter(text_of(record) for record in records)
        assert texts == Counter(f"report {number}" for number in range(CREATES))
        assert {record["progress_id"] for record in written} == {record["id"] for record in records}

    def _control(self, method: str, route: str, **body: Any) -> Any:
        answer = httpx2.request(method, f"{self._url}/__admin/{route}?world={self.app_id}", timeout=30, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()


def numbered(number: int) -> dict[str, Any]:
    """Give the arguments of a create whose content is like no other."""
    target_id, target_type = TARGETS[number % len(TARGETS)]
    return report(f"report {number}", target_id=target_id, target_type=target_type)


@pytest.mark.once
def test_one_after_the_other(emulator_url: str) -> None:
    """A thousand creates of a blocking client, one after the other, make a thousand records."""
    trouble = Trouble(emulator_url)
    with OKRClient(trouble.app_id, "s", **trouble.options()) as client:
        written = [client.progress_records.create(**numbered(number)) for number in range(CREATES)]
    trouble.check(written)


@pytest.mark.once
def test_many_in_flight(emulator_url: str) -> None:
    """A thousand creates of an asynchronous client, 32 at a time, make a thousand records."""
    trouble = Trouble(emulator_url)

    async def main() -> list[Any]:
        gate = asyncio.Semaphore(IN_FLIGHT)
        async with AsyncOKRClient(trouble.app_id, "s", **trouble.options()) as client:

            async def create(number: int) -> Any:
                async with gate:
                    return await client.progress_records.create(**numbered(number))

            return await asyncio.gather(*map(create, range(CREATES)))

    trouble.check(asyncio.run(main()))
