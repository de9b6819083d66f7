"""Objectives and key results as targets: who may touch them, and what their records make of them."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson

from okr_mock.call import Call
from okr_mock.gateway.envelope import Refusal
from okr_mock.store import Changes
from okr_mock.world.fixture import RECORD, STATE, Target

State = dict[str, Any]
_RATE = {"percent", "status"}


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
    person = call.person
    if person is None or person.open_id == owner:
        return
    choice = call.profile["foreign_records"]
    if choice == "refuse" or (choice == "read_only" and call.operation.method != "GET"):
        raise Refusal("no_permission")


def is_hidden(call: Call, okr: Mapping[str, Any]) -> bool:
    """Say whether an OKR is shown to its owner alone, and this call is somebody else's.

    Args:
        call: a tenant sees everything.
        okr: entry of the fixture.
    """
    person = call.person
    return person is not None and okr["visible_to"] == "owner" and okr["user"] != person.open_id


def state_of(target: Target, entities: Mapping[str, bytes]) -> State:
    """Tell how far a target is and when what of it changed.

    Args:
        target: the target.
        entities: its group in the store.
    """
    stored = entities.get(STATE)
    state: State = {"progress_rate": target.data["progress_rate"], "updated": target.data["updated"]}
    if stored is not None:
        state = orjson.loads(stored)
    updated, last = state["updated"], last_record(entities)
    if last is None or int(last) < int(updated.get("record", 0)):
        return state
    return state | {"updated": {**updated, "record": last}}


def last_record(entities: Mapping[str, bytes]) -> str | None:
    """Tell when the last record of a target was written, be it deleted since; None for never.

    Args:
        entities: the target's group in the store: times by the ids of records, and that of the last deleted one.
    """
    times = [time for name, time in entities.items() if name != STATE]
    return max(times).decode() if times else None


def record_ids(entities: Iterable[str]) -> list[str]:
    """Name the records of a target, in the order of their ids.

    Args:
        entities: names in the target's group.
    """
    return sorted((name for name in entities if name.isdecimal()), key=int)


async def moved(call: Call, target: Target, rate: dict[str, Any]) -> Changes:
    """Prepare what the rate of a written record changes about its target.

    Args:
        call: writes the record.
        target: the target.
        rate: the record's rate.
    """
    key = (target.group, STATE)
    stored = await (call.read(key) if rate.keys() >= _RATE else call.rest_on(key))  # else some of the old one stays
    state = state_of(target, {} if stored is None else {STATE: stored})
    times = {name: str(call.turn.now) for name in sorted(_RATE & rate.keys())}
    return {key: _state(_moved(state["progress_rate"], rate), state["updated"] | times)}


async def fallen_back(call: Call, deleted: dict[str, Any]) -> Changes:
    """Prepare how far a target is once a record is gone: as the latest other record with a rate says.

    Args:
        call: deletes the record.
        deleted: the record.
    """
    target = call.fixture.targets[deleted["target_type"], deleted["target_id"]]
    group = target.group
    entities = await call.rest_on_group(group)
    rate = target.data["progress_rate"]
    for name in record_ids(entities):
        if name == deleted["progress_id"]:
            continue
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
