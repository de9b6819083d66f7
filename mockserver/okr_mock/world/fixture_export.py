"""Writes a running world as a fixture, from which the same world can be started again."""

import base64
from collections.abc import Mapping
from typing import Any

import orjson

from okr_mock.world.clock import Clock
from okr_mock.world.fixture import (
    CODE,
    IMAGE,
    IMAGE_DATA,
    KEY_RESULT,
    LAST_RECORD,
    OBJECTIVE,
    PERIOD,
    RECORD,
    STATE,
    Entities,
    target_group,
)
from okr_mock.world.start import Start

_NONE: Mapping[str, bytes] = {}


def export_fixture(start: Start, calls: int, clock: Clock, entities: Entities) -> dict[str, Any]:
    """Write a world as a fixture; tokens that were issued and quotas that were used are not part of it.

    Args:
        start: what the world started from.
        calls: calls it has seen.
        clock: how it tells the time.
        entities: everything it holds.
    """
    document = dict(start.fixture.document)
    document |= {"seed": start.seed, "calls": calls}
    told = {name: value for name, value in clock._asdict().items() if value}
    parts: dict[str, Any] = {
        "clock": told,
        "codes": _codes(document, entities),
        "periods": [orjson.loads(period) for _, period in sorted(entities.get(PERIOD, _NONE).items())],
        "okrs": [_okr(okr, entities) for okr in document.get("okrs", [])],
        "records": [_record(orjson.loads(record)) for _, record in sorted(entities.get(RECORD, _NONE).items())],
        "images": [_image(name, facts, entities) for name, facts in sorted(entities.get(IMAGE, _NONE).items())],
    }
    rest = {name: value for name, value in document.items() if name not in parts}
    return rest | {name: part for name, part in parts.items() if part}


def _codes(document: Mapping[str, Any], entities: Entities) -> list[dict[str, Any]]:
    used = entities.get(CODE, _NONE)
    return [{**code, "used": True} if code["code"] in used else code for code in document.get("codes", [])]


def _okr(okr: Mapping[str, Any], entities: Entities) -> dict[str, Any]:
    return {**okr, "objectives": [_objective(objective, entities) for objective in okr["objectives"]]}


def _objective(objective: Mapping[str, Any], entities: Entities) -> dict[str, Any]:
    key_results = [_goal(KEY_RESULT, key_result, entities) for key_result in objective.get("key_results", [])]
    return _goal(OBJECTIVE, objective, entities) | ({"key_results": key_results} if key_results else {})


def _goal(kind: int, goal: Mapping[str, Any], entities: Entities) -> dict[str, Any]:
    group = entities.get(target_group(kind, goal["id"]), _NONE)
    state = group.get(STATE)
    shown = {**goal, **orjson.loads(state)} if state is not None else dict(goal)
    last = group.get(LAST_RECORD)  # of those that are there, they tell themselves
    if last is None:
        return shown
    updated = shown.get("updated", {})
    return shown | {"updated": {**updated, "record": max(last.decode(), updated.get("record", ""))}}


def _record(record: dict[str, Any]) -> dict[str, Any]:
    return {"id": record.pop("progress_id"), **record}


def _image(token: str, facts: bytes, entities: Entities) -> dict[str, Any]:
    data = base64.b64encode(entities[IMAGE_DATA][token]).decode()
    return {**orjson.loads(facts), "file_token": token, "data": data}
