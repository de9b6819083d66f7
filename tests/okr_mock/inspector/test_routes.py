import orjson
import pytest
from openapi_spec_validator import validate
from starlette.testclient import TestClient

from tests.conftest import RECORDS, Body, MakeClient


def codes(client: TestClient, query: str = "") -> list[int]:
    return [entry["code"] for entry in client.get(f"/__admin/requests?{query}").json()["requests"]]


@pytest.fixture
def busy(client: TestClient, create_body: Body) -> TestClient:
    """A client that has made four calls."""
    record = client.post(RECORDS, json=create_body).json()["data"]["progress_id"]
    client.post(RECORDS, json={})
    client.get(f"{RECORDS}/1")
    client.get(f"{RECORDS}/{record}")
    return client


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [0, 1001001, 1001004, 0]),
        ("operation=okr.v1.progress_record.create", [0, 1001001]),
        ("code=1001004", [1001004]),
        ("status=200", [0, 0]),
        ("since=2", [1001004, 0]),
        ("since=2&status=400", [1001004]),
        ("world=other", []),
    ],
)
def test_filters(busy: TestClient, query: str, expected: list[int]) -> None:
    """The journal can be asked by world, operation, code, status and exchange number."""
    assert codes(busy, query) == expected


@pytest.mark.parametrize("query", ["code=x", "since=1.5", "colour=red"])
def test_wrong_filters(client: TestClient, query: str) -> None:
    """A filter that is none, or no number, is an error that says so."""
    answer = client.get(f"/__admin/requests?{query}")
    assert answer.status_code == 400
    assert query.split("=")[0] in answer.json()["error"]


def test_exports(busy: TestClient) -> None:
    """The journal comes as NDJSON and as an HTTP archive too, with the same filters."""
    lines = busy.get("/__admin/requests?format=ndjson&status=400").text.splitlines()
    assert [orjson.loads(line)["code"] for line in lines] == [1001001, 1001004]
    archive = busy.get("/__admin/requests?format=har").json()["log"]
    assert [entry["response"]["status"] for entry in archive["entries"]] == [200, 400, 400, 200]
    assert archive["entries"][0]["request"]["url"] == f"http://localhost{RECORDS}"
    assert busy.get("/__admin/requests?format=xml").status_code == 400


def test_clear_and_reset(busy: TestClient, create_body: Body) -> None:
    """DELETE forgets the exchanges of one world and nothing else; reset returns the world to its fixture."""
    other = {"Authorization": "Bearer t-dev.other"}
    busy.post(RECORDS, json=create_body, headers=other)
    record = busy.post(RECORDS, json=create_body).json()["data"]["progress_id"]
    busy.request("DELETE", "/__admin/requests", json={})
    assert codes(busy) == []
    assert codes(busy, "world=other") == [0]
    assert busy.get(f"{RECORDS}/{record}").json()["code"] == 0
    busy.post("/__admin/reset?world=default", json={})
    assert busy.get(f"{RECORDS}/{record}").json()["code"] == 1001004
    assert codes(busy, "world=other") == [0]
    assert busy.get("/__admin/requests").json()["requests"][0]["n"] == 1


def test_eviction_is_told(make_client: MakeClient) -> None:
    """A journal that has lost exchanges says how many."""
    client = make_client(journal_exchanges=2)
    for _ in range(5):
        client.get(f"{RECORDS}/1")
    page = client.get("/__admin/requests").json()
    assert (page["evicted"], page["total"], [entry["n"] for entry in page["requests"]]) == (3, 2, [4, 5])


@pytest.mark.parametrize("profile", ["documented", "gateway"])
def test_openapi(make_client: MakeClient, profile: str) -> None:
    """The served document is valid and shows what the active profile accepts."""
    document = make_client(profile=profile).get("/openapi.json").json()
    validate(document)
    red = document["components"]["schemas"]["Color"]["properties"]["red"]
    assert ("maximum" in red) == (profile == "documented")


def test_about(make_client: MakeClient) -> None:
    """The server tells its version, profile and switches, and no key."""
    answer = make_client(profile="gateway", token_key="hush").get("/__admin/version")
    assert answer.json()["switches"]["message_family"] == "short"
    assert "hush" not in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health(client: TestClient, path: str) -> None:
    """Health routes want no token and stand in no journal."""
    assert client.get(path, headers={"Authorization": ""}).status_code == 200
    assert client.head(path).status_code == 200
    assert codes(client, "world=-") == []


def test_wrong_method(client: TestClient) -> None:
    """A control route asked with a wrong method says which it takes."""
    answer = client.get("/__admin/reset")
    assert (answer.status_code, answer.json()["error"]) == (405, "GET is not for this route; it takes POST")
