from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from okr_mock.app import create_app
from okr_mock.settings import Settings
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


@pytest.fixture(scope="module")
def shared() -> Iterator[TestClient]:
    """A client of an emulator whose worlds have any time."""
    with TestClient(create_app(Settings()), base_url="http://localhost") as client:
        yield client


def clocked(client: TestClient, **body: Any) -> Body:
    answer: Body = client.put("/__admin/clock?world=w", json=body).json()
    return answer


def test_clock_route(client: TestClient) -> None:
    """A world's clock is set, moved, stopped, let run and made real again, all in one order, and nobody else's."""
    assert clocked(client, set="2026-12-31T23:59:00+08:00", freeze=True) == {
        "world": "w", "now": 1_798_732_740_000, "time": "2026-12-31T15:59:00.000Z", "clock": "frozen",
    }  # fmt: skip
    assert clocked(client, advance=7200.5)["time"] == "2026-12-31T17:59:00.500Z"
    assert clocked(client, advance=-0.5, set=1_798_732_740_123)["time"] == "2026-12-31T15:58:59.623Z"
    running = clocked(client, freeze=False)
    assert running["clock"] == "shifted"
    assert 0 <= running["now"] - 1_798_732_739_623 < 5000
    later = client.get("/__admin/clock?world=w").json()
    assert running["now"] <= later["now"] < running["now"] + 5000
    real = client.get("/__admin/clock").json()
    assert (real["world"], real["clock"]) == ("default", "real")
    assert clocked(client, real=True)["clock"] == "real"
    assert abs(client.get("/__admin/clock?world=w").json()["now"] - real["now"]) < 5000
    assert clocked(client, real=True, set="2030-01-01", advance=1, freeze=True)["now"] == 1_893_456_001_000


@pytest.mark.parametrize(
    ("value", "time"),
    [
        (1_000_080_000_000, "2001-09-10T00:00:00.000Z"),
        (1.79e12, "2026-09-21T14:13:20.000Z"),
        ("2037-12-31T00:00:00Z", "2037-12-31T00:00:00.000Z"),
        ("2026-10-05T09:00:00.007", "2026-10-05T09:00:00.007Z"),
        ("2026-10-05T09:00:00.999-11:30", "2026-10-05T20:30:00.999Z"),
        ("2026-10-05 09:00", "2026-10-05T09:00:00.000Z"),
    ],
)
def test_moments(shared: TestClient, value: Any, time: str) -> None:
    """A moment is milliseconds or ISO 8601, to the millisecond; without a zone it is UTC."""
    assert shared.put("/__admin/clock?world=u", json={"set": value, "freeze": True}).json()["time"] == time


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "body: {} has less than 1 property"),
        ({"set": True}, 'set: true is not of types "integer", "string"'),
        ({"set": "tomorrow"}, "set: 'tomorrow' is neither milliseconds nor a time such as 2026-10-05T09:00:00+08:00"),
        ({"set": "2026-02-30T00:00:00Z"}, "set: '2026-02-30T00:00:00Z' is neither milliseconds nor a time"),
        ({"set": 1_000_079_999_999}, "the clock goes from 2001-09-10 to 2037-12-31"),
        ({"set": 2_145_830_400_001}, "the clock goes from 2001-09-10 to 2037-12-31"),
        ({"set": "0001-01-01T00:00:00+23:59"}, "the clock goes from 2001-09-10 to 2037-12-31"),
        ({"advance": 1e9}, "the clock goes from 2001-09-10 to 2037-12-31"),
        ({"advance": 1e300}, "advance: 1e+300 is greater than the maximum of 10000000000"),
        ({"advance": "1"}, 'advance: "1" is not of type "number"'),
        ({"freeze": 1}, 'freeze: 1 is not of type "boolean"'),
        ({"real": False}, "real: true was expected"),
        ({"now": 1}, "body: Additional properties are not allowed ('now' was unexpected)"),
    ],
)
def test_wrong_times(shared: TestClient, body: Body, says: str) -> None:
    """A time that cannot be is refused with what is wrong and where, and the clock goes on as it did."""
    answer = shared.put("/__admin/clock?world=v", json=body)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert says in answer.json()["error"]
    assert shared.get("/__admin/clock?world=v").json()["clock"] == "real"
