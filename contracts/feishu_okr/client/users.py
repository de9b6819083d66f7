"""OKRs of a person."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from feishu_okr.client.call import Call, Pages, having, ids, page
from feishu_okr.client.face import AsyncResource, Resource, async_iterating, iterating
from feishu_okr.client.okrs import AdminIdType, Lang
from feishu_okr.client.types import OkrBatch


def okrs(
    user_id: str,
    *,
    period_ids: Sequence[str] | None = None,
    lang: Lang | None = None,
    user_id_type: AdminIdType | None = None,
    limit: int = 10,
) -> Pages[OkrBatch]:
    """Go through the OKRs of a person, page by page.

    Args:
        user_id: id of the person, of the kind that `user_id_type` names.
        period_ids: periods to keep to, ten at most; all if not given.
        lang: language of names; `zh_cn` if not given.
        user_id_type: kind of the ids of people; `open_id` if not given.
        limit: OKRs a page, 1 to 10.

    Raises:
        OKRError: while iterating, a page could not be read.

    Source: operation `okr.v1.user_okr.list` of the contract.
    """
    query = {
        "offset": "0",
        "limit": str(limit),
        "lang": lang,
        "period_ids": None if period_ids is None else ids(period_ids),
        "user_id_type": user_id_type,
    }
    first = Call[Any]("okr.v1.user_okr.list", _page, {"user_id": user_id}, query)
    return Pages(first, "okr_list", _following)


def _page(data: Any) -> Any:
    return page("okr_list", "total")(having("total")(data))


def _following(call: Call[Any], data: Any) -> Call[Any] | None:
    offset = int(call.query["offset"]) + len(data["okr_list"])
    if not data["okr_list"] or offset >= data["total"]:
        return None
    return replace(call, query={**call.query, "offset": str(offset)})


class Users(Resource):
    """OKRs of a person."""

    okrs = iterating(okrs)


class AsyncUsers(AsyncResource):
    """OKRs of a person."""

    okrs = async_iterating(okrs)
