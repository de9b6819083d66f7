import pytest

from okr_mock.gateway.tokens import LIFE, REFRESH_LIFE
from tests.conftest import RECORDS, Body
from tests.okr_mock.operations.conftest import Small, moved
from tests.okr_mock.operations.test_oauth import ROUTES, SCOPES, V2, WORLD, ask, by_code, code_with, refreshed, refused


@pytest.mark.parametrize("route", ROUTES)
def test_refresh(small: Small, route: str) -> None:
    """A refresh token gets the next pair once; both access tokens live on and each pair is new."""
    client = small(WORLD)
    first = by_code(client, route=route).json()
    second = refreshed(client, first["refresh_token"], route).json()
    assert second["scope"] == first["scope"]
    assert len({first["access_token"], first["refresh_token"], second["access_token"], second["refresh_token"]}) == 4
    assert [code_with(client, pair["access_token"]) for pair in (first, second)] == [1001004, 1001004]
    refused(refreshed(client, first["refresh_token"], route), 20073)
    assert refreshed(client, second["refresh_token"], route).json()["code"] == 0


def test_refresh_token_is_no_access_token(small: Small) -> None:
    """A refresh token admits nobody, and an access token refreshes nothing."""
    client = small(WORLD)
    pair = by_code(client).json()
    assert code_with(client, pair["refresh_token"]) == 99991668
    tenant = ask(client, "client_credentials").json()["access_token"]
    for token in (pair["access_token"], tenant, "u-dev", "x", pair["refresh_token"][:-2]):
        refused(refreshed(client, token), 20026)
    for token in ("", None):
        refused(ask(client, "refresh_token", refresh_token=token), 20001)


@pytest.mark.parametrize("client_id", ["cli_sibling", "cli_users", "cli_undeclared"])
def test_refresh_token_of_another_client(small: Small, client_id: str) -> None:
    """A refresh token belongs to the client it was issued to, be the other in the same world or not."""
    client = small(WORLD)
    token = by_code(client).json()["refresh_token"]
    refused(refreshed(client, token, client_id=client_id), 20024)
    assert refreshed(client, token).json()["code"] == 0


def test_tokens_expire(small: Small) -> None:
    """Access and refresh token live two hours and a week on the world's clock."""
    client = small(WORLD)
    moved(client, 0)
    pair = by_code(client).json()
    moved(client, LIFE - 1)
    assert code_with(client, pair["access_token"]) == 1001004
    moved(client, 1)
    assert code_with(client, pair["access_token"]) == 99991668
    moved(client, REFRESH_LIFE - LIFE - 1)
    later = refreshed(client, pair["refresh_token"]).json()
    moved(client, REFRESH_LIFE)
    refused(refreshed(client, later["refresh_token"]), 20037)


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("okr:okr", "okr:okr"),
        ("okr:okr:readonly  okr:okr", "okr:okr okr:okr:readonly"),
        ("", " ".join(sorted(SCOPES))),
        ("  ", " ".join(sorted(SCOPES))),
        (None, " ".join(sorted(SCOPES))),
    ],
)
def test_scopes_narrow(small: Small, asked: str | None, granted: str) -> None:
    """Scopes that are asked for narrow the token, at the code and at the refresh; none asked for are all granted."""
    client = small(WORLD)
    assert by_code(client, "planted-code-some", scope=asked).json()["scope"] == granted
    client.post("/__admin/reset", json={})
    token = by_code(client, "planted-code-some").json()["refresh_token"]
    assert refreshed(client, token, scope=asked).json()["scope"] == granted


def test_scopes_do_not_widen(small: Small) -> None:
    """What was once narrowed stays so: the next refresh cannot ask for more."""
    client = small(WORLD)
    pair = by_code(client, "planted-code-some", scope="okr:okr:readonly offline_access").json()
    refused(refreshed(client, pair["refresh_token"], scope="okr:okr offline_access"), 20068)
    again = refreshed(client, pair["refresh_token"]).json()
    assert again["scope"] == "offline_access okr:okr:readonly"


def test_scopes_count(small: Small, create_body: Body) -> None:
    """A narrowed token may do what its scopes allow and no more."""
    client = small(WORLD)
    token = by_code(client, scope="okr:okr:readonly offline_access").json()["access_token"]
    assert code_with(client, token) == 1001004
    answer = client.post(RECORDS, json=create_body, headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["code"] == 99991679


def test_refresh_tokens_of_the_routes(small: Small) -> None:
    """The v3 route takes refresh tokens of both routes, the v2 route its own only."""
    client = small(WORLD)
    older, newer = by_code(client, route=V2).json(), by_code(client, "planted-code-some").json()
    assert refreshed(client, older["refresh_token"]).json()["code"] == 0
    refused(refreshed(client, newer["refresh_token"], V2), 20026)


def test_refresh_token_wants_offline_access(small: Small) -> None:
    """Where the person did not grant `offline_access` there is no refresh token; who granted everything has one."""
    client = small(WORLD)
    body = by_code(client, "planted-code-some", scope="okr:okr").json()
    assert (body["code"], body["scope"]) == (0, "okr:okr")
    assert body.keys().isdisjoint({"refresh_token", "refresh_token_expires_in"})
    assert "offline_access" in by_code(client).json()["scope"].split()
