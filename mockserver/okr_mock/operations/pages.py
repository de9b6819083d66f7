"""Pages of a list: the vendor's `has_more`, `items` and `page_token`. Source: dochub, generic parameters."""

from collections.abc import Callable, Sequence
from typing import Any

from okr_mock.call import Call
from okr_mock.gateway.envelope import Refusal

_DEFAULT = 10


def page_of(call: Call, entries: Sequence[Any], id_of: Callable[[Any], str], wrong_token: str) -> tuple[list[Any], str]:
    """Cut the page out of a list that a call asks for; gives its entries and the token of the next page, or "".

    Args:
        call: may carry `page_size` and `page_token`.
        entries: the whole list, in order.
        id_of: tells the id of an entry; the token of a page is the id of the entry before it.
        wrong_token: name of the refusal of a token that is none of ours.

    Raises:
        Refusal: of that name.
    """
    query = call.message["query"]
    size, token = query.get("page_size", _DEFAULT), query.get("page_token")
    first = 0
    if token:
        first = next((n for n, entry in enumerate(entries, start=1) if id_of(entry) == token), -1)
        if first < 0:
            raise Refusal(wrong_token)
    page = list(entries[first : first + size])
    return page, id_of(page[-1]) if page and first + size < len(entries) else ""


def listed(items: list[dict[str, Any]], next_page: str) -> dict[str, Any]:
    """Write the data of a list.

    Args:
        items: entries as they are shown.
        next_page: token of the next page, or "".
    """
    more = {"page_token": next_page} if next_page else {}
    return {"has_more": bool(next_page), "items": items, **more}
