from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from okr_mock.gateway.tokens import LIFE, REFRESH_LIFE
from tests.conftest import EXAMPLES, RECORDS, TENANT_TOKEN, Body
from tests.okr_mock.operations.conftest import OAUTH, A, B, Fresh, Small

V2 = "/open-apis/authen/v2/oauth/token"
ROUTES = [OAUTH, V2]
SECRET = "planted-client-secret"
HOME = "cli_home"
SCOPES = ["okr:okr", "okr:okr:readonly", "offline_access"]
WORLD: Body = {
    "apps": [
        {"id": HOME, "secret": SECRET},
        {"id": "cli_sibling", "secret": SECRET},
        {"id": "cli_users", "secret": SECRET, "tokens": ["user"]},
        {"id": "cli_tenants", "secret": SECRET, "tokens": ["tenant"]},
    ],
    "codes": [
        {"code": "planted-code-all", "user": A},
        {"code": "planted-code-some", "user": B, "scopes": SCOPES},
        {"code": "planted-code-spent", "user": A, "used": True},
        {"code": "planted-code-there", "user": A, "redirect_uri": "https://example.com/back"},
    ],
}
REFUSALS = {
    20001: "invalid_request",
    20002: "invalid_client",
    20003: "invalid_grant",
    20010: "invalid_grant",
    20024: "invalid_grant",
    20026: "invalid_grant",
    20036: "unsupported_grant_type",
    20037: "invalid_grant",
    20048: "invalid_client",
    20049: "invalid_grant",
    20064: "invalid_grant",
    20065: "invalid_grant",
    20067: "invalid_scope",
    20068: "invalid_scope",
    20071: "invalid_grant",
    20073: "invalid_grant",
}


def ask(client: TestClient, grant: str, route: str = OAUTH, **fields: Any) -> Any:
    body = {"grant_type": grant, "client_id": HOME, "client_secret": SECRET} | fields
    return client.post(route, json={name: value for name, value in body.items() if value is not None})


def by_code(client: TestClient, code: str = "planted-code-all", route: str = OAUTH, **fields: Any) -> Any:
    return ask(client, "authorization_code", route, code=code, **fields)


def refreshed(client: TestClient, token: str, route: str = OAUTH, **fields: Any) -> Any:
    return ask(client, "refresh_token", route, refresh_token=token, **fields)


def refused(answer: Any, code: int) -> None:
    """Check that a call was refused, in the shape of the OAuth routes."""
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, code)
    assert list(body) == ["code", "error", "error_description"]
    assert body["error"] == REFUSALS[code]
    assert body["error_description"].endswith(".")
    assert answer.headers["content-type"] == "application/json"


def code_with(client: TestClient, token: str) -> int:
    """Call with a token; 1001004 is an admitted call for what is not there."""
    answer: int = client.get(f"{RECORDS}/1", headers={"Authorization": f"Bearer {token}"}).json()["code"]
    return answer


def test_client_credentials(small: Small) -> None:
    """The credentials alone get the tenant's token, the same one that the classic route gives, with four fields."""
    client = small(WORLD)
    body = ask(client, "client_credentials").json()
    assert list(body) == ["access_token", "code", "expires_in", "token_type"]
    assert (body["code"], body["expires_in"], body["token_type"]) == (0, LIFE, "Bearer")
    classic = client.post(TENANT_TOKEN, json={"app_id": HOME, "app_secret": SECRET}).json()
    assert classic["tenant_access_token"] == body["access_token"]
    assert code_with(client, body["access_token"]) == 1001004


def test_forms(small: Small) -> None:
    """The v3 route reads forms as it reads JSON, whatever charset they name; the v2 route reads JSON alone."""
    client = small(WORLD)
    fields = {"grant_type": "client_credentials", "client_id": HOME, "client_secret": SECRET}
    token = client.post(OAUTH, json=fields).json()["access_token"]
    assert client.post(OAUTH, data=fields).json()["access_token"] == token
    content = f"grant_type=client%5Fcredentials&client_id=x&client_id={HOME}&client_secret={SECRET}&extra"
    headers = {"Content-Type": "Application/X-WWW-Form-URLencoded; charset=UTF-8"}
    assert client.post(OAUTH, content=content, headers=headers).json()["access_token"] == token
    refused(client.post(V2, data=fields | {"grant_type": "authorization_code", "code": "planted-code-all"}), 20001)
    refused(client.post(OAUTH, content=content, headers={"Content-Type": "application/json"}), 20001)


@pytest.mark.parametrize("route", ROUTES)
def test_token_of_a_person(small: Small, route: str) -> None:
    """A code gets a JWT of the vendor's length that acts as the person, a refresh token, and the scopes granted."""
    client = small(WORLD)
    body = by_code(client, "planted-code-some", route).json()
    example = orjson.loads((EXAMPLES / "oauth-user-response.json").read_bytes())
    assert list(body) == sorted(example)
    assert body["access_token"].startswith("eyJ")
    assert 1024 <= len(body["access_token"]) <= 2048
    assert (body["expires_in"], body["refresh_token_expires_in"]) == (LIFE, REFRESH_LIFE)
    assert body["scope"] == " ".join(sorted(SCOPES))
    headers = {"Authorization": f"Bearer {body['access_token']}"}
    answer = client.get("/open-apis/okr/v1/okrs/batch_get?okr_ids=21&okr_ids=22", headers=headers).json()
    assert [okr["permission"] for okr in answer["data"]["okr_list"]] == [0, 1]


@pytest.mark.parametrize("route", ROUTES)
def test_code_counts_once(small: Small, route: str) -> None:
    """A code is good for one call, on whichever route; a spent one of the fixture for none."""
    client = small(WORLD)
    assert by_code(client, route=route).json()["code"] == 0
    for again in ROUTES:
        refused(by_code(client, route=again), 20065)
        refused(by_code(client, "planted-code-spent", again), 20065)
    client.post("/__admin/reset", json={})
    assert by_code(client, route=route).json()["code"] == 0


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"code": None}, 20001),
        ({"code": ""}, 20001),
        ({"code": "unknown"}, 20003),
        ({"code": "planted-code-there"}, 20071),
        ({"code": "planted-code-there", "redirect_uri": "https://example.com/back/"}, 20071),
        ({"code": "planted-code-all", "scope": "a a"}, 20067),
        ({"code": "planted-code-some", "scope": "okr:okr okr:okr.content:readonly"}, 20068),
        ({"client_id": "cli_tenants"}, 20010),
        ({"client_id": None}, 20001),
        ({"client_id": "no app"}, 20001),
        ({"client_id": ""}, 20001),
        ({"client_secret": None}, 20001),
        ({"grant_type": None}, 20001),
        ({"grant_type": ""}, 20036),
        ({"grant_type": "password"}, 20036),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"}, 20036),
    ],
)
def test_refused_codes(small: Small, route: str, fields: Body, code: int) -> None:
    """Each mistake of a call with a code has its own refusal, and spends nothing."""
    client = small(WORLD)
    refused(
        ask(client, **{"grant": "authorization_code", "code": "planted-code-all"} | renamed(fields), route=route), code
    )
    assert by_code(client).json()["code"] == 0


def renamed(fields: Body) -> Body:
    """Send a grant type under its name, also an absent one."""
    return {"grant" if name == "grant_type" else name: value for name, value in fields.items()}


def test_v2_route_gives_no_tenant_tokens(small: Small) -> None:
    """The grant `client_credentials` is known to the v3 route alone."""
    refused(ask(small(WORLD), "client_credentials", V2), 20036)


def test_redirect_uri(small: Small) -> None:
    """A code that was issued for an address wants the same again; other codes take any."""
    client = small(WORLD)
    assert by_code(client, "planted-code-there", redirect_uri="https://example.com/back").json()["code"] == 0
    assert by_code(client, redirect_uri="https://example.com/anything").json()["code"] == 0


@pytest.mark.parametrize("route", ROUTES)
def test_strict_mode(small: Small, route: str) -> None:
    """Where apps must be declared, unknown ones and wrong secrets are refused and spend no code."""
    client = small(WORLD, auth="strict")
    refused(by_code(client, route=route, client_id="cli_unknown"), 20048)
    refused(by_code(client, route=route, client_secret="wrong"), 20002)
    refused(by_code(client, route=route, client_secret=""), 20002)
    token = by_code(client, route=route).json()["refresh_token"]
    refused(refreshed(client, token, route, client_secret="wrong"), 20002)
    assert refreshed(client, token, route).json()["code"] == 0


@pytest.mark.parametrize("route", ROUTES)
def test_unknown_code_before_the_secret(small: Small, route: str) -> None:
    """An unknown code is refused before the secret is looked at."""
    refused(by_code(small(WORLD, auth="strict"), "unknown", route, client_secret="wrong"), 20003)


def test_strict_credentials(small: Small) -> None:
    """The credentials are checked for the tenant's token too, and the kinds of token an app may have in any mode."""
    client = small(WORLD, auth="strict")
    refused(ask(client, "client_credentials", client_id="cli_unknown"), 20048)
    refused(ask(client, "client_credentials", client_secret="wrong"), 20002)
    assert ask(client, "client_credentials").json()["code"] == 0
    for auth in ("strict", "open"):
        refused(ask(small(WORLD, auth=auth), "client_credentials", client_id="cli_users"), 20010)
    assert ask(small(WORLD), "client_credentials", client_id="cli_undeclared", client_secret="any").json()["code"] == 0


GARBAGE = [
    b"",
    b"{",
    b"null",
    b"true",
    b"5",
    b'"client_credentials"',
    b"[]",
    b"{}",
    b"\xff\xfe\0\0",
    b'{"grant_type": "client_credentials", "client_id": ["cli_x"], "client_secret": {}}',
    b'{"grant_type": null, "client_id": null, "client_secret": null}',
    b'{"grant_type": "client_credentials", "client_id": "cli_x", "client_secret": 5}',
    b'{"grant_type": 1e400, "client_id": "cli_x", "client_secret": "s"}',
    b'{"grant_type": "client_credentials", "client_id": "cli_x\\n", "client_secret": "s"}',
    b'{"grant_type": "client_credentials", "client_id": "\\u0000", "client_secret": "s"}',
    b'{"a":' * 2000 + b"1" + b"}" * 2000,
    b"[" * 5000,
    b"grant_type=client_credentials&client_id=cli_x",
    b"%ff=%ff&&&==",
    b"--B\r\n\r\n",
]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("media", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_garbage(fresh: Fresh, route: str, media: str) -> None:
    """Whatever comes as a body, and as whatever it is called, is refused as missing a parameter."""
    client = fresh()
    for content in GARBAGE:
        refused(client.post(route, content=content, headers={"Content-Type": media}), 20001)


def test_verifier_without_challenge(small: Small) -> None:
    """A verifier without a challenge at the authorization is refused by the v3 route and let pass by the v2 route."""
    client = small(WORLD)
    refused(by_code(client, code_verifier="v" * 43), 20049)
    assert by_code(client, route=V2, code_verifier="v" * 43).json()["code"] == 0
