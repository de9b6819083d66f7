"""Progress records of objectives and key results. Source: dochub and seed_page; claims where they leave room."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson

from feishu_okr.contract.number import whole_numbers
from okr_mock.call import Call, Result
from okr_mock.gateway.envelope import Refusal, dump
from okr_mock.operations.content import settled
from okr_mock.operations.images import check_images
from okr_mock.operations.mentions import shown_mentions, stored_mentions
from okr_mock.operations.targets import check_owner, fallen_back, find_target, moved
from okr_mock.world.fixture import LAST_RECORD, RECORD, Key, target_group

_NO_RATE = {"percent": 0, "status": -1}
_TWO_DECIMALS = Decimal("0.01")


async def create(call: Call) -> Result:
    """Write a record to an objective or key result; sent twice, it writes two.

    Args:
        call: carries the record.

    Raises:
        Refusal: `okr_data_not_found` for an unknown target or one of the other type; `no_permission` for a
            stranger's; those of unknown mentions and images where claims say so.
    """
    body = call.message["body"]
    target_id, target_type = str(body["target_id"]), int(body["target_type"])
    find_target(call, target_type, target_id)
    record = {**body, **await _written(call, body)}
    record["progress_id"] = call.turn.entity_id
    record["create_time"] = str(call.turn.now)
    record["target_id"], record["target_type"] = target_id, target_type
    if call.person is not None:
        record["author"] = call.person.open_id
    return await _kept(call, record, body)


async def get(call: Call) -> Result:
    """Show a record.

    Args:
        call: names the record.

    Raises:
        Refusal: `okr_data_not_found`, `no_permission`.
    """
    record = await _find(call)
    return Result(_shown(call, record, shown_mentions(call, record["content"])))


async def update(call: Call) -> Result:
    """Replace the content of a record, and its rate if one is sent.

    Args:
        call: names the record and carries what replaces its content.

    Raises:
        Refusal: `okr_data_not_found`, `no_permission`; those of mentions and images as with `create`.
    """
    body = call.message["body"]
    return await _kept(call, await _find(call) | await _written(call, body), body)


async def delete(call: Call) -> Result:
    """Remove a record. Source for what its target keeps: claim `rate_after_delete`.

    Args:
        call: names the record.

    Raises:
        Refusal: `no_permission`; `okr_data_not_found`, unless the claim `second_delete` says otherwise.
    """
    data: dict[str, Any] | None = {} if call.profile["delete_data"] == "empty" else None
    try:
        record = await _find(call)
    except Refusal as refusal:
        if refusal.name != "okr_data_not_found" or call.profile["second_delete"] != "success":
            raise
        return Result(data)
    progress_id = record["progress_id"]
    group = target_group(record["target_type"], record["target_id"])
    changes: dict[Key, bytes | None] = {(RECORD, progress_id): None, (group, progress_id): None}
    last = (group, LAST_RECORD)
    changes[last] = max(record["modify_time"].encode(), await call.rest_on(last) or b"")
    if call.profile["rate_after_delete"] == "fall_back" and "progress_rate" in record:
        return Result(data, {**changes, **await fallen_back(call, record)})
    return Result(data, changes)


async def _find(call: Call) -> dict[str, Any]:
    stored = await call.rest_on((RECORD, call.message["path"]["progress_id"]))
    if stored is None:
        raise Refusal("okr_data_not_found")
    record: dict[str, Any] = orjson.loads(stored)
    if call.person is not None:
        check_owner(call, call.fixture.targets[record["target_type"], record["target_id"]].okr["user"])
    return record


async def _written(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Prepare what create and update share: content, rate if one is sent, time."""
    content = settled(stored_mentions(call, body["content"]), call.profile)
    if call.profile["unknown_image"] == "refuse":
        await check_images(call, content)
    written = {"content": content, "modify_time": str(call.turn.now)}
    rate = body.get("progress_rate")
    if rate is None:
        return written
    if call.profile["percent_decimals"] == "two" and isinstance(rate.get("percent"), float):
        rate = rate | {"percent": _two_decimals(rate["percent"])}
    return written | {"progress_rate": whole_numbers(rate)}  # its target writes the status as text


def _two_decimals(percent: float) -> float:
    return float(Decimal(str(percent)).quantize(_TWO_DECIMALS, ROUND_HALF_UP))


async def _kept(call: Call, record: dict[str, Any], body: dict[str, Any]) -> Result:
    """Store a record, move its target and show it; content that is shown as it is stored is written once."""
    stored = record["content"]
    content = dump(stored, call.effective)
    shown_content = stored if stored is body["content"] else shown_mentions(call, stored)  # sent without mentions
    shown = _shown(call, record, None)
    shown_bytes = content if shown_content is stored else dump(shown_content, call.effective)
    record["content"] = orjson.Fragment(content)
    progress_id = record["progress_id"]
    target = call.fixture.targets[record["target_type"], record["target_id"]]
    changes = {
        (RECORD, progress_id): orjson.dumps(record),
        (target.group, progress_id): record["modify_time"].encode(),
    }
    if body.get("progress_rate"):
        changes |= await moved(call, target, record["progress_rate"])
    return Result(shown, changes, ("content", shown_bytes))


def _shown(call: Call, record: dict[str, Any], content: Any) -> dict[str, Any]:
    shown = {"content": content, "modify_time": record["modify_time"], "progress_id": record["progress_id"]}
    echo = call.profile["progress_rate_echo"]
    if echo == "always":
        shown["progress_rate"] = _NO_RATE | record.get("progress_rate", {})
    elif echo == "when_set" and "progress_rate" in record:
        shown["progress_rate"] = record["progress_rate"]
    return shown
