"""Lists that name the next page by a token."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from feishu_okr.client.call import Call, Pages, page
from feishu_okr.client.errors import ContractBroken


def pages(operation: str, path: Mapping[str, str], query: Mapping[str, Any]) -> Pages[Any]:
    """Describe such a list.

    Args:
        operation: operation id.
        path: path parameters.
        query: query parameters of the first page.
    """
    return Pages(Call[Any](operation, page("items", "has_more"), path, query), "items", _following)


def _following(call: Call[Any], data: Any) -> Call[Any] | None:
    """Go on while there is more: a short page is not the last one."""
    if not data.get("has_more"):
        return None
    token = data.get("page_token")
    if not token or token == call.query.get("page_token"):
        text = f"{call.operation} says has_more and names no new page_token; the list would never end"
        raise ContractBroken(text, operation=call.operation, http_status=200)
    return replace(call, query={**call.query, "page_token": token})
