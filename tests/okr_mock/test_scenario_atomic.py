"""The promise that a step is claimed atomically: with many calls at once, each of its turns goes to exactly one."""

import asyncio
from collections import Counter

import httpx2
import pytest

from tests.conftest import RECORDS, Body, Serve
from tests.okr_mock.scenario.conftest import document, of

CALLS, ROUNDS = 64, 20
CODES = [1001001, 1001002, 1001003, 1009998, 1009999]
USUAL = 1001004
STEPS: dict[str, tuple[Body, Counter[int]]] = {
    "once": ({"times": 1, "then": {"error": 1009998}}, Counter({1009998: 1, USUAL: CALLS - 1})),
    "thrice": ({"times": 3, "after": 5, "then": {"error": 1009998}}, Counter({1009998: 3, USUAL: CALLS - 3})),
    "sequence": (
        {"sequence": [{"error": code} for code in CODES]},
        Counter({**dict.fromkeys(CODES, 1), USUAL: CALLS - len(CODES)}),
    ),
    "every": ({"every": 4, "then": {"error": 1009998}}, Counter({1009998: CALLS // 4, USUAL: CALLS * 3 // 4})),
    "limit": (
        {"then": {"rate_limit": {"calls": 10, "seconds": 3600}}},
        Counter({USUAL: 10, 99991400: CALLS - 10}),
    ),
}


async def rounds(url: str, step: Body) -> list[Counter[int]]:
    """Send all calls of a round at once, in a world of its own each round; gives what was answered, by code."""
    limits = httpx2.Limits(max_connections=CALLS, max_keepalive_connections=CALLS)
    async with httpx2.AsyncClient(base_url=url, timeout=30, limits=limits) as client:

        async def code(world: str) -> int:
            answer: Body = (await client.get(f"{RECORDS}/1", headers=of(world))).json()
            return int(answer["code"])

        found = []
        for number in range(ROUNDS):
            world = f"round{number}"
            await client.put(f"/__admin/scenario?world={world}", json=document(step))
            found.append(Counter(await asyncio.gather(*(code(world) for _ in range(CALLS)))))
        return found


@pytest.mark.parametrize("name", STEPS)
def test_exactly_one_call_each(serve: Serve, name: str) -> None:
    """Of 64 calls at once, over 64 connections, each turn of a step is given to exactly one call, round after round."""
    step, expected = STEPS[name]
    assert asyncio.run(rounds(serve(), step)) == [expected] * ROUNDS


def test_no_write_is_doubled_or_lost(serve: Serve) -> None:
    """Of 64 creates at once, of which three fail and one writes nothing, all others are written exactly once."""
    step: Body = {"sequence": [{"error": 1009999, "times": 3}, {"answer_without_write": True}]}
    url = serve()

    async def story() -> tuple[list[Body], int]:
        record = {"source_title": "周报", "source_url": "https://example.com/", "target_id": "7041430377642082323",
                  "target_type": 3, "content": {"blocks": []}}  # fmt: skip
        limits = httpx2.Limits(max_connections=CALLS)
        async with httpx2.AsyncClient(base_url=url, timeout=30, limits=limits, headers=of("w")) as client:
            await client.put("/__admin/scenario?world=w", json=document(step))
            sent = await asyncio.gather(*(client.post(RECORDS, json=record) for _ in range(CALLS)))
            return [answer.json() for answer in sent], (await client.get("/__admin/worlds/w")).json()["records"]

    answers, records = asyncio.run(story())
    assert Counter(answer["code"] for answer in answers) == {1009999: 3, 0: CALLS - 3}
    assert len({answer["data"]["progress_id"] for answer in answers if not answer["code"]}) == CALLS - 3
    assert records == CALLS - 4
