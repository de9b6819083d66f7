"""The order of a call's stages, and what reaches no operation."""

import re

import pytest
from starlette.testclient import TestClient

from okr_mock.app import create_app
from okr_mock.call import Call, Handler, Result
from okr_mock.operations import HANDLERS
from okr_mock.settings import Settings
from tests.conftest import RECORDS, TENANT_TOKEN, Body, MakeClient

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
TAKEN = {
    RECORDS: {"POST"},
    f"{RECORDS}/1": {"GET", "PUT", "DELETE"},
    TENANT_TOKEN: {"POST"},
    "/open-apis/okr/v1/none": set[str](),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", TAKEN)
@pytest.mark.parametrize("token", ["Bearer t-dev", "Bearer t-forged", ""])
def test_not_found(client: TestClient, method: str, path: str, token: str) -> None:
    """Unknown paths and wrong methods get a plain-text 404, before any look at the token."""
    if method in TAKEN[path]:
        return
    answer = client.request(method, path, headers={"Authorization": token})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain")
    assert answer.text == ("" if method == "HEAD" else "404 page not found")
    assert "allow" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/", "/open-apis", f"{RECORDS}//", f"{RECORDS}/1/2", "//open-apis", "/%2e%2e/etc/passwd"]
)
def test_unknown_paths(client: TestClient, path: str) -> None:
    """No path near a known one is taken for it, nor redirected to it."""
    assert client.post(path).status_code == 404


def test_unmodelled_operation(client: TestClient) -> None:
    """An operation that the API has and we have not answers as an unknown path, and the journal names it."""
    assert client.get("/open-apis/okr/v2/objectives/5/indicators").status_code == 404
    (entry,) = client.get("/__admin/requests").json()["requests"]
    assert entry["operation"] is None
    assert "okr.v2.objective_indicator.list" in entry["warnings"][0]["text"]


def test_token_before_body(client: TestClient) -> None:
    """The token is judged before the body, and the call stands in the journal that belongs to no world."""
    assert client.post(RECORDS, content=b"{", headers={"Authorization": "Bearer t-no"}).json()["code"] == 99991663
    (entry,) = client.get("/__admin/requests?world=-").json()["requests"]
    assert (entry["world"], entry["code"]) == ("-", 99991663)


def test_contract_before_service(client: TestClient, create_body: Body) -> None:
    """A broken contract is told before an unknown target."""
    assert client.post(RECORDS, json=create_body | {"target_id": "1", "target_type": 9}).json()["code"] == 1001001


@pytest.mark.parametrize(
    ("body", "code", "msg"),
    [
        ({"target_type": "2"}, 9499, 'Invalid parameter type in json: target_type. Invalid parameter value: "2". '
         "Please check and modify accordingly."),
        ({"target_type": 9}, 99992402, "field validation failed"),
        ({"target_id": "1"}, 1001004, "okr data not found"),
    ],
)  # fmt: skip
def test_gateway_profile(make_client: MakeClient, create_body: Body, body: Body, code: int, msg: str) -> None:
    """In the profile `gateway` the newest evidence decides on codes and texts."""
    answer = make_client(profile="gateway").post(RECORDS, json=create_body | body)
    assert (answer.status_code, answer.json()["code"], answer.json()["msg"]) == (400, code, msg)


def test_names_of_a_call(client: TestClient, create_body: Body) -> None:
    """Every answer carries a log id of the vendor's form and a request id, none twice."""
    answers = [client.post(RECORDS, json=create_body), client.post(RECORDS, json={}), client.get("/none")]
    assert all(re.fullmatch(r"20[0-9]{12}[0-9A-F]{20}", answer.headers["x-tt-logid"]) for answer in answers)
    assert len({answer.headers["x-request-id"] for answer in answers}) == 3
    assert answers[1].json()["error"]["log_id"] == answers[1].headers["x-tt-logid"]


async def _boom(_: Call) -> Result:
    raise RuntimeError("planted")


async def _lie(_: Call) -> Result:
    return Result({"progress_id": 5}, {("progress_record", "5"): b"{}"})


@pytest.mark.parametrize("handler", [_boom, _lie])
def test_our_bugs_are_loud(create_body: Body, caplog: pytest.LogCaptureFixture, handler: Handler) -> None:
    """A failure of ours, or an answer that breaks the contract, is 500/1009999 for the caller and loud for us."""
    app = create_app(Settings(), handlers={**HANDLERS, "okr.v1.progress_record.create": handler})
    client = TestClient(app, headers={"Authorization": "Bearer t-dev"})
    answer = client.post(RECORDS, json=create_body)
    assert (answer.status_code, answer.json()["code"]) == (500, 1009999)
    assert answer.json()["error"]["log_id"] in caplog.text
    assert "Traceback" in caplog.text
    assert client.get(f"{RECORDS}/5").json()["code"] == 1001004
