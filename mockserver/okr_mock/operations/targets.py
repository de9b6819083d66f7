"""Objectives and key results as targets: who may touch them, and what their records make of them."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson

from okr_mock.call import Call
from okr_mock.gateway.envelope import Refusal
from okr_mock.store import Changes
from okr_mock.world.fixture import RECORD, STATE, Target, target_group

State = dict[str, Any]


def find_target(call: Call, target_type: int, target_id: str) -> Target:
    """Find what a record is written to.

    Args:
        call: names it.
        target_type: 2 for an objective, 3 for a key result.
        target_id: its id in decimal.

    Raises:
        Refusal: `okr_data_not_found`; `no_permission` where it is somebody else's.
    """
    target = call.fixture.targets.get((target_type, target_id))
    if target is None:
        raise Refusal("okr_data_not_found")
    check_owner(call, target.okr["user"])
    return target


def check_owner(call: Call, owner: str | None) -> None:
    """Refuse a person who touches what is somebody else's. Source: claim `foreign_records`.

    Args:
        call: whose person must be the owner; a tenant may touch everything.
        owner: open id of the owner; None for nobody.

    Raises:
        Refusal: `no_permission`.
    """
    person, choice = call.person, call.profile["foreign_records"]
    if person is None or person.open_id == owner or choice == "accept":
        return
    if choice == "refuse" or call.operation.method != "GET":
        raise Refusal("no_permission")


def state_of(target: Target, entities: Any) -> State:
    """Tell how far a target is and when what of it changed.

    Args:
        target: the target.
        entities: its group in the store.
    """
    stored = entities.get(STATE)
    if stored is not None:
        state: State = orjson.loads(stored)
        return state
    return {"progress_rate": target.data["progress_rate"], "updated": target.data["updated"]}


async def touched(call: Call, target_type: int, target_id: str, rate: dict[str, Any] | None) -> Changes:
    """Prepare what a written record changes about its target: its times, and its rate if one was sent.

    Args:
        call: writes the record.
        target_type: 2 for an objective, 3 for a key result.
        target_id: its id in decimal.
        rate: the record's rate; None for none.
    """
    key = (target_group(target_type, target_id), STATE)
    stored = await call.read(key)
    target = call.fixture.targets[target_type, target_id]
    state = state_of(target, {} if stored is None else {STATE: stored})
    now = str(call.turn.now)
    times = {"record": now} | {name: now for name in ("percent", "status") if rate and name in rate}
    return {key: _state(_moved(state["progress_rate"], rate or {}), {**state["updated"], **times})}


async def fallen_back(call: Call, deleted: dict[str, Any]) -> Changes:
    """Prepare how far a target is once a record is gone: as the latest other record with a rate says.

    Args:
        call: deletes the record.
        deleted: the record.
    """
    target = call.fixture.targets[deleted["target_type"], deleted["target_id"]]
    group = target_group(target.type, target.id)
    (entities,) = await call.scan(group)
    rate = target.data["progress_rate"]
    for name in sorted(entities.keys() - {STATE, deleted["progress_id"]}, key=int):
        record = orjson.loads(await call.read((RECORD, name)) or b"{}")
        rate = _moved(rate, record.get("progress_rate", {}))
    return {(group, STATE): _state(rate, state_of(target, entities)["updated"])}


def _moved(current: dict[str, Any], rate: dict[str, Any]) -> dict[str, Any]:
    """Move a target to a record's rate: there the percent is a whole number and the status a string."""
    percent = {"percent": max(0, _whole(rate["percent"]))} if "percent" in rate else {}
    status = {"status": str(rate["status"])} if "status" in rate else {}
    return {**current, **percent, **status}


def _whole(percent: float) -> int:
    return int(Decimal(str(percent)).quantize(Decimal(1), ROUND_HALF_UP))


def _state(rate: dict[str, Any], updated: dict[str, str]) -> bytes:
    return orjson.dumps({"progress_rate": rate, "updated": updated})
