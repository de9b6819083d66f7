"""OKRs by their ids."""

from collections.abc import Sequence
from typing import Literal

from feishu_okr.client.call import Call, ids, members
from feishu_okr.client.face import AsyncResource, Resource, awaiting, blocking
from feishu_okr.client.types import OkrBatch

AdminIdType = Literal["open_id", "union_id", "user_id", "people_admin_id"]
Lang = Literal["zh_cn", "en_us"]


def batch_get(
    okr_ids: Sequence[str], *, lang: Lang | None = None, user_id_type: AdminIdType | None = None
) -> Call[list[OkrBatch]]:
    """Read OKRs with their objectives and key results.

    Args:
        okr_ids: ids of the OKRs, ten at most.
        lang: language of names; `zh_cn` if not given.
        user_id_type: kind of the ids of people; `open_id` if not given.

    Raises:
        OKRError: they could not be read.

    Source: operation `okr.v1.okr.batch_get` of the contract.
    """
    query = {"okr_ids": ids(okr_ids), "lang": lang, "user_id_type": user_id_type}
    return Call("okr.v1.okr.batch_get", members("okr_list"), query=query)


class Okrs(Resource):
    """OKRs by their ids."""

    batch_get = blocking(batch_get)


class AsyncOkrs(AsyncResource):
    """OKRs by their ids."""

    batch_get = awaiting(batch_get)
