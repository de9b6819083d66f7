"""Where the reviews of people are written."""

from collections.abc import Sequence

from feishu_okr.client.call import Call, ids, members
from feishu_okr.client.face import AsyncResource, Resource, awaiting, blocking
from feishu_okr.client.okrs import AdminIdType
from feishu_okr.client.types import Review


def query(
    user_ids: Sequence[str], *, period_ids: Sequence[str], user_id_type: AdminIdType | None = None
) -> Call[list[Review]]:
    """Find the review documents of people in periods.

    Args:
        user_ids: ids of the people, five at most.
        period_ids: ids of the periods, five at most.
        user_id_type: kind of the ids of people; `open_id` if not given.

    Raises:
        OKRError: they could not be found out.

    Source: operation `okr.v1.review.query` of the contract.
    """
    asked = {"user_ids": ids(user_ids), "period_ids": ids(period_ids), "user_id_type": user_id_type}
    return Call("okr.v1.review.query", members("review_list"), query=asked)


class Reviews(Resource):
    """Where the reviews of people are written."""

    query = blocking(query)


class AsyncReviews(AsyncResource):
    """Where the reviews of people are written."""

    query = awaiting(query)
