"""Key results and their progress records, as v2 shows them."""

from feishu_okr.client.call import Call, Pages, member
from feishu_okr.client.face import AsyncResource, Resource, async_iterating, awaiting, blocking, iterating
from feishu_okr.client.page_token import pages
from feishu_okr.client.progress_records import UserIdType
from feishu_okr.client.types_v2 import V2KeyResult, V2Progress


def get(key_result_id: str, *, user_id_type: UserIdType | None = None) -> Call[V2KeyResult]:
    """Read a key result.

    Args:
        key_result_id: id of the key result.
        user_id_type: kind of the ids of people; `open_id` if not given.

    Raises:
        OKRDataNotFound: there is no such key result.
        OKRError: it could not be read.

    Source: operation `okr.v2.key_result.get` of the contract.
    """
    path = {"key_result_id": str(key_result_id)}
    return Call("okr.v2.key_result.get", member("key_result"), path, {"user_id_type": user_id_type})


def progresses(
    key_result_id: str, *, page_size: int | None = None, user_id_type: UserIdType | None = None
) -> Pages[V2Progress]:
    """Go through the progress records of a key result, page by page.

    Args:
        key_result_id: id of the key result.
        page_size: records a page, 100 at most; 10 if not given.
        user_id_type: kind of the ids of people; `open_id` if not given.

    Raises:
        OKRError: while iterating, a page could not be read.

    Source: operation `okr.v2.key_result_progress.list` of the contract.
    """
    query = {"page_size": page_size, "user_id_type": user_id_type}
    return pages("okr.v2.key_result_progress.list", {"key_result_id": str(key_result_id)}, query)


class KeyResults(Resource):
    """Key results and their progress records, as v2 shows them."""

    get = blocking(get)
    progresses = iterating(progresses)


class AsyncKeyResults(AsyncResource):
    """Key results and their progress records, as v2 shows them."""

    get = awaiting(get)
    progresses = async_iterating(progresses)
