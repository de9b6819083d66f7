"""Progress records of objectives and key results."""

from collections.abc import Mapping
from typing import Any, Literal

from feishu_okr.client.call import Call, SupportsJson, having, without_none
from feishu_okr.client.face import AsyncResource, Resource, awaiting, blocking
from feishu_okr.client.target import TargetType
from feishu_okr.client.types import ProgressRate, ProgressRecord
from feishu_okr.client.types_content import ContentJson

UserIdType = Literal["open_id", "union_id", "user_id"]
AnyContent = ContentJson | Mapping[str, Any] | SupportsJson
CREATE = "okr.v1.progress_record.create"


def create(
    *,
    target_id: str | int,
    target_type: TargetType | Literal[2, 3],
    content: AnyContent,
    source_title: str,
    source_url: str,
    source_url_pc: str | None = None,
    source_url_mobile: str | None = None,
    progress_rate: ProgressRate | None = None,
    user_id_type: UserIdType | None = None,
) -> Call[ProgressRecord]:
    """Write a progress record, once: a call whose answer is lost is not sent again without looking.

    Args:
        target_id: id of the objective or key result.
        target_type: which of the two it is.
        content: rich text, as JSON of the v1 spelling or as a `Content`.
        source_title: name of what the record comes from.
        source_url: its address, http or https.
        source_url_pc: its address for computers.
        source_url_mobile: its address for phones.
        progress_rate: how far the target is: `percent`, `status`.
        user_id_type: kind of the ids of mentioned people; `open_id` if not given.

    Raises:
        Ambiguous: it may have been written and may not.
        OKRError: it was not written.

    Source: operation `okr.v1.progress_record.create` of the contract.
    """
    source = {"source_title": source_title, "source_url": source_url, "source_url_pc": source_url_pc}
    target = {"target_id": str(target_id), "target_type": target_type}
    more = {"source_url_mobile": source_url_mobile, "content": _json(content), "progress_rate": progress_rate}
    body = without_none(**source, **target, **more)
    return Call(CREATE, having("progress_id"), query={"user_id_type": user_id_type}, body=body, repeatable=False)


def get(progress_id: str, *, user_id_type: UserIdType | None = None) -> Call[ProgressRecord]:
    """Read a progress record.

    Args:
        progress_id: id of the record.
        user_id_type: kind of the ids of mentioned people; `open_id` if not given.

    Raises:
        OKRDataNotFound: there is no such record.
        OKRError: it could not be read.

    Source: operation `okr.v1.progress_record.get` of the contract.
    """
    path = {"progress_id": str(progress_id)}
    return Call("okr.v1.progress_record.get", having("progress_id"), path, {"user_id_type": user_id_type})


def update(
    progress_id: str,
    *,
    content: AnyContent,
    progress_rate: ProgressRate | None = None,
    user_id_type: UserIdType | None = None,
) -> Call[ProgressRecord]:
    """Replace the content of a progress record, and its rate if one is given.

    Args:
        progress_id: id of the record.
        content: rich text, as JSON of the v1 spelling or as a `Content`.
        progress_rate: how far the target is: `percent`, `status`; stays as it was if not given.
        user_id_type: kind of the ids of mentioned people; `open_id` if not given.

    Raises:
        OKRDataNotFound: there is no such record.
        OKRError: it could not be changed.

    Source: operation `okr.v1.progress_record.update` of the contract.
    """
    path = {"progress_id": str(progress_id)}
    body = without_none(content=_json(content), progress_rate=progress_rate)
    return Call("okr.v1.progress_record.update", having(), path, {"user_id_type": user_id_type}, body)


def delete(progress_id: str) -> Call[None]:
    """Delete a progress record; one that a lost answer had already deleted counts as deleted.

    Args:
        progress_id: id of the record.

    Raises:
        OKRDataNotFound: there was no such record.
        OKRError: it could not be deleted.

    Source: operation `okr.v1.progress_record.delete` of the contract.
    """
    path = {"progress_id": str(progress_id)}
    return Call("okr.v1.progress_record.delete", lambda _: None, path, gone_is_done=True)


def _json(content: AnyContent) -> Any:
    """Take what the check can judge: text and other things that are no content reach it as they are."""
    to_json = getattr(content, "to_json", None)
    found = to_json() if to_json else content
    return dict(found) if isinstance(found, Mapping) else found


class ProgressRecords(Resource):
    """Progress records of objectives and key results."""

    create = blocking(create)
    get = blocking(get)
    update = blocking(update)
    delete = blocking(delete)


class AsyncProgressRecords(AsyncResource):
    """Progress records of objectives and key results."""

    create = awaiting(create)
    get = awaiting(get)
    update = awaiting(update)
    delete = awaiting(delete)
