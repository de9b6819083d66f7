"""Objectives and what belongs to them, as v2 shows them."""

from feishu_okr.client.call import Call, Pages, member
from feishu_okr.client.face import AsyncResource, Resource, async_iterating, awaiting, blocking, iterating
from feishu_okr.client.page_token import pages
from feishu_okr.client.progress_records import UserIdType
from feishu_okr.client.types_v2 import V2KeyResult, V2Objective, V2Progress


def get(objective_id: str, *, user_id_type: UserIdType | None = None) -> Call[V2Objective]:
    """Read an objective.

    Args:
        objective_id: id of the objective.
        user_id_type: kind of the ids of people; `open_id` if not given.

    Raises:
        OKRDataNotFound: there is no such objective.
        OKRError: it could not be read.

    Source: operation `okr.v2.objective.get` of the contract.
    """
    path = {"objective_id": str(objective_id)}
    return Call("okr.v2.objective.get", member("objective"), path, {"user_id_type": user_id_type})


def key_results(
    objective_id: str, *, page_size: int | None = None, user_id_type: UserIdType | None = None
) -> Pages[V2KeyResult]:
    """Go through the key results of an objective, page by page.

    Args:
        objective_id: id of the objective.
        page_size: key results a page, 100 at most; 10 if not given.
        user_id_type: kind of the ids of people; `open_id` if not given.

    Raises:
        OKRError: while iterating, a page could not be read.

    Source: operation `okr.v2.objective_key_result.list` of the contract.
    """
    query = {"page_size": page_size, "user_id_type": user_id_type}
    return pages("okr.v2.objective_key_result.list", {"objective_id": str(objective_id)}, query)


def progresses(
    objective_id: str, *, page_size: int | None = None, user_id_type: UserIdType | None = None
) -> Pages[V2Progress]:
    """Go through the progress records of an objective, page by page; not those of its key results.

    Args:
        objective_id: id of the objective.
        page_size: records a page, 100 at most; 10 if not given.
        user_id_type: kind of the ids of people; `open_id` if not given.

    Raises:
        OKRError: while iterating, a page could not be read.

    Source: operation `okr.v2.objective_progress.list` of the contract.
    """
    query = {"page_size": page_size, "user_id_type": user_id_type}
    return pages("okr.v2.objective_progress.list", {"objective_id": str(objective_id)}, query)


class Objectives(Resource):
    """Objectives and what belongs to them, as v2 shows them."""

    get = blocking(get)
    key_results = iterating(key_results)
    progresses = iterating(progresses)


class AsyncObjectives(AsyncResource):
    """Objectives and what belongs to them, as v2 shows them."""

    get = awaiting(get)
    key_results = async_iterating(key_results)
    progresses = async_iterating(progresses)
