"""Tokens as the gateway judges them, before anything else of the call."""

from typing import ClassVar

import pytest

from feishu_okr.contract import Contract
from okr_mock.gateway.admission import Admission, Caller
from okr_mock.gateway.envelope import Refusal
from okr_mock.gateway.tokens import Signer, Token
from okr_mock.world.start import Start, Starts
from okr_mock.world.turn import open_turn
from tests.conftest import RECORDS, TENANT_TOKEN, Body, MakeClient

MISSING = "Missing access token for authorization. Please make a request with token attached."
INVALID = "Invalid access token for authorization. Please make a request with token attached."


@pytest.mark.parametrize(
    ("header", "code", "msg"),
    [
        ("", 99991661, MISSING),
        ("t-dev", 99991661, MISSING),
        ("Bearer ", 99991661, MISSING),
        ("Basic dXNlcjpwYXNz", 99991661, MISSING),
        ("Bearer t-0123456789", 99991663, INVALID),
        ("Bearer u-0123456789", 99991668, INVALID),
        ("Bearer eyJhbGciOiJIUzI1NiJ9.e30.x", 99991668, INVALID),
        ("Bearer anything", 99991668, INVALID),
    ],
)
def test_refused_tokens(make_client: MakeClient, header: str, code: int, msg: str) -> None:
    """A missing, malformed or unknown token gets the gateway's code by its prefix, before the body is looked at."""
    answer = make_client().post(RECORDS, content=b"{", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"], answer.json()["msg"]) == (400, code, msg)
    assert answer.json()["error"]["log_id"] == answer.headers["x-tt-logid"]


def test_no_header_at_all(make_client: MakeClient) -> None:
    """Without the header the token is missing."""
    client = make_client()
    del client.headers["Authorization"]
    assert client.get(f"{RECORDS}/1").json()["code"] == 99991661


def test_expired_token_names_its_world(make_client: MakeClient) -> None:
    """An expired token is refused, and the call still stands in the journal of its world."""
    client = make_client(token_key="k")
    token = Signer(b"k").write(Token("tenant", "cli_old", "cli_old", 0, 1_700_000_000))
    answer = client.get(f"{RECORDS}/1", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["code"] == 99991663
    journal = client.get("/__admin/requests", params={"world": "cli_old"}).json()
    assert [entry["code"] for entry in journal["requests"]] == [99991663]


def test_tokens_survive_a_restart(make_client: MakeClient) -> None:
    """A token of one emulator is good for the next one with the same seed, and for no other."""
    token = make_client().post(TENANT_TOKEN, json={"app_id": "cli_a", "app_secret": "s"}).json()["tenant_access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert make_client().get(f"{RECORDS}/1", headers=headers).json()["code"] == 1001004
    assert make_client(seed=1).get(f"{RECORDS}/1", headers=headers).json()["code"] == 99991663


def test_auth_off(make_client: MakeClient, create_body: Body) -> None:
    """Without authentication the vendor's curl with its empty header works, and so does any junk."""
    client = make_client(auth="off")
    for header in ("", "Bearer junk"):
        assert client.post(RECORDS, json=create_body, headers={"Authorization": header}).json()["code"] == 0


class TestStrict:
    """Only declared apps get a token."""

    APP: ClassVar = {"app_id": "cli_a1b2c3d4e5f60718", "app_secret": "dskLLdkasdjlasdKK"}

    def test_declared_app(self, make_client: MakeClient) -> None:
        """A declared app with its secret gets a token that works."""
        client = make_client(auth="strict")
        token = client.post(TENANT_TOKEN, json=self.APP).json()["tenant_access_token"]
        assert client.get(f"{RECORDS}/1", headers={"Authorization": f"Bearer {token}"}).json()["code"] == 1001004

    @pytest.mark.parametrize(
        ("change", "msg"),
        [({"app_id": "cli_other"}, "app id not exists"), ({"app_secret": "wrong"}, "app secret invalid")],
    )
    def test_refused_app(self, make_client: MakeClient, change: dict[str, str], msg: str) -> None:
        """An unknown app and a wrong secret are told apart only by the text; the status is 200."""
        answer = make_client(auth="strict").post(TENANT_TOKEN, json=self.APP | change)
        assert (answer.status_code, answer.json()) == (200, {"code": 10014, "msg": msg})

    def test_wrong_secret_status(self, make_client: MakeClient) -> None:
        """The claim `wrong_secret_status` changes the status."""
        client = make_client(auth="strict", set=("wrong_secret_status=400",))
        assert client.post(TENANT_TOKEN, json=self.APP | {"app_secret": "wrong"}).status_code == 400

    def test_no_development_tokens(self, make_client: MakeClient) -> None:
        """Development tokens are unknown tokens here."""
        assert make_client(auth="strict").get(f"{RECORDS}/1").json()["code"] == 99991663


def test_earlier_generation(contract: Contract, start: Start) -> None:
    """A token of an earlier generation of its world is refused as an expired one is."""
    admission = Admission(Signer(b"k"), "open", Starts(start, {}))
    operation = contract.operations["okr.v1.progress_record.get"]
    caller = Caller("w", Token("tenant", "w", "w", 0, 2**40))
    admission.admit(caller, operation, open_turn("w", 1, 0, start))
    with pytest.raises(Refusal, match="tenant_token_invalid"):
        admission.admit(caller, operation, open_turn("w", 1, 0, start, generation=1))
