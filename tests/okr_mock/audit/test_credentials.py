import pytest

from feishu_okr.contract import Contract
from tests.conftest import RECORDS, TENANT_TOKEN, MakeClient
from tests.okr_mock.audit.conftest import Caller, at_once, evidence


def test_a_refused_token_is_used_on(caller: Caller) -> None:
    """A token that was refused and comes again is found, be the call the same or another."""
    token = caller.token()
    caller.meet({"expire_token": True})
    assert [caller.create(title, token=token) for title in ("1", "2", "3")] == [99991663] * 3
    assert caller.found() == {"dead_token": [2, 3, 4]}


def test_a_new_token_ends_the_matter(caller: Caller) -> None:
    """Who gets a new token after the refusal is left alone, even if the API gives the same text again."""
    token = caller.token()
    caller.meet({"error": "tenant_token_invalid"})
    assert caller.create("1", token=token) == 99991663
    assert caller.token() == token
    assert caller.create("1", token=token) == 0
    assert caller.found() == {}


def test_a_token_for_each_call(caller: Caller) -> None:
    """Three tokens with one call after each are a habit; two are not."""
    for title in ("1", "2"):
        caller.create(title, token=caller.token())
    assert caller.found() == {}
    caller.create("3", token=caller.token())
    assert caller.found() == {"token_per_call": [3, 5]}


def test_tokens_that_are_kept(caller: Caller) -> None:
    """Workers that each get a token and keep it, and tokens that are renewed after a refusal, are no habit."""
    tokens = [caller.token() for _ in range(4)]
    for number, token in enumerate(tokens * 2):
        caller.create(str(number), token=token)
    caller.meet(*[{"expire_token": True}] * 3)
    for number in range(3):
        caller.create(f"later {number}", token=caller.token())
    assert "token_per_call" not in caller.found()


@pytest.mark.parametrize("token", ["", "undefined", "None"])
def test_a_refused_token_request_is_taken_for_success(make_client: MakeClient, contract: Contract, token: str) -> None:
    """A call without a valid token right after a token route refused with HTTP 200 is found; a corrected one is not."""
    http = make_client(auth="strict")
    refused = http.post(TENANT_TOKEN, json={"app_id": "nobody", "app_secret": "s"})
    assert refused.status_code == 200
    http.get(f"{RECORDS}/1", headers={"Authorization": f"Bearer {token}".strip()})
    first, second = at_once(http.get("/__admin/requests?world=-").json()["requests"])
    found = evidence(contract, [first, second | {"time": first["time"]}])
    assert found == {"refusal_taken_for_success": [1, 2]}


def test_a_record_that_never_was(caller: Caller, contract: Contract) -> None:
    """A call to the id `undefined` right after a create that was refused with HTTP 200 is found."""
    caller.freeze()
    caller.meet({"respond": {"status": 200, "body": {"code": 1001002, "msg": "no"}, "violates": True}})
    assert caller.create() == 1001002
    caller.get(f"{RECORDS}/undefined")
    assert evidence(contract, at_once(caller.exchanges())) == {"refusal_taken_for_success": [1, 2]}


def test_another_program_is_no_chain(caller: Caller) -> None:
    """Another user agent, and a caller that stops after the refusal, have taken nothing for success."""
    caller.meet({"respond": {"status": 200, "body": {"code": 1001002, "msg": "no"}, "violates": True}})
    caller.create()
    caller.http.get(f"{RECORDS}/undefined", headers=caller.headers | {"User-Agent": "other"})
    caller.look()
    assert caller.found() == {}


def test_a_fingerprint_tells_nothing(caller: Caller) -> None:
    """Tokens have fingerprints that differ by token, stay the same in a run, and are of no use elsewhere."""
    caller.create("1")
    caller.create("2")
    caller.get(f"{RECORDS}/1", f"u-dev.{caller.world}")
    prints = [one["token"] for one in caller.exchanges()]
    assert prints[0] == prints[1] != prints[2]
    assert all(len(text) == 8 and int(text, 16) >= 0 for text in prints)
