"""OKRs as the v1 API shows them: a person's, or by their ids. Source: spec, dochub, apifox."""

from collections.abc import Iterable, Mapping
from typing import Any

from okr_mock.call import Call, Result
from okr_mock.gateway.envelope import Refusal
from okr_mock.operations.mentions import NOT_EXISTED, id_kind, parted, shown_id
from okr_mock.operations.targets import is_hidden, record_ids, state_of
from okr_mock.world.fixture import KEY_RESULT, OBJECTIVE, target_group
from okr_mock.world.people import Person
from okr_mock.world.period import period_name

Okr = Mapping[str, Any]
Groups = Mapping[str, Mapping[str, bytes]]

_NEVER = "0"
_ENGLISH = "en_us"


async def batch_get(call: Call) -> Result:
    """Show OKRs by their ids. Source: claim `unknown_okr_ids`.

    Args:
        call: names them.

    Raises:
        Refusal: `okr_data_not_found`, unless the claim says that unknown ids are left out.
    """
    asked = dict.fromkeys(call.message["query"]["okr_ids"])
    found = [call.fixture.okrs[okr_id] for okr_id in asked if okr_id in call.fixture.okrs]
    if len(found) < len(asked) and call.profile["unknown_okr_ids"] == "refuse":
        raise Refusal("okr_data_not_found")
    return Result({"okr_list": await _shown(call, found)})


async def of_user(call: Call) -> Result:
    """Show a person's OKRs, those of the latest period first.

    Args:
        call: names the person and the part of the list.

    Raises:
        Refusal: `user_not_found`, or the gateway's where the claim `unknown_user_id` says so.
    """
    query = call.message["query"]
    person = find_person(call, call.message["path"]["user_id"])
    okrs = okrs_of(call, person)
    if periods := query.get("period_ids"):
        okrs = [okr for okr in okrs if okr["period"] in periods]
    first = int(query["offset"])
    page = okrs[first : first + int(query["limit"])]
    return Result({"okr_list": await _shown(call, page), "total": len(okrs)})


def okrs_of(call: Call, person: Person) -> list[Okr]:
    """List a person's OKRs, those of the latest period first.

    Args:
        call: its world knows them.
        person: whose they are.
    """
    okrs = [okr for okr in call.fixture.okrs.values() if okr["user"] == person.open_id]
    return sorted(okrs, key=lambda okr: str(call.fixture.periods[okr["period"]]["start_month"]), reverse=True)


def find_person(call: Call, id: str) -> Person:  # noqa: A002 - the API's word
    """Find a person by the kind of id that the call carries. Source: claim `unknown_user_id`.

    Args:
        call: says the kind.
        id: the id.

    Raises:
        Refusal: `user_not_found`, or the gateway's refusal of an id that does not exist.
    """
    kind = id_kind(call)
    person = call.fixture.people.find(id, kind)
    if person is not None:
        return person
    if call.profile["unknown_user_id"] == "ids_not_existed":
        raise Refusal(NOT_EXISTED[kind], ids=f"[{id}]")
    raise Refusal("user_not_found")


def shown_person(call: Call, open_id: str) -> dict[str, str]:
    """Show a person as owner or as somebody mentioned. Source: claim `owner_user_id`.

    Args:
        call: says which kind of id it wants.
        open_id: who it is.
    """
    person = call.fixture.people[open_id]
    if call.profile["owner_user_id"] == "internal":
        return {"open_id": person.open_id, "user_id": person.lark_id}
    return {"open_id": person.open_id} | shown_id(call, person, "user_id")


async def _shown(call: Call, okrs: list[Okr]) -> list[dict[str, Any]]:
    names = [name for okr in okrs for name in _groups(okr)]
    groups = dict(zip(names, await call.scan(*names), strict=True))
    return [_okr(call, okr, groups) for okr in okrs]


def _groups(okr: Okr) -> Iterable[str]:
    for objective in okr["objectives"]:
        yield target_group(OBJECTIVE, objective["id"])
        for key_result in objective["key_results"]:
            yield target_group(KEY_RESULT, key_result["id"])


def _okr(call: Call, okr: Okr, groups: Groups) -> dict[str, Any]:
    if is_hidden(call, okr):
        return {"id": okr["id"], "permission": 0}
    period = call.fixture.periods[okr["period"]]
    return {
        "confirm_status": okr["confirm_status"],
        "id": okr["id"],
        "name": period_name(period, "en" if call.message["query"].get("lang") == _ENGLISH else "zh"),
        "objective_list": [_objective(call, objective, groups) for objective in okr["objectives"]],
        "period_id": okr["period"],
        "permission": 1,
    }


def _objective(call: Call, objective: Mapping[str, Any], groups: Groups) -> dict[str, Any]:
    supporting = [
        target.data
        for target in call.fixture.targets.values()
        if target.type == OBJECTIVE and objective["id"] in target.data["aligned_to"]
    ]
    supported = [call.fixture.targets[OBJECTIVE, other].data for other in objective["aligned_to"]]
    return _goal(call, OBJECTIVE, objective, groups) | {
        "aligned_objective_list": [_alignment(call, other) for other in supporting],
        "aligning_objective_list": [_alignment(call, other) for other in supported],
        "kr_list": [_key_result(call, key_result, groups) for key_result in objective["key_results"]],
        "permission": 1,
        "progress_report": objective["notes"],
        "weight": objective["weight"],
    }


def _key_result(call: Call, key_result: Mapping[str, Any], groups: Groups) -> dict[str, Any]:
    shown = _goal(call, KEY_RESULT, key_result, groups)
    return shown | {"kr_weight": key_result["weight"], "weight": round(key_result["weight"])}


def _alignment(call: Call, objective: Mapping[str, Any]) -> dict[str, Any]:
    okr = call.fixture.targets[OBJECTIVE, objective["id"]].okr
    return {"id": objective["id"], "okr_id": okr["id"], "owner": shown_person(call, okr["user"])}


def _goal(call: Call, kind: int, goal: Mapping[str, Any], groups: Groups) -> dict[str, Any]:
    """Show what objectives and key results have alike."""
    entities = groups[target_group(kind, goal["id"])]
    state = state_of(call.fixture.targets[kind, goal["id"]], entities)
    updated = state["updated"]
    return {
        "content": _named(call, goal),
        "deadline": goal["deadline"],
        "id": goal["id"],
        "mentioned_user_list": [shown_person(call, open_id) for open_id in goal["mentions"]],
        "progress_rate": state["progress_rate"],
        "progress_rate_percent_last_updated_time": updated.get("percent", _NEVER),
        "progress_rate_status_last_updated_time": updated.get("status", _NEVER),
        "progress_record_last_updated_time": updated.get("record", _NEVER),
        "progress_record_list": [{"id": name} for name in record_ids(entities)],
        "progress_report_last_updated_time": updated.get("report", _NEVER),
        "score": goal["score"],
        "score_last_updated_time": updated.get("score", _NEVER),
    }


def _named(call: Call, goal: Mapping[str, Any]) -> str:
    """Give the text with the names of people in the language that the call wants."""
    text: str = goal["content"]
    if call.message["query"].get("lang") != _ENGLISH:
        return text
    people = map(call.fixture.people.__getitem__, goal["mentions"])
    english = {f"@{person.name}": f"@{person.en_name}" for person in people}
    return "".join(english.get(part, part) for part in parted(text, english))
