"""Periods of OKRs and the rules they follow. Source: spec, dochub, fate."""

from collections.abc import Mapping
from typing import Any

import orjson

from okr_mock.call import Call, Result
from okr_mock.gateway.envelope import Refusal
from okr_mock.operations.pages import listed, page_of
from okr_mock.world.fixture import PERIOD
from okr_mock.world.period import bounds, month_of, months_between, number_of, period_name

_STATUS = {1: 0, 2: 2, 3: 3}
"""Status as it is read, by how it is written: 1 stands for normal there and for not handled here."""


async def list_all(call: Call) -> Result:
    """List the periods of the tenant, the latest first.

    Args:
        call: names the page.

    Raises:
        Refusal: `invalid_parameters` for a page token that is none.
    """
    periods = sorted(
        _read(*await call.scan(PERIOD)), key=lambda period: (period["start_month"], period["id"]), reverse=True
    )
    page, following = page_of(call, periods, lambda period: period["id"], "invalid_parameters")
    return Result(listed([_shown(period) for period in page], following))


async def create(call: Call) -> Result:
    """Begin a period.

    Args:
        call: names its rule and first month.

    Raises:
        Refusal: `edition_restricted`; `okr_data_not_found` for an unknown rule; `period_start_unfit`;
            `period_conflict` where a period of the same length overlaps it.
    """
    _want_edition(call)
    body = call.message["body"]
    rule = next((rule for rule in call.fixture.period_rules if rule["period_rule_id"] == body["period_rule_id"]), None)
    if rule is None:
        raise Refusal("okr_data_not_found")
    first = number_of(body["start_month"])
    if (first - (rule["first_month"] - 1)) % rule["length"]:
        raise Refusal("period_start_unfit")
    last = month_of(first + rule["length"] - 1)
    period = {"id": call.turn.entity_id, "start_month": body["start_month"], "end_month": last, "status": 0}
    if any(_conflict(period, other) for other in _read(await call.rest_on_group(PERIOD))):
        raise Refusal("period_conflict")
    data = {"end_month": last, "period_id": period["id"], "start_month": body["start_month"]}
    return Result(data, {(PERIOD, str(period["id"])): orjson.dumps(period)})


async def patch(call: Call) -> Result:
    """Change the status of a period.

    Args:
        call: names the period and the status.

    Raises:
        Refusal: `edition_restricted`, `okr_data_not_found`.
    """
    _want_edition(call)
    period_id, status = call.message["path"]["period_id"], call.message["body"]["status"]
    stored = await call.rest_on((PERIOD, period_id))
    if stored is None:
        raise Refusal("okr_data_not_found")
    period = orjson.loads(stored) | {"status": _STATUS[status]}
    return Result({"period_id": period_id, "status": status}, {(PERIOD, period_id): orjson.dumps(period)})


async def list_rules(call: Call) -> Result:
    """List the rules that periods follow.

    Args:
        call: any.

    Raises:
        Refusal: `edition_restricted`.
    """
    _want_edition(call)
    return Result({"period_rules": [dict(rule) for rule in call.fixture.period_rules]})


def _read(stored: Mapping[str, bytes]) -> list[dict[str, Any]]:
    return [orjson.loads(period) for period in stored.values()]


def _want_edition(call: Call) -> None:
    if call.fixture.edition == "standard":
        raise Refusal("edition_restricted")


def _conflict(period: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    overlaps = period["start_month"] <= other["end_month"] and other["start_month"] <= period["end_month"]
    return overlaps and months_between(period) == months_between(other)


def _shown(period: Mapping[str, Any]) -> dict[str, Any]:
    begin, end = bounds(period)
    return {
        "en_name": period_name(period, "en"),
        "id": period["id"],
        "period_end_time": end,
        "period_start_time": begin,
        "status": period.get("status", 0),
        "zh_name": period_name(period, "zh"),
    }
