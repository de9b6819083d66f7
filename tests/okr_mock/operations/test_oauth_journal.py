import orjson
import pytest
from starlette.testclient import TestClient

from tests.okr_mock.operations.conftest import OAUTH, Small, journal
from tests.okr_mock.operations.test_oauth import HOME, ROUTES, SECRET, WORLD, ask, by_code, refreshed, refused


def told(client: TestClient) -> str:
    """Read everything that any journal says."""
    worlds = [world["name"] for world in client.get("/__admin/worlds").json()["worlds"]]
    return "".join(orjson.dumps(journal(client, world)).decode() for world in [*worlds, "-"])


@pytest.mark.parametrize("auth", ["open", "strict"])
def test_journal_keeps_no_secret(small: Small, auth: str) -> None:
    """No secret, code, verifier or token of a call, carried out or refused, is in a journal."""
    client = small(WORLD, auth=auth)
    pair = by_code(client).json()
    tokens = [pair["access_token"], pair["refresh_token"], ask(client, "client_credentials").json()["access_token"]]
    refreshed(client, pair["refresh_token"])
    refreshed(client, pair["refresh_token"], scope="a a")
    by_code(client, code="planted-code-some", code_verifier="planted-verifier")
    for odd in ([SECRET, "planted-code-some"], {"x": SECRET, "code": "planted-code-some"}, 5):
        ask(client, "authorization_code", client_secret=odd, code=odd)
    fields = {"grant_type": "authorization_code", "client_id": HOME, "client_secret": SECRET}
    for route in ROUTES:
        client.post(route, data=fields | {"code": "planted-code-some", "code_verifier": "planted-verifier"})
        client.post(route, content=orjson.dumps(fields | {"refresh_token": pair["refresh_token"]})[:-1])
    text = told(client)
    assert '"operation":"oauth.v3.token"' in text
    assert "planted" not in text
    assert not [token for token in tokens if token in text]


@pytest.mark.parametrize(
    "content",
    [
        b'{"grant_type": "authorization_code", "code": "planted-code-some"',
        b'[{"grant_type": "authorization_code", "code": "planted-code-some"}]',
        b"grant_type=authorization_code&client_id=cli_x&code=planted-code-some",
    ],
)
@pytest.mark.parametrize("route", ROUTES)
def test_journal_keeps_no_code_of_a_broken_body(small: Small, route: str, content: bytes) -> None:
    """A code that came in a body nobody could read is not kept either."""
    client = small(WORLD)
    refused(client.post(route, content=content), 20001)
    assert "planted" not in told(client)


def test_journal_keeps_no_code_of_a_query(small: Small) -> None:
    """A code that was put into the query by mistake is not kept."""
    client = small(WORLD)
    client.post(f"{OAUTH}?code=planted-code-some&client_secret={SECRET}", json={})
    assert "planted" not in told(client)
