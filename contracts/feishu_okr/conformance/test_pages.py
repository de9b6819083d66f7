"""Pages: every item once, to the end."""

from collections.abc import Iterator
from typing import Any

import pytest

from feishu_okr.conformance.conftest import Needs
from feishu_okr.conformance.law import Law
from feishu_okr.conformance.target import Caller
from feishu_okr.conformance.test_example import written

MOST_PAGES = 50
LISTS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "okr.v1.period.list": ({}, {}),
    "okr.v2.cycle.list": ({}, {"user_id": "person"}),
    "okr.v2.cycle_objective.list": ({"cycle_id": "okr"}, {}),
    "okr.v2.objective_key_result.list": ({"objective_id": "objective"}, {}),
    "okr.v2.objective_progress.list": ({"objective_id": "objective"}, {}),
    "okr.v2.key_result_progress.list": ({"key_result_id": "key_result"}, {}),
}
"""Lists with the names of what their path and query name."""


def pages(caller: Caller, law: Law, operation: str, size: int) -> Iterator[list[str]]:
    """Give the ids of each page of a list."""
    path, query = ({name: caller.target.known[known] for name, known in part.items()} for part in LISTS[operation])
    token: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        answer = caller.call(operation, path=path, query={**query, "page_size": size, **token})
        assert (answer.code, list(law.broken(answer))) == (0, [])
        data = answer.json["data"]
        yield [item["id"] for item in data["items"]]
        assert data["has_more"] == ("page_token" in data)
        if not data["has_more"]:
            return
        token = {"page_token": data["page_token"]}
    pytest.fail(f"{operation} has no last page")


@pytest.mark.parametrize("operation", LISTS)
def test_pages_show_everything_once(
    operation: str, caller: Caller, law: Law, needs: Needs, notes: dict[str, Any]
) -> None:
    """Page by page a list shows each item once, in the order of one large page, and only the last has no token."""
    needs("isolate", *(f"knows:{known}" for part in LISTS[operation] for known in part.values()))
    if operation == "okr.v2.key_result_progress.list":
        for _ in range(3):
            written(caller)
    (whole,) = pages(caller, law, operation, 100)
    notes["checked"] = 1
    for size in (1, 2):
        found = list(pages(caller, law, operation, size))
        assert [name for page in found for name in page] == whole
        assert all(len(page) <= size for page in found)
        notes["checked"] += len(found)


@pytest.mark.parametrize("operation", [name for name in LISTS if ".v2." in name])  # v1 names no bounds
@pytest.mark.parametrize("size", ["0", "101"])
def test_a_page_has_its_bounds(
    operation: str, size: str, caller: Caller, law: Law, needs: Needs, notes: dict[str, Any]
) -> None:
    """A page of v2 has one item at least and a hundred at most; other sizes are refused."""
    needs(*(f"knows:{known}" for part in LISTS[operation] for known in part.values()))
    path, query = ({name: caller.target.known[known] for name, known in part.items()} for part in LISTS[operation])
    answer = caller.call(operation, path=path, query={**query, "page_size": size})
    notes["claims"], notes["checked"] = ["broken_constraint"], 1
    code = 1001001 if caller.target.profile["broken_constraint"] == "invalid_parameters" else 99992402
    assert (answer.status, answer.code, list(law.broken(answer))) == (400, code, [])
