"""What v2 shows of cycles, objectives, key results and their records. Source: spec, lark_cli."""

from collections.abc import Mapping
from typing import Any

import orjson

from okr_mock.call import Call, Result
from okr_mock.gateway.envelope import Refusal
from okr_mock.operations.mentions import shown_id
from okr_mock.operations.okrs import find_person, okrs_of
from okr_mock.operations.pages import listed, page_of
from okr_mock.operations.targets import check_owner, is_hidden, record_ids, state_of
from okr_mock.operations.v2_content import v2_content, v2_text
from okr_mock.world.fixture import KEY_RESULT, OBJECTIVE, PERIOD, RECORD, Target, target_group
from okr_mock.world.period import bounds

_CYCLE_STATUS = {0: 1, 1: 0, 2: 2, 3: 3}
"""Status of a cycle by that of its period: v1 reads 0 as normal and 1 as not handled, v2 the other way round."""


async def list_cycles(call: Call) -> Result:
    """List a person's cycles, one for each of their OKRs, the latest first.

    Args:
        call: names the person and the page.

    Raises:
        Refusal: `user_not_found`, or the gateway's where the claim `unknown_user_id` says so.
    """
    person = find_person(call, call.message["query"]["user_id"])
    (stored,) = await call.scan(PERIOD)
    periods = {name: orjson.loads(period) for name, period in stored.items()}
    page, following = page_of(call, okrs_of(call, person), lambda okr: okr["id"], "invalid_parameters")
    return Result(listed([_cycle(call, okr, periods[okr["period"]]) for okr in page], following))


async def list_objectives(call: Call) -> Result:
    """List the objectives of a cycle.

    Args:
        call: names the cycle and the page.

    Raises:
        Refusal: `okr_data_not_found`, `no_permission`.
    """
    okr = call.fixture.okrs.get(call.message["path"]["cycle_id"])
    if okr is None:
        raise Refusal("okr_data_not_found")
    _check_visible(call, okr)
    return await _goals(call, [call.fixture.targets[OBJECTIVE, objective["id"]] for objective in okr["objectives"]])


async def list_key_results(call: Call) -> Result:
    """List the key results of an objective.

    Args:
        call: names the objective and the page.

    Raises:
        Refusal: `okr_data_not_found`, `no_permission`.
    """
    objective = _target(call, OBJECTIVE)
    key_results = objective.data["key_results"]
    return await _goals(call, [call.fixture.targets[KEY_RESULT, entry["id"]] for entry in key_results])


async def get_objective(call: Call) -> Result:
    """Show an objective.

    Args:
        call: names it.

    Raises:
        Refusal: `okr_data_not_found`, `no_permission`.
    """
    return Result({"objective": await _one(call, OBJECTIVE)})


async def get_key_result(call: Call) -> Result:
    """Show a key result.

    Args:
        call: names it.

    Raises:
        Refusal: `okr_data_not_found`, `no_permission`.
    """
    return Result({"key_result": await _one(call, KEY_RESULT)})


async def list_objective_progresses(call: Call) -> Result:
    """List the records of an objective. Source for the order: claim `progress_order`.

    Args:
        call: names the objective and the page.

    Raises:
        Refusal: `okr_data_not_found`, `no_permission`.
    """
    return await _progresses(call, _target(call, OBJECTIVE))


async def list_key_result_progresses(call: Call) -> Result:
    """List the records of a key result.

    Args:
        call: names the key result and the page.

    Raises:
        Refusal: `param_is_invalid` for an unknown one, `no_permission`.
    """
    return await _progresses(call, _target(call, KEY_RESULT, "param_is_invalid"))


def _target(call: Call, kind: int, unknown: str = "okr_data_not_found") -> Target:
    name = "objective_id" if kind == OBJECTIVE else "key_result_id"
    target = call.fixture.targets.get((kind, call.message["path"][name]))
    if target is None:
        raise Refusal(unknown)
    _check_visible(call, target.okr)
    return target


def _check_visible(call: Call, okr: Mapping[str, Any]) -> None:
    if is_hidden(call, okr):
        raise Refusal("no_permission")


async def _one(call: Call, kind: int) -> dict[str, Any]:
    target = _target(call, kind)
    (entities,) = await call.scan(target_group(kind, target.id))
    return _goal(call, target, entities)


async def _goals(call: Call, targets: list[Target]) -> Result:
    page, following = page_of(call, targets, lambda target: target.id, "invalid_parameters")
    groups = await call.scan(*(target_group(target.type, target.id) for target in page))
    items = [_goal(call, target, entities) for target, entities in zip(page, groups, strict=True)]
    return Result(listed(items, following))


async def _progresses(call: Call, target: Target) -> Result:
    check_owner(call, target.okr["user"])
    (entities,) = await call.scan(target_group(target.type, target.id))
    is_reverse = call.profile["progress_order"] == "newest_first"
    names = set(record_ids(entities))
    listed_in, _, last = call.message["query"].get("page_token", "").partition(".")
    if listed_in == target.id and last.isdecimal():
        names = names | {last}  # that record may have been deleted since
    ids = sorted(names, key=int, reverse=is_reverse)
    page, following = page_of(call, ids, lambda name: f"{target.id}.{name}", "invalid_parameters")
    stored = [await call.read((RECORD, name)) for name in page]
    items = [_progress(call, orjson.loads(record), target) for record in stored if record is not None]
    return Result(listed(items, following))


def _owner(call: Call, open_id: str) -> dict[str, str]:
    return {"owner_type": "user"} | shown_id(call, call.fixture.people[open_id], "user_id")


def _made(id: str) -> str:  # noqa: A002 - the API's word
    """When something was made, by its id."""
    seconds = int(id) >> 32
    return str(seconds * 1000) if seconds >= 10**9 else "0"


def _cycle(call: Call, okr: Mapping[str, Any], period: Mapping[str, Any]) -> dict[str, Any]:
    begin, end = bounds(period)
    return {
        "create_time": _made(okr["id"]),
        "cycle_status": _CYCLE_STATUS[period.get("status", 0)],
        "end_time": end,
        "id": okr["id"],
        "owner": _owner(call, okr["user"]),
        "start_time": begin,
        "tenant_cycle_id": okr["period"],
        "update_time": _made(okr["id"]),
    }


def _goal(call: Call, target: Target, entities: Mapping[str, bytes]) -> dict[str, Any]:
    goal = target.data
    changes = state_of(target, entities)["updated"].values()
    shown = {
        "content": v2_text(call, goal["content"], goal["mentions"]),
        "create_time": _made(target.id),
        "deadline": goal["deadline"],
        "id": target.id,
        "owner": _owner(call, target.okr["user"]),
        "position": target.position,
        "score": round(goal["score"] / 100, 1),
        "update_time": max([_made(target.id), *changes], key=int),
        "weight": round(goal["weight"] / 100, 3),
    }
    if target.type == KEY_RESULT:
        return shown | {"objective_id": target.objective["id"]}
    return shown | {"cycle_id": target.okr["id"], "notes": v2_text(call, goal["notes"], [])}


def _progress(call: Call, record: Mapping[str, Any], target: Target) -> dict[str, Any]:
    shown = {
        "content": v2_content(call, record["content"]),
        "create_time": record["create_time"],
        "entity_id": target.id,
        "entity_type": target.type,
        "id": record["progress_id"],
        "owner": _owner(call, record.get("author", target.okr["user"])),
        "update_time": record["modify_time"],
    }
    rate = record.get("progress_rate")
    return shown if rate is None else shown | {"progress_rate": _rate(rate)}


def _rate(rate: Mapping[str, Any]) -> dict[str, Any]:
    names = {"percent": "progress_percent", "status": "progress_status"}
    return {names[name]: value for name, value in rate.items()}
