"""Periods of the tenant."""

from typing import Literal

from feishu_okr.client.call import Call, Pages, having
from feishu_okr.client.face import AsyncResource, Resource, async_iterating, awaiting, blocking, iterating
from feishu_okr.client.page_token import pages
from feishu_okr.client.types import CreatedPeriod, PatchedPeriod, Period


def create(*, period_rule_id: str, start_month: str) -> Call[CreatedPeriod]:
    """Open a period for the whole tenant; a call whose answer is lost is not sent again.

    Args:
        period_rule_id: id of the rule that the period follows.
        start_month: its first month, such as `2026-01`.

    Raises:
        Ambiguous: it may have been opened and may not; the list of periods tells.
        OKRError: it was not opened.

    Source: operation `okr.v1.period.create` of the contract.
    """
    body = {"period_rule_id": period_rule_id, "start_month": start_month}
    return Call("okr.v1.period.create", having(), body=body, repeatable=False)


def patch(period_id: str, *, status: Literal[1, 2, 3]) -> Call[PatchedPeriod]:
    """Change the status of a period for the whole tenant.

    Args:
        period_id: id of the period.
        status: 1 normal, 2 invalid, 3 hidden; lists of periods count otherwise.

    Raises:
        OKRError: it could not be changed.

    Source: operation `okr.v1.period.patch` of the contract.
    """
    return Call("okr.v1.period.patch", having(), {"period_id": str(period_id)}, body={"status": status})


def list_periods(*, page_size: int | None = None) -> Pages[Period]:
    """Go through the periods of the tenant, page by page.

    Args:
        page_size: periods a page; 10 if not given.

    Raises:
        OKRError: while iterating, a page could not be read.

    Source: operation `okr.v1.period.list` of the contract.
    """
    return pages("okr.v1.period.list", {}, {"page_size": page_size})


class Periods(Resource):
    """Periods of the tenant."""

    create = blocking(create)
    patch = blocking(patch)
    list = iterating(list_periods)


class AsyncPeriods(AsyncResource):
    """Periods of the tenant."""

    create = awaiting(create)
    patch = awaiting(patch)
    list = async_iterating(list_periods)
