from pathlib import Path

import orjson
import pytest
from starlette.testclient import TestClient

from tests.conftest import RECORDS, TENANT_TOKEN, Body, MakeClient

SECRET = "SeCrEt-4711-dskLLdkasdjlasdKK"


def entries(client: TestClient, world: str) -> list[Body]:
    found: list[Body] = client.get("/__admin/requests", params={"world": world}).json()["requests"]
    return found


def test_exchange_tells_the_call(client: TestClient, create_body: Body) -> None:
    """An exchange holds what was asked and answered, and when."""
    answer = client.post(f"{RECORDS}?user_id_type=open_id", json=create_body)
    (entry,) = entries(client, "default")
    assert entry["operation"] == "okr.v1.progress_record.create"
    assert (entry["n"], entry["world"], entry["method"], entry["path"]) == (1, "default", "POST", RECORDS)
    assert entry["query"] == [["user_id_type", "open_id"]]
    assert (entry["request"], entry["answer"]) == (create_body, answer.json())
    assert (entry["status"], entry["code"], entry["log_id"]) == (200, 0, answer.headers["x-tt-logid"])
    assert entry["headers"]["content-type"] == "application/json"
    assert entry["duration_us"] > 0


def test_exact_pointers(client: TestClient, create_body: Body) -> None:
    """The journal keeps a violation's exact place, with indices, where the caller sees [*]."""
    element = {"type": "textRun", "textRun": {"text": 5}}
    blocks = [{"type": "paragraph", "paragraph": {"elements": [element, element]}}]
    answer = client.post(RECORDS, json=create_body | {"content": {"blocks": blocks}}).json()
    assert len(answer["error"]["field_violations"]) == 1
    (entry,) = entries(client, "default")
    assert [violation["pointer"] for violation in entry["violations"]] == [
        f"/content/blocks/0/paragraph/elements/{index}/textRun/text" for index in (0, 1)
    ]


@pytest.mark.parametrize(
    "content",
    [
        f'{{"app_id": "cli_a", "app_secret": "{SECRET}"}}',
        f'{{"app_id": "a b", "app_secret": "{SECRET}"}}',
        f'{{"app_id": "cli_a", "app_secret": ["{SECRET}"]}}',
        f'{{"app_id": "cli_a", "app_secret": "{SECRET}"',
        f'{{"app_id": "cli_a", "client_secret": {{"x": "{SECRET}"}}}}',
    ],
)
def test_no_secret_in_the_journal(make_client: MakeClient, capfd: pytest.CaptureFixture[str], content: str) -> None:
    """Secrets and tokens of the token routes are in no journal and on no terminal, however malformed the call."""
    client = make_client()
    token = client.post(TENANT_TOKEN, content=content).json().get("tenant_access_token", "none was issued")
    kept = (
        client.get("/__admin/requests", params={"world": "cli_a"}).text + client.get("/__admin/requests?world=-").text
    )
    printed = "".join(capfd.readouterr())
    for text in (kept, printed):
        assert SECRET not in text
        assert token not in text


@pytest.mark.parametrize(
    "path", [RECORDS, f"{RECORDS}/{{token}}", "/open-apis/unknown?access_token={token}", "/{token}"]
)
def test_no_token_in_the_journal(make_client: MakeClient, create_body: Body, path: str) -> None:
    """A caller's token is not kept, wherever the caller put it."""
    client = make_client()
    token = client.post(TENANT_TOKEN, json={"app_id": "cli_a", "app_secret": "s"}).json()["tenant_access_token"]
    headers = {"Authorization": f"Bearer {token}", "Cookie": SECRET}
    body = create_body | {
        "source_title": token,
        "source_url": {"password": SECRET},
        "access_token": SECRET,
        "nested": {"app_secret": SECRET},
    }
    client.post(path.format(token=token), json=body, headers=headers)
    kept = client.get("/__admin/requests", params={"world": "cli_a"}).text
    assert kept.count('"n":') == 2
    assert token not in kept
    assert SECRET not in kept


def test_bodies_of_unknown_paths_are_not_kept(client: TestClient) -> None:
    """What is sent to a path that is no operation may be anything; it is not kept."""
    client.post("/open-apis/auth/v3/tenant_access_token", json={"app_id": "cli_a", "anything": SECRET})
    (entry,) = entries(client, "default")
    assert (entry["request"], entry["request_bytes"] > 0) == (None, True)


def test_huge_bodies_are_named_by_size(client: TestClient, create_body: Body) -> None:
    """A body of a megabyte is stored in the world but not in the journal."""
    assert client.post(RECORDS, json=create_body | {"source_title": "x" * 1_000_000}).json()["code"] == 0
    (entry,) = entries(client, "default")
    assert entry["request"] == f"[{entry['request_bytes']} bytes, not kept]"


def test_journal_file(make_client: MakeClient, create_body: Body, tmp_path: Path) -> None:
    """Every exchange is in the journal file before the caller has its answer, and no token is."""
    path = tmp_path / "journal.ndjson"
    client = make_client(journal_file=str(path))
    token = client.post(TENANT_TOKEN, json={"app_id": "cli_a", "app_secret": SECRET}).json()["tenant_access_token"]
    client.post(RECORDS, json=create_body, headers={"Authorization": f"Bearer {token}"})
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert [line["operation"] for line in lines][1] == "okr.v1.progress_record.create"
    assert token not in path.read_text()
    assert SECRET not in path.read_text()


@pytest.mark.parametrize(
    ("token", "number"),
    [
        (',"operation":"okr.v1', "1"),
        ("7043693679567028244", "7043693679567028244"),
        ("e1000000000000000", "0e1000000000000000"),
    ],
)
def test_hiding_a_token_never_tears_the_journal(client: TestClient, token: str, number: str) -> None:
    """Whatever a caller gives for a token, and wherever it stands again, the journal stays JSON."""
    body = f'{{"target_id": {number}, "x": "{token[1:5]}"}}'
    client.post(RECORDS, content=body, headers={"Authorization": f"Bearer {token}"})
    assert len(entries(client, "-")) == 1
    assert client.get("/__admin/requests?world=-&format=har").status_code == 200
