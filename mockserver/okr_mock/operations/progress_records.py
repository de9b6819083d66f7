"""Progress records of objectives and key results. Source: dochub and seed_page; claims where they leave room."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson

from okr_mock.call import Call, Result
from okr_mock.gateway.envelope import Refusal, dump
from okr_mock.operations.content import settled
from okr_mock.world.fixture import record_key, target_key

_NO_RATE = {"percent": 0, "status": -1}
_TWO_DECIMALS = Decimal("0.01")


async def create(call: Call) -> Result:
    """Write a record to an objective or key result; sent twice, it writes two.

    Args:
        call: carries the record.

    Raises:
        Refusal: `okr_data_not_found` for an unknown target or one of the other type.
    """
    body = call.message["body"]
    target_id, target_type = str(body["target_id"]), int(body["target_type"])
    if await call.read(target_key(target_type, target_id)) is None:
        raise Refusal("okr_data_not_found")
    record = {**body, **_written(call, body)}
    record["progress_id"] = call.turn.entity_id
    record["create_time"] = str(call.turn.now)
    record["target_id"], record["target_type"] = target_id, target_type
    return _kept(call, record)


async def get(call: Call) -> Result:
    """Show a record.

    Args:
        call: names the record.

    Raises:
        Refusal: `okr_data_not_found`.
    """
    return Result(_shown(call, await _find(call)))


async def update(call: Call) -> Result:
    """Replace the content of a record, and its rate if one is sent.

    Args:
        call: names the record and carries what replaces its content.

    Raises:
        Refusal: `okr_data_not_found`.
    """
    record = await _find(call) | _written(call, call.message["body"])
    return _kept(call, record)


async def delete(call: Call) -> Result:
    """Remove a record.

    Args:
        call: names the record.

    Raises:
        Refusal: `okr_data_not_found`, unless the claim `second_delete` says otherwise.
    """
    data: dict[str, Any] | None = {} if call.profile["delete_data"] == "empty" else None
    key = record_key(call.message["path"]["progress_id"])
    if await call.read(key) is None:
        if call.profile["second_delete"] != "success":
            raise Refusal("okr_data_not_found")
        return Result(data)
    return Result(data, {key: None})


async def _find(call: Call) -> dict[str, Any]:
    stored = await call.read(record_key(call.message["path"]["progress_id"]))
    if stored is None:
        raise Refusal("okr_data_not_found")
    record: dict[str, Any] = orjson.loads(stored)
    return record


def _written(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Prepare what create and update share: content, rate if one is sent, time."""
    written = {"content": settled(body["content"], call.profile), "modify_time": str(call.turn.now)}
    rate = body.get("progress_rate")
    if rate is None:
        return written
    if call.profile["percent_decimals"] == "two" and isinstance(rate.get("percent"), float):
        rate = rate | {"percent": _two_decimals(rate["percent"])}
    return written | {"progress_rate": rate}


def _two_decimals(percent: float) -> float:
    return float(Decimal(str(percent)).quantize(_TWO_DECIMALS, ROUND_HALF_UP))


def _kept(call: Call, record: dict[str, Any]) -> Result:
    """Store a record and show it; its content is written once for both."""
    shown = _shown(call, record)
    content = dump(record["content"], call.effective)
    record["content"], shown["content"] = orjson.Fragment(content), None
    return Result(shown, {record_key(record["progress_id"]): dump(record, call.effective)}, ("content", content))


def _shown(call: Call, record: dict[str, Any]) -> dict[str, Any]:
    shown = {
        "content": record["content"],
        "modify_time": record["modify_time"],
        "progress_id": record["progress_id"],
    }
    echo = call.profile["progress_rate_echo"]
    if echo == "always":
        shown["progress_rate"] = _NO_RATE | record.get("progress_rate", {})
    elif echo == "when_set" and "progress_rate" in record:
        shown["progress_rate"] = record["progress_rate"]
    return shown
