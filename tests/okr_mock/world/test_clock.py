from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from okr_mock.world.clock import EARLIEST, LATEST, Clock
from tests.conftest import RECORDS, TENANT_TOKEN, Body

TIME = st.integers(EARLIEST, LATEST)
CLOCK = st.builds(Clock, shift=st.integers(-(10**12), 10**12)) | st.builds(Clock, frozen=TIME)


def test_unset() -> None:
    """A clock that nobody set tells the real time."""
    assert Clock().read(1_790_000_000_123) == 1_790_000_000_123


@given(clock=CLOCK, time=TIME, real=TIME, later=st.integers(0, 10**9))
def test_set(clock: Clock, time: int, real: int, later: int) -> None:
    """A clock that is set shows that time and then goes on, unless it stands still."""
    changed = clock.set(time, real)
    assert changed.read(real) == time
    assert changed.read(real + later) == time + (later if clock.frozen is None else 0)


@given(clock=CLOCK, real=TIME, later=st.integers(0, 10**9))
def test_freeze_and_run(clock: Clock, real: int, later: int) -> None:
    """A frozen clock stands at the time it showed; let run again it goes on from there, without a leap."""
    frozen = clock.freeze(real)
    assert frozen.read(real) == frozen.read(real + later) == clock.read(real)
    running = frozen.run(real + later)
    assert running.read(real + later) == clock.read(real)
    assert running.read(real + later + 5) == clock.read(real) + 5
    assert frozen.freeze(real + later) == frozen


def test_bounds() -> None:
    """Between the bounds times have thirteen digits and ids fit an int64; soon outside of them one of both is lost."""
    assert len(str(EARLIEST)) == len(str(LATEST)) == 13
    assert datetime.fromtimestamp(EARLIEST / 1000, UTC).isoformat() == "2001-09-10T00:00:00+00:00"
    assert datetime.fromtimestamp(LATEST / 1000, UTC).isoformat() == "2037-12-31T00:00:00+00:00"
    day = 86_400_000
    assert len(str(EARLIEST - day)) == 12
    assert (LATEST // 1000 << 32) < 2**63 <= (LATEST + 20 * day) // 1000 << 32


MOMENT = 1_890_000_000_678
"""A moment of the year 2029."""
OKRS = "/open-apis/okr/v1/users/ou_7dab8a3d3cdcc9da365777c7ad535d62/okrs?offset=0&limit=9"
UPLOAD = "/open-apis/okr/v1/images/upload"
TARGET: Body = {"target_id": "7041430377642082323", "target_type": 3}


@pytest.fixture
def late(client: TestClient) -> TestClient:
    """A client whose world stands still in the year 2029."""
    moved(client, set=MOMENT, freeze=True)
    return client


def moved(client: TestClient, **body: Any) -> None:
    assert client.put("/__admin/clock?world=default", json=body).status_code == 200


def test_ids_and_times_follow(late: TestClient, create_body: Body) -> None:
    """Ids, times, log ids, the Date header and the journal all tell the world's time."""
    answer = late.post(RECORDS, json=create_body | TARGET)
    data = answer.json()["data"]
    assert int(data["progress_id"]) >> 32 == MOMENT // 1000
    assert data["modify_time"] == str(MOMENT)
    assert answer.headers["x-tt-logid"].startswith("20291122000000")
    assert parsedate_to_datetime(answer.headers["date"]) == datetime(2029, 11, 22, tzinfo=UTC)
    (entry,) = late.get("/__admin/requests").json()["requests"]
    assert entry["time"] == "2029-11-22T00:00:00.678Z"
    moved(late, advance=61)
    late.put(f"{RECORDS}/{data['progress_id']}", json={"content": create_body["content"]})
    assert late.get(f"{RECORDS}/{data['progress_id']}").json()["data"]["modify_time"] == str(MOMENT + 61_000)
    key_results = late.get(OKRS).json()["data"]["okr_list"][0]["objective_list"][0]["kr_list"]
    times = {entry["id"]: entry["progress_record_last_updated_time"] for entry in key_results}
    assert times[TARGET["target_id"]] == str(MOMENT + 61_000)
    assert parsedate_to_datetime(late.get("/nothing").headers["date"]).minute == 1


@pytest.mark.parametrize("step", [7199, 7200])
def test_tenant_tokens_follow(late: TestClient, step: int) -> None:
    """A tenant token lives two hours of its world's time, and gives way half an hour before that."""
    moved(late, real=True)
    late.put("/__admin/clock?world=cli_late", json={"set": MOMENT, "freeze": True})
    app = {"app_id": "cli_late", "app_secret": "s"}
    token = late.post(TENANT_TOKEN, json=app).json()["tenant_access_token"]
    late.put("/__admin/clock?world=cli_late", json={"advance": step})
    code = late.get(f"{RECORDS}/1", headers={"Authorization": f"Bearer {token}"}).json()["code"]
    assert code == (1001004 if step < 7200 else 99991663)
    assert late.post(TENANT_TOKEN, json=app).json()["expire"] == 7200


def test_user_tokens_follow(client: TestClient) -> None:
    """A person's token lives two hours of its world's time, the one to refresh it a week."""
    route, world = "/oauth/v3/token", "/__admin/clock?world=cli_late"
    app = {"client_id": "cli_late", "client_secret": "s"}
    client.put(world, json={"set": MOMENT, "freeze": True})
    grant = {"grant_type": "authorization_code", "code": "code-liming"}
    first = client.post(route, json=app | grant).json()
    headers = {"Authorization": f"Bearer {first['access_token']}"}
    codes = []
    for step in (7199, 1):
        client.put(world, json={"advance": step})
        codes.append(client.get(f"{RECORDS}/1", headers=headers).json()["code"])
    assert codes == [1001004, 99991668]
    refresh = app | {"grant_type": "refresh_token"}
    client.put(world, json={"set": MOMENT + 604_799_000})
    second = client.post(route, json=refresh | {"refresh_token": first["refresh_token"]}).json()
    assert second["code"] == 0
    client.put(world, json={"advance": 604_800})
    assert client.post(route, json=refresh | {"refresh_token": second["refresh_token"]}).json()["code"] == 20037


def test_tickets_follow(late: TestClient) -> None:
    """The ticket of an image lives as long as the claim says, in its world's time."""
    files = {"data": ("x.gif", b"GIF89a" + bytes(20), "image/gif")}
    url = late.post(UPLOAD, files=files, data=TARGET | {"target_type": "3"}).json()["data"]["url"]
    statuses = [late.get(url).status_code]
    moved(late, advance=7 * 86_400)
    statuses.append(late.get(url).status_code)
    moved(late, set=MOMENT)
    statuses.append(late.get(url).status_code)
    assert statuses[0] == statuses[2] == 200
    assert statuses[1] >= 400
