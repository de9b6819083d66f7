"""Paths, methods and tokens: what is refused before an operation looks at the call."""

import re
from typing import Any

import pytest

from feishu_okr.conformance.capability import WRITES
from feishu_okr.conformance.conftest import Needs
from feishu_okr.conformance.law import Law
from feishu_okr.conformance.target import Caller
from feishu_okr.conformance.wire import Request
from feishu_okr.contract import load

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
OPERATIONS = load().operations
GUARDED = [name for name, operation in OPERATIONS.items() if not operation.issues_tokens]
FORGED = {"": 99991661, "t-dev": 99991661, "Bearer t-forged": 99991663, "Bearer u-forged": 99991668}


def some_path(path: str) -> str:
    """Fill the parameters of a path."""
    return re.sub(r"\{[a-z_]+\}", "1", path)


@pytest.mark.parametrize("operation", GUARDED)
def test_no_operation_takes_a_bad_token(
    operation: str, caller: Caller, law: Law, needs: Needs, notes: dict[str, Any]
) -> None:
    """An operation that wants a token refuses a missing one and a forged one with 400 and the gateway's code."""
    known = OPERATIONS[operation]
    if operation in WRITES:
        needs(WRITES[operation])
    notes["checked"] = len(FORGED)
    for authorization, code in FORGED.items():
        headers = (("Authorization", authorization),) if authorization else ()
        answer = caller.send(Request(known.method, some_path(known.path), headers, None, "read", operation))
        assert (answer.status, answer.code, list(law.broken(answer))) == (400, code, [])


@pytest.mark.parametrize("path", sorted({operation.path for operation in OPERATIONS.values()}))
def test_a_method_without_operation_is_not_found(
    path: str, caller: Caller, law: Law, needs: Needs, notes: dict[str, Any]
) -> None:
    """A method that no operation of a path has gets the plain 404 of an unknown path, even without a token."""
    needs("write")
    taken = {operation.method for operation in OPERATIONS.values() if operation.path == path}
    taken |= set(load().unmodelled.get(path, ()))
    for method in set(METHODS) - taken:
        answer = caller.send(Request(method, some_path(path)))
        assert (answer.status, list(law.broken(answer))) == (404, []), method
        assert answer.headers["content-type"].startswith("text/plain"), method
        assert "allow" not in answer.headers, method
    notes["checked"] = len(METHODS) - len(taken)


@pytest.mark.parametrize(
    "path", ["/", "/open-apis", "/open-apis/okr/v1", "/open-apis/okr/v1/no_such", "/open-apis/okr/v9/cycles"]
)
def test_an_unknown_path_is_not_found(path: str, caller: Caller, law: Law) -> None:
    """A path that leads nowhere gets plain text, with a good token too."""
    headers = (
        (("Authorization", f"Bearer {caller.token('tenant')}"),) if "credentials" in caller.target.capabilities else ()
    )
    answer = caller.send(Request("GET", path, headers))
    assert (answer.status, list(law.broken(answer))) == (404, [])
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_redirect_is_no_answer(caller: Caller, needs: Needs) -> None:
    """A slash behind a path leads to the operation or nowhere, never to another address."""
    needs("credentials", "write")
    for operation in ("okr.v1.progress_record.create", "okr.v1.period_rule.list"):
        assert caller.call(operation, suffix="/").status in (200, 400, 404)
