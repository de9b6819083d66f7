"""Cycles of a person and their objectives, as v2 shows them."""

from feishu_okr.client.call import Pages
from feishu_okr.client.face import AsyncResource, Resource, async_iterating, iterating
from feishu_okr.client.page_token import pages
from feishu_okr.client.progress_records import UserIdType
from feishu_okr.client.types_v2 import V2Cycle, V2Objective


def list_cycles(
    user_id: str, *, page_size: int | None = None, user_id_type: UserIdType | None = None
) -> Pages[V2Cycle]:
    """Go through the cycles of a person, page by page.

    Args:
        user_id: id of the person, of the kind that `user_id_type` names.
        page_size: cycles a page, 100 at most; 10 if not given.
        user_id_type: kind of the ids of people; `open_id` if not given.

    Raises:
        OKRError: while iterating, a page could not be read.

    Source: operation `okr.v2.cycle.list` of the contract.
    """
    query = {"user_id": user_id, "page_size": page_size, "user_id_type": user_id_type}
    return pages("okr.v2.cycle.list", {}, query)


def objectives(
    cycle_id: str, *, page_size: int | None = None, user_id_type: UserIdType | None = None
) -> Pages[V2Objective]:
    """Go through the objectives of a cycle, page by page.

    Args:
        cycle_id: id of the person's cycle.
        page_size: objectives a page, 100 at most; 10 if not given.
        user_id_type: kind of the ids of people; `open_id` if not given.

    Raises:
        OKRError: while iterating, a page could not be read.

    Source: operation `okr.v2.cycle_objective.list` of the contract.
    """
    query = {"page_size": page_size, "user_id_type": user_id_type}
    return pages("okr.v2.cycle_objective.list", {"cycle_id": str(cycle_id)}, query)


class Cycles(Resource):
    """Cycles of a person and their objectives, as v2 shows them."""

    list = iterating(list_cycles)
    objectives = iterating(objectives)


class AsyncCycles(AsyncResource):
    """Cycles of a person and their objectives, as v2 shows them."""

    list = async_iterating(list_cycles)
    objectives = async_iterating(objectives)
