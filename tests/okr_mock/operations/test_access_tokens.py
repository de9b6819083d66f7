import pytest
from starlette.testclient import TestClient

from okr_mock.app import create_app
from okr_mock.gateway.tokens import LIFE, RENEWAL, Signer
from okr_mock.settings import Settings
from tests.conftest import RECORDS, TENANT_TOKEN, MakeClient

APP_TOKEN = "/open-apis/auth/v3/app_access_token/internal"
APP = {"app_id": "cli_a1b2c3", "app_secret": "s"}


def test_tenant_token(make_client: MakeClient) -> None:
    """The token and its life stand at the top level, keys sorted, and the token works."""
    client = make_client()
    answer = client.post(TENANT_TOKEN, json=APP)
    body = answer.json()
    assert list(body) == ["code", "expire", "msg", "tenant_access_token"]
    assert (body["code"], body["expire"], body["msg"]) == (0, LIFE, "ok")
    headers = {"Authorization": f"Bearer {body['tenant_access_token']}"}
    assert client.get(f"{RECORDS}/1", headers=headers).json()["code"] == 1001004


def test_app_token(make_client: MakeClient) -> None:
    """The app route answers the tenant token under both names."""
    client = make_client()
    body = client.post(APP_TOKEN, json=APP).json()
    assert list(body) == ["app_access_token", "code", "expire", "msg", "tenant_access_token"]
    assert (
        body["app_access_token"]
        == body["tenant_access_token"]
        == client.post(TENANT_TOKEN, json=APP).json()["tenant_access_token"]
    )


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"app_id":"cli_a"}', b'{"app_id":"","app_secret":"s"}',
    b'{"app_id":"a b","app_secret":"s"}', b'{"app_id":5,"app_secret":"s"}', b'{"app_id":"cli_a","app_secret":""}',
    '{"app_id":"应用","app_secret":"s"}'.encode(), b'{"app_id":"' + b"x" * 65 + b'","app_secret":"s"}'])  # fmt: skip
def test_malformed_credentials(make_client: MakeClient, content: bytes) -> None:
    """Malformed credentials get HTTP 200, code 10003 and an empty data."""
    answer = make_client().post(TENANT_TOKEN, content=content)
    assert (answer.status_code, answer.json()) == (200, {"code": 10003, "data": {}, "msg": "invalid param"})


@pytest.mark.parametrize("path", [TENANT_TOKEN, f"{TENANT_TOKEN}/"])
def test_trailing_slash(make_client: MakeClient, path: str) -> None:
    """The route works with a trailing slash, without a redirect."""
    assert make_client().post(path, json=APP).json()["code"] == 0


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1_700_000_000_000

    def __call__(self) -> int:
        return self.now

    def wait(self, seconds: int) -> None:
        self.now += seconds * 1000


def test_life_of_a_token() -> None:
    """The same token comes back while half an hour remains; then a new one, and the old one lives on to its end."""
    clock = Clock()
    with TestClient(create_app(Settings(token_key="k"), clock=clock)) as client:
        first = client.post(TENANT_TOKEN, json=APP).json()
        clock.wait(LIFE - RENEWAL)
        again = client.post(TENANT_TOKEN, json=APP).json()
        assert (again["tenant_access_token"], again["expire"]) == (first["tenant_access_token"], RENEWAL)
        clock.wait(1)
        second = client.post(TENANT_TOKEN, json=APP).json()
        assert second["tenant_access_token"] != first["tenant_access_token"]
        assert second["expire"] == LIFE

        def code(token: str) -> int:
            answer: int = client.get(f"{RECORDS}/1", headers={"Authorization": f"Bearer {token}"}).json()["code"]
            return answer

        clock.wait(RENEWAL - 2)
        assert code(first["tenant_access_token"]) == 1001004
        clock.wait(1)
        assert code(first["tenant_access_token"]) == 99991663
        assert code(second["tenant_access_token"]) == 1001004


def test_token_says_what_it_is(make_client: MakeClient) -> None:
    """A token carries kind, app, world, generation and expiry."""
    token = Signer(b"k").read(make_client(token_key="k").post(TENANT_TOKEN, json=APP).json()["tenant_access_token"])
    assert token is not None
    assert (token.kind, token.app, token.world, token.generation) == ("tenant", "cli_a1b2c3", "cli_a1b2c3", 0)
