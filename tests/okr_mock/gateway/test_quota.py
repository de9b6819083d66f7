"""Quotas: how many calls of an operation an app may make in a minute of its world."""

import subprocess
import sys
from pathlib import Path

import httpx2
import orjson
import pytest
from starlette.testclient import TestClient

from feishu_okr.contract import Contract
from tests.conftest import RECORDS, TENANT_TOKEN, MakeClient, Serve
from tests.okr_mock.world.test_fixture_file import company

SPENT = b'{"code":99991400,"msg":"request trigger frequency limit"}'
LIMIT, RESET = "x-ogw-ratelimit-limit", "x-ogw-ratelimit-reset"
PERIODS = "/open-apis/okr/v1/periods"


def of(world: str) -> dict[str, str]:
    return {"Authorization": f"Bearer t-dev.{world}"}


def clock(client: TestClient, world: str = "default", **body: object) -> None:
    assert client.put(f"/__admin/clock?world={world}", json=body).status_code == 200


def statuses(client: TestClient, times: int, path: str = f"{RECORDS}/1", **options: dict[str, str]) -> list[int]:
    return [client.get(path, **options).status_code for _ in range(times)]  # type: ignore[arg-type]


@pytest.fixture
def three(make_client: MakeClient) -> TestClient:
    """A client with three calls a minute, in a world that stands still."""
    client = make_client(quota="3", log_level="error")
    clock(client, freeze=True)
    return client


def test_live(make_client: MakeClient) -> None:
    """The call after a hundred in a minute is refused with 429, the bare body and both headers, until the reset."""
    client = make_client(quota="live", log_level="error")
    clock(client, set="2026-10-05T09:00:00Z", freeze=True)
    first = [client.get(f"{RECORDS}/1") for _ in range(100)]
    assert {answer.status_code for answer in first} == {400}
    assert not {LIMIT, RESET} & {name for answer in first for name in answer.headers}
    clock(client, advance=7.5)
    refused = client.get(f"{RECORDS}/1")
    assert (refused.status_code, refused.content) == (429, SPENT)
    assert refused.headers["content-type"] == "application/json"
    assert (refused.headers[LIMIT], refused.headers[RESET]) == ("100", "53")
    clock(client, advance=52)
    assert client.get(f"{RECORDS}/1").headers[RESET] == "1"
    clock(client, advance=1)
    assert statuses(client, 101) == [400] * 100 + [429]
    entry = client.get("/__admin/requests?code=99991400").json()["requests"][0]
    assert (entry["status"], entry["msg"]) == (429, "request trigger frequency limit")


def test_every_operation_is_counted(contract: Contract) -> None:
    """Every operation but those that give tokens allows a hundred calls a minute."""
    for operation in contract.operations.values():
        assert operation.quota == (None if operation.issues_tokens else (100, 60))


def test_short_quota(three: TestClient) -> None:
    """A quota of choice counts in the same way; what is refused changes nothing."""
    answers = [three.delete(f"{RECORDS}/1") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 429, 429]
    assert (answers[3].headers[LIMIT], answers[3].headers[RESET]) == ("3", "60")
    clock(three, advance=60)
    assert three.delete(f"{RECORDS}/1").status_code == 400


def test_recovers_with_a_clock_set_back(three: TestClient) -> None:
    """A world whose clock is set back begins a new minute."""
    assert statuses(three, 4)[-1] == 429
    clock(three, advance=-1)
    assert statuses(three, 4) == [400, 400, 400, 429]


def test_others_are_not_affected(three: TestClient) -> None:
    """Each operation, each world and each app has a quota of its own; a trailing slash does not make another."""
    assert statuses(three, 4)[-1] == 429
    assert three.delete(f"{RECORDS}/1").status_code == 400
    assert statuses(three, 4, PERIODS) == [200, 200, 200, 429]
    assert statuses(three, 4, headers=of("other")) == [400, 400, 400, 429]
    assert three.get(f"{RECORDS}/2").status_code == 429


def test_apps_of_one_world(make_client: MakeClient, tmp_path: Path) -> None:
    """Two apps of one world are counted apart; a new token of the same app is not."""
    fixture = company(apps=[{"id": app, "secret": "s"} for app in ("cli_a", "cli_b")])
    (tmp_path / "default.json").write_bytes(orjson.dumps(fixture))
    client = make_client(quota="3", fixtures=str(tmp_path))
    clock(client, freeze=True)

    def bearer(app: str) -> dict[str, str]:
        token = client.post(TENANT_TOKEN, json={"app_id": app, "app_secret": "s"}).json()["tenant_access_token"]
        return {"Authorization": f"Bearer {token}"}

    first = bearer("cli_a")
    assert statuses(client, 4, f"{RECORDS}/9", headers=first) == [200, 200, 200, 429]
    assert statuses(client, 4, f"{RECORDS}/9", headers=bearer("cli_b")) == [200, 200, 200, 429]
    clock(client, advance=59)
    grant = {"grant_type": "client_credentials", "client_id": "cli_a", "client_secret": "s"}
    token = client.post("/oauth/v3/token", json=grant).json()["access_token"]
    assert statuses(client, 1, f"{RECORDS}/9", headers={"Authorization": f"Bearer {token}"}) == [429]


def test_what_is_not_counted(three: TestClient) -> None:
    """Routes that give tokens, and calls that no app makes, are never refused for their number."""
    for _ in range(5):
        assert three.post(TENANT_TOKEN, json={"app_id": "default", "app_secret": "s"}).json()["code"] == 0
        assert three.get(f"{RECORDS}/1", headers={"Authorization": "Bearer t-unknown"}).json()["code"] == 99991663
        assert three.get("/open-apis/okr/v1/nothing").status_code == 404
    assert statuses(three, 3) == [400] * 3


def test_off_by_default(make_client: MakeClient) -> None:
    """Left alone, calls are not counted, whatever the claims say of headers."""
    client = make_client(set=("quota_headers=always",), log_level="error")
    answers = [client.get(f"{RECORDS}/1") for _ in range(101)]
    assert {answer.status_code for answer in answers} == {400}
    assert LIMIT not in answers[0].headers


def test_headers_always(make_client: MakeClient) -> None:
    """Under the claim, every answer of a counted operation tells the limit and the seconds to its end."""
    client = make_client(quota="3", set=("quota_headers=always",))
    clock(client, freeze=True)
    for advance, reset in ((0, "60"), (10.5, "50"), (40, "10"), (9, "1"), (1, "60")):
        clock(client, advance=advance)
        answer = client.get(PERIODS)
        assert (answer.status_code, answer.headers[LIMIT], answer.headers[RESET]) == (
            (429 if reset == "1" else 200), "3", reset,
        )  # fmt: skip
    assert LIMIT not in client.post(TENANT_TOKEN, json={"app_id": "a", "app_secret": "s"}).headers


@pytest.mark.parametrize(("window", "expected"), [("fixed", [200, 200, 200, 429]), ("sliding", [200, 429, 429, 429])])
def test_windows(make_client: MakeClient, window: str, expected: list[int]) -> None:
    """The claim decides whether a minute begins with its first call or is the one before each call."""
    client = make_client(quota="3", set=(f"quota_window={window}",))
    clock(client, freeze=True)
    assert statuses(client, 1, PERIODS) == [200]
    clock(client, advance=59)
    assert statuses(client, 3, PERIODS) == [200, 200, 429]
    clock(client, advance=1)
    assert statuses(client, 4, PERIODS) == expected


def test_on_the_wire(serve: Serve, http: httpx2.Client) -> None:
    """On a socket the two headers are there as the vendor spells them, and the flag is known."""
    url = serve("--quota", "1")
    http.get(f"{url}{PERIODS}", headers=of("w"))
    refused = http.get(f"{url}{PERIODS}", headers=of("w"))
    assert (refused.status_code, refused.content) == (429, SPENT)
    names = [name for name, _ in refused.headers.raw]
    assert {LIMIT.encode(), RESET.encode()} <= set(names)
    assert 1 <= int(refused.headers[RESET]) <= 60


@pytest.mark.parametrize("value", ["many", "0", "-1", "1.5", ""])
def test_wrong_quota(value: str) -> None:
    """A quota that is none of its forms ends the command with one line and exit code 2."""
    command = [sys.executable, "-m", "okr_mock", "serve", "--port", "0", "--quota", value]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("okr-mock: --quota ")
    assert done.stderr.endswith(": say off, live, or a number of calls a minute\n")
    assert done.stderr.count("\n") == 1
