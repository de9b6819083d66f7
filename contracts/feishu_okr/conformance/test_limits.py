"""Tokens that end, scopes that are missing, apps that are disabled, calls that are too many."""

from collections.abc import Mapping
from typing import Any

import pytest

from feishu_okr.conformance.case import FOLDER
from feishu_okr.conformance.conftest import Needs
from feishu_okr.conformance.law import Law
from feishu_okr.conformance.target import TENANT_TOKEN, Caller, Target
from feishu_okr.conformance.test_routes import some_path
from feishu_okr.conformance.wire import Answer, Request
from feishu_okr.contract.source import read

RULES, PERIODS = "okr.v1.period_rule.list", "okr.v1.period.list"
LIFE, RENEWAL = 7200, 1800
QUOTA = 100
SCOPES: dict[str, list[str]] = read(FOLDER / "scopes.yaml").value
MISSING = (99991672, 99991679)
"""Codes of a scope that an app or a person lacks."""


def advance(caller: Caller, seconds: int) -> None:
    """Let time pass in the caller's world."""
    caller.control("PUT", f"/clock?world={caller.app.id}", {"advance": seconds})


def ask_token(caller: Caller) -> Answer:
    """Ask for the app's token."""
    return caller.call(TENANT_TOKEN, body={"app_id": caller.app.id, "app_secret": caller.app.secret})


def with_app(target: Target, world: Mapping[str, Any] | None = None, **app: Any) -> Caller:
    """Give a caller whose app is declared with limits, in a world of its own."""
    caller = target.stranger()
    person = {"open_id": "ou_7dab8a3d3cdcc9da365777c7ad535d62", "name": "李明", "en_name": "Ming Li"}
    codes = [{"code": "code-liming", "user": person["open_id"]}]
    declared = {"id": caller.app.id, "secret": caller.app.secret, **app}
    fixture = {"description": "A limited app.", "apps": [declared], "users": [person], "codes": codes}
    caller.control("POST", "/worlds", {"name": caller.app.id, "fixture": fixture, **(world or {})}, wanted=201)
    return caller


def called(operation: str, caller: Caller) -> Answer:
    """Call an operation with nothing but ids that lead nowhere."""
    known = caller.target.contract.operations[operation]
    headers = (("Authorization", f"Bearer {caller.token('tenant')}"),)
    return caller.send(Request(known.method, some_path(known.path), headers, None, "read", operation))


def test_a_token_ages_and_is_renewed(caller: Caller, law: Law, needs: Needs, notes: dict[str, Any]) -> None:
    """A token's remaining life is told; near its end a new one is given while the old one works."""
    needs("steer", "isolate")
    first = ask_token(caller)
    advance(caller, 3600)
    second = ask_token(caller)
    advance(caller, LIFE - 3600 - RENEWAL + 60)
    third = ask_token(caller)
    notes["checked"] = 6
    assert [list(law.broken(answer)) for answer in (first, second, third)] == [[], [], []]
    tokens = [answer.json["tenant_access_token"] for answer in (first, second, third)]
    assert tokens[0] == tokens[1] != tokens[2]
    assert first.json["expire"] == LIFE
    assert abs(second.json["expire"] - 3600) <= 5
    assert abs(third.json["expire"] - LIFE) <= 5
    assert caller.call(RULES, who=f"Bearer {tokens[0]}").code == 0


def test_a_token_ends(caller: Caller, law: Law, needs: Needs, notes: dict[str, Any]) -> None:
    """A token is taken until its life is over, then refused as invalid, and the new one is taken."""
    needs("steer", "isolate")
    old = ask_token(caller).json["tenant_access_token"]
    advance(caller, LIFE - 60)
    assert caller.call(RULES, who=f"Bearer {old}").code == 0
    advance(caller, 120)
    answer = caller.call(RULES, who=f"Bearer {old}")
    notes["checked"] = 3
    assert (answer.status, answer.code, list(law.broken(answer))) == (400, 99991663, [])
    assert caller.call(RULES, who=f"Bearer {ask_token(caller).json['tenant_access_token']}").code == 0


def test_a_user_token_ends(caller: Caller, law: Law, needs: Needs, notes: dict[str, Any]) -> None:
    """A user token is refused once its life is over."""
    needs("steer", "isolate", "user", "knows:okr")
    query = {"okr_ids": [caller.target.known["okr"]]}
    assert caller.call("okr.v1.okr.batch_get", who="user", query=query).code == 0
    advance(caller, LIFE + 60)
    answer = caller.call("okr.v1.okr.batch_get", who="user", query=query)
    notes["checked"] = 2
    assert (answer.status, answer.code, list(law.broken(answer))) == (400, 99991668, [])


@pytest.mark.parametrize("operation", SCOPES)
def test_an_operation_wants_one_of_its_scopes(
    operation: str, target: Target, law: Law, needs: Needs, notes: dict[str, Any]
) -> None:
    """Any one of an operation's scopes is enough; an app that has all but these is refused with their names."""
    needs("steer")
    enough = set(SCOPES[operation])
    others = {scope for scopes in SCOPES.values() for scope in scopes} - enough
    for scope in enough:
        answer = called(operation, with_app(target, scopes=[scope]))
        assert answer.code not in MISSING, scope
        assert list(law.broken(answer)) == []
    answer = called(operation, with_app(target, scopes=sorted(others)))
    notes["checked"] = len(enough) + 1
    assert (answer.status, answer.code, list(law.broken(answer))) == (400, 99991672, [])
    named = {(one["type"], one["subject"]) for one in answer.json["error"]["permission_violations"]}
    assert named == {("action_scope_required", scope) for scope in enough}


def test_a_disabled_app_is_refused(target: Target, law: Law, needs: Needs) -> None:
    """The token of an app that was disabled is refused."""
    needs("steer")
    answer = with_app(target, enabled=False).call(RULES)
    assert (answer.status, answer.code, list(law.broken(answer))) == (400, 99991662, [])


@pytest.mark.parametrize("operation", SCOPES)
def test_an_operation_tells_its_quota(operation: str, target: Target, needs: Needs, notes: dict[str, Any]) -> None:
    """Every operation may be called a hundred times a minute, as it says where answers tell the quota."""
    needs("steer")
    answer = called(operation, with_app(target, {"quota": "live", "set": ["quota_headers=always"]}))
    notes["checked"] = 1
    assert answer.headers.get("x-ogw-ratelimit-limit") == str(QUOTA)


def test_the_call_after_a_hundred_is_refused(target: Target, law: Law, needs: Needs, notes: dict[str, Any]) -> None:
    """Of a hundred and one calls within a minute the last is refused, whatever the others were answered."""
    needs("steer")
    caller = with_app(target, {"quota": "live"})
    codes = {called("okr.v1.progress_record.get", caller).code for _ in range(QUOTA)}
    answer = called("okr.v1.progress_record.get", caller)
    notes["checked"] = 2
    assert codes == {1001004}
    assert (answer.status, answer.code, list(law.broken(answer))) == (429, 99991400, [])


def test_too_many_calls_are_refused(target: Target, law: Law, needs: Needs, notes: dict[str, Any]) -> None:
    """The call after the last of a window is refused with the seconds to wait; other operations are not; time heals."""
    needs("steer", "isolate")
    caller = target.caller({"quota": 3})
    assert [caller.call(RULES).code for _ in range(3)] == [0, 0, 0]
    answer = caller.call(RULES)
    notes["claims"], notes["checked"] = ["quota_window", "quota_headers"], 5
    assert (answer.status, answer.code, list(law.broken(answer))) == (429, 99991400, [])
    assert answer.headers["x-ogw-ratelimit-limit"] == "3"
    assert 0 < int(answer.headers["x-ogw-ratelimit-reset"]) <= 60
    assert caller.call(PERIODS).code == 0
    advance(caller, 61)
    assert caller.call(RULES).code == 0
