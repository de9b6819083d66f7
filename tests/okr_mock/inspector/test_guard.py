import pytest

from tests.conftest import MakeClient

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:6570", "[::1]:6570", "mock:6570", "MOCK", "okr.internal:1"])
def test_known_hosts(make_client: MakeClient, host: str) -> None:
    """Loopback, `mock` and hosts that are allowed may ask."""
    client = make_client(allowed_host=("okr.internal",))
    assert client.get("/__admin/version", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "[::2]", "127.0.0.1.evil.example:80"])
def test_unknown_hosts(make_client: MakeClient, host: str) -> None:
    """A name that a foreign page has pointed here is refused, with the flag that would allow it."""
    answer = make_client().get("/__admin/version", headers={"Host": host})
    assert answer.status_code == 403
    assert "--allowed-host" in answer.json()["error"]


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", "hush", "Basic hush", "Bearer ünicode"])
def test_token(make_client: MakeClient, authorization: str) -> None:
    """Without the admin token the control routes are closed; the contract and health stay open."""
    client = make_client(admin_token="hush")
    headers = [(b"Authorization", authorization.encode("latin-1"))]
    assert client.get("/__admin/requests", headers=headers).status_code == 401
    assert client.get("/openapi.json", headers=headers).status_code == 200
    assert client.get("/__admin/requests", headers={"Authorization": "Bearer hush"}).status_code == 200


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_what_a_form_can_send(make_client: MakeClient, content_type: str | None) -> None:
    """A call that changes something wants JSON, which no form of another site can send."""
    client = make_client()
    headers = {"Content-Type": content_type} if content_type else {}
    for method, path in (("POST", "/__admin/reset"), ("DELETE", "/__admin/requests")):
        assert client.request(method, path, headers=headers).status_code == 415
        assert client.request(method, path, headers=JSON).status_code == 200


def test_no_cors(make_client: MakeClient) -> None:
    """No answer invites another site's page."""
    answer = make_client().get("/__admin/version", headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_no_admin(make_client: MakeClient) -> None:
    """With --no-admin the control routes are unknown paths; health and contract stay."""
    client = make_client(admin=False)
    assert client.get("/__admin/requests").text == "404 page not found"
    assert client.get("/readyz").status_code == 200
