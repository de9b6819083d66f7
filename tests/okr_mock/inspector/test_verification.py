import asyncio
import threading
from typing import Any

import httpx2
import orjson
import pytest
from starlette.testclient import TestClient

from okr_mock.app import create_app
from okr_mock.settings import Settings
from tests.conftest import EXAMPLES, RECORDS, Body, MakeClient, Serve

CREATE, GET = "okr.v1.progress_record.create", "okr.v1.progress_record.get"


def ask(client: TestClient | httpx2.Client, what: str, criteria: Body, **query: Any) -> Any:
    """Ask a verification route; gives its JSON."""
    answer = client.post(f"/__admin/requests/{what}", params=query, json=criteria)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def busy() -> TestClient:
    """A client that has made five calls, of which one reached no operation; tests only look at them."""
    create_body = orjson.loads((EXAMPLES / "create-request.json").read_bytes())
    headers = {"Authorization": "Bearer t-dev"}
    client = TestClient(create_app(Settings(log_level="error")), headers=headers, base_url="http://localhost")
    record = client.post(RECORDS, json=create_body | {"source_title": '周报 "41"'}).json()["data"]["progress_id"]
    client.post(RECORDS, json={"source_title": "月报"})
    client.get(f"{RECORDS}/1", params={"lang": "en_us"})
    client.get(f"{RECORDS}/{record}", headers={"X-Run": "7"})
    client.post("/open-apis/okr/v1/progress_record", json={})
    return client


@pytest.mark.parametrize(
    ("criteria", "numbers"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"operation": CREATE}, [1, 2]),
        ({"operation": "okr.v1.*"}, [1, 2, 3, 4]),
        ({"operation": [CREATE, GET], "code": 0}, [1, 4]),
        ({"code": {"greater": 0}}, [2, 3]),
        ({"code": None}, [5]),
        ({"status": 404}, [5]),
        ({"n": {"greater": 3}}, [4, 5]),
        ({"n": 3}, [3]),
        ({"method": "get"}, [3, 4]),
        ({"path": f"{RECORDS}/{{id}}"}, [3, 4]),
        ({"query": {"lang": "en_us"}}, [3]),
        ({"header": {"x-run": "7"}}, [4]),
        ({"header": {"Authorization": "***"}}, [1, 2, 3, 4, 5]),
        ({"body": {"/source_title": "月报"}}, [2]),
        ({"body": {"/target_id": {"exists": True}}}, [1]),
        ({"body": {"": {"exists": False}}}, [3, 4, 5]),
        ({"body_contains": "周报"}, [1]),
        ({"body_contains": '周报 "41"'}, [1]),
        ({"body_contains": ["周报", "blocks"]}, [1]),
        ({"body_contains": ["周报", "月报"]}, []),
        ({"between": ["2001-01-01", "2001-01-02"]}, []),
        ({"between": ["2001-01-01", "2037-01-01"], "n": {"less": 3}}, [1, 2]),
        ({"step": {"exists": True}}, []),
    ],
)
def test_criteria(busy: TestClient, criteria: Body, numbers: list[int]) -> None:
    """Each word of a `when`, and each of the answer, finds the exchanges it means, and count counts the same ones."""
    found = ask(busy, "find", criteria)
    assert [entry["n"] for entry in found["requests"]] == numbers
    assert (found["total"], found["inconclusive"]) == (len(numbers), None)
    assert ask(busy, "count", criteria)["count"] == len(numbers)


def test_steps_and_faults(client: TestClient, create_body: Body) -> None:
    """A call that a step took is found by the step's name."""
    client.put("/__admin/scenario", json="flaky_create")
    for _ in range(3):
        client.post(RECORDS, json=create_body)
    assert ask(client, "count", {"step": "flaky_create#every_third"})["count"] == 1
    assert ask(client, "count", {"step": {"contains": "flaky"}, "code": 1009999})["count"] == 1
    assert ask(client, "count", {"step": {"exists": False}})["count"] == 2


@pytest.mark.parametrize(
    ("criteria", "hint"),
    [
        ({"operaton": CREATE}, "did you mean 'operation'?"),
        ({"operation": "okr.v1.progress_record.craete"}, f"did you mean '{CREATE}'?"),
        ({"body": {"target_id": "1"}}, "target_id"),
        ({"body": {"/~2": "1"}}, "no JSON Pointer"),
        ({"body": {"/a": {"matches": "("}}}, "cannot be read"),
        ({"code": {"schema": {"type": "nonsense"}}}, "cannot be read"),
        ({"between": ["yesterday", "today"]}, "no moment"),
        ({"code": [0, 1]}, "code"),
        ([], "array"),
        ({"call": 1}, "'call' is not known here"),
    ],
)
@pytest.mark.parametrize("what", ["count", "find", "near-misses"])
def test_wrong_criteria(busy: TestClient, what: str, criteria: Body, hint: str) -> None:
    """A word, operation, pointer or expression that is none is an error that names it, and never counts nothing."""
    answer = busy.post(f"/__admin/requests/{what}", json=criteria)
    assert answer.status_code == 400
    assert hint.replace("array", "is not of type 'object'") in answer.json()["error"]


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("count", "wait=61s"),
        ("count", "wait=-1"),
        ("count", "wait=soon"),
        ("count", "wait=nan"),
        ("count", "wait=1h"),
        ("find", "count=many"),
        ("find", "count=-1"),
        ("near-misses", "limit=101"),
    ],
)
def test_wrong_bounds(busy: TestClient, what: str, query: str) -> None:
    """A wait or a number that is none, or is too large, is an error that names it."""
    answer = busy.post(f"/__admin/requests/{what}?{query}", json={})
    assert answer.status_code == 400
    assert query.split("=")[0] in answer.json()["error"]


def test_the_list_takes_the_same_names(busy: TestClient) -> None:
    """The list's filters are criteria too: a star stands for any part, an operation that there is not is an error."""
    listed = busy.get("/__admin/requests?operation=okr.v1.*&since=2").json()
    assert [entry["n"] for entry in listed["requests"]] == [3, 4]
    assert busy.get("/__admin/requests?n=2").json()["total"] == 1
    assert busy.get("/__admin/requests?operation=okr.v1.nothing").status_code == 400


def test_unmatched(busy: TestClient) -> None:
    """Calls that reached no operation are listed by themselves; without a known token they are in the world `-`."""
    busy.get("/open-apis/okr/v9/elsewhere", headers={"Authorization": ""})
    assert [entry["path"] for entry in busy.get("/__admin/requests/unmatched").json()["requests"]] == [
        "/open-apis/okr/v1/progress_record"
    ]
    astray = busy.get("/__admin/requests/unmatched?world=-").json()["requests"]
    assert [entry["path"] for entry in astray] == ["/open-apis/okr/v9/elsewhere"]


def test_an_evicted_journal_is_inconclusive(make_client: MakeClient) -> None:
    """Once exchanges are evicted, every answer says that there may have been more."""
    client = make_client(journal_exchanges=2)
    client.get(f"{RECORDS}/1")
    assert ask(client, "count", {"operation": CREATE})["inconclusive"] is None
    for _ in range(3):
        client.get(f"{RECORDS}/1")
    listed = client.get("/__admin/requests").json()
    for told in (ask(client, "count", {"operation": CREATE}), ask(client, "find", {}), listed):
        assert told["evicted"] == 2
        assert "2 older exchanges were evicted" in told["inconclusive"]
    client.request("DELETE", "/__admin/requests", json={})
    assert ask(client, "count", {"operation": CREATE})["inconclusive"] is None


def test_a_body_that_was_not_kept_is_inconclusive(client: TestClient, create_body: Body) -> None:
    """What hangs on a body too long for the journal is not said to be so or not; other criteria still decide."""
    client.post(RECORDS, json=create_body | {"source_title": "x" * 300_000})
    told = ask(client, "count", {"operation": CREATE, "body_contains": "周报"})
    assert (told["count"], told["inconclusive"]) == (0, "1 exchanges hang on a body that the journal did not keep")
    assert ask(client, "count", {"body": {"": {"exists": True}}})["count"] == 0
    assert ask(client, "count", {"operation": GET, "body_contains": "周报"})["inconclusive"] is None
    assert ask(client, "count", {"operation": CREATE})["count"] == 1


def test_a_forgotten_world_is_inconclusive(make_client: MakeClient) -> None:
    """Where idle worlds are forgotten, one that is not there is not said to have had no calls."""
    client = make_client(world_idle=1000)
    assert "may have been forgotten" in ask(client, "count", {}, world="gone")["inconclusive"]
    client.get(f"{RECORDS}/1", headers={"Authorization": "Bearer t-dev.gone"})
    assert ask(client, "count", {}, world="gone")["inconclusive"] is None
    assert ask(make_client(), "count", {}, world="gone")["inconclusive"] is None


def test_near_misses(busy: TestClient) -> None:
    """The closest exchanges come first, each with place, expectation and actual value of what it lacks."""
    criteria = {"operation": CREATE, "code": 0, "body": {"/source_title": "月报"}}
    misses = ask(busy, "near-misses", criteria)["near_misses"]
    assert [miss["n"] for miss in misses] == [1, 2, 4]
    by_number = {miss["n"]: miss for miss in misses}
    assert by_number[2]["failed"] == [{"place": "code", "expected": "equals 0", "actual": 1001001}]
    assert by_number[1]["failed"] == [
        {"place": "body /source_title", "expected": 'equals "月报"', "actual": '周报 "41"'}
    ]
    assert by_number[4]["failed"][0]["actual"] == GET
    assert by_number[4]["failed"][1] == {
        "place": "body /source_title",
        "expected": 'equals "月报"',
        "actual": None,
        "is_missing": True,
    }
    assert by_number[2]["request"]["n"] == 2


def test_near_misses_end_somewhere(busy: TestClient) -> None:
    """What meets the criteria is no near miss, and there are no more of them than asked for."""
    assert ask(busy, "near-misses", {})["near_misses"] == []
    assert len(ask(busy, "near-misses", {"code": 7}, limit=4)["near_misses"]) == 4
    assert ask(busy, "near-misses", {"operation": CREATE}, limit=1)["near_misses"][0]["n"] == 4


def test_waiting_ends_at_once(busy: TestClient) -> None:
    """A wait for what is there already does not wait."""
    assert ask(busy, "count", {"operation": CREATE}, wait="60s", count=2)["count"] == 2


def test_waiting_for_a_call(serve: Serve, create_body: Body) -> None:
    """A wait ends with the call that is waited for, not with another one, and not before there are enough."""
    with httpx2.Client(base_url=serve(), timeout=30) as client, httpx2.Client(base_url=str(client.base_url)) as other:
        answers: list[Any] = []
        asking = threading.Thread(
            target=lambda: answers.append(ask(client, "count", {"operation": CREATE}, wait="20s", count=2))
        )
        asking.start()
        for path in (f"{RECORDS}/1", f"{RECORDS}/2"):
            other.get(path, headers={"Authorization": "Bearer t-dev"})
        other.post(RECORDS, json=create_body, headers={"Authorization": "Bearer t-dev.other"})
        other.post(RECORDS, json=create_body, headers={"Authorization": "Bearer t-dev"})
        assert not answers
        other.post(RECORDS, json=create_body, headers={"Authorization": "Bearer t-dev"})
        asking.join(timeout=15)
        assert [answer["count"] for answer in answers] == [2]


def test_waiting_in_vain(busy: TestClient) -> None:
    """When the time is over the answer tells what there is."""
    assert ask(busy, "count", {"code": 7}, wait="50ms")["count"] == 0
    assert ask(busy, "find", {"code": 7}, wait="0.05")["requests"] == []


async def call(app: Any, method: str, path: str, body: Any, gone: asyncio.Event | None = None) -> bytes:
    """Call the application as a server does; the caller leaves when `gone` is set."""
    parts = [{"type": "http.request", "body": orjson.dumps(body)}]
    answered = bytearray()

    async def receive() -> Any:
        if parts:
            return parts.pop()
        await (gone or asyncio.Event()).wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        answered.extend(message.get("body", b""))

    headers = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"authorization", b"Bearer t-dev")]
    path, _, query = path.partition("?")
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "headers": headers}
    await app({**scope, "query_string": query.encode(), "extensions": {}}, receive, send)
    return bytes(answered)


def test_many_who_wait(create_body: Body) -> None:
    """Many who wait are answered once there are enough calls; one who leaves is let go before the time is over."""

    async def story() -> None:
        app = create_app(Settings(log_level="error"))
        wanted = "/__admin/requests/count?wait=30s&count=3"
        waiters = [asyncio.create_task(call(app, "POST", wanted, {"operation": CREATE})) for _ in range(100)]
        gone = asyncio.Event()
        leaver = asyncio.create_task(call(app, "POST", "/__admin/requests/count?wait=30s", {"code": 7}, gone))
        for _ in range(3):
            await asyncio.sleep(0)
            await call(app, "POST", RECORDS, create_body)
        answers = await asyncio.wait_for(asyncio.gather(*waiters), 20)
        assert {orjson.loads(answer)["count"] for answer in answers} == {3}
        gone.set()
        await asyncio.wait_for(leaver, 20)

    asyncio.run(story())


def test_judging_many_lets_others_in(create_body: Body) -> None:
    """While a long journal is judged, calls are answered."""

    async def story() -> None:
        app = create_app(Settings(log_level="error"))
        for _ in range(400):
            await call(app, "POST", RECORDS, create_body)
        question = {"operation": CREATE, "body": {"/source_title": "x"}}
        asking = asyncio.create_task(call(app, "POST", "/__admin/requests/near-misses", question))
        for _ in range(3):
            await asyncio.sleep(0)
        await call(app, "POST", RECORDS, create_body)
        assert not asking.done()
        await asking

    asyncio.run(story())


def test_schema(busy: TestClient) -> None:
    """The schema of the criteria is served, for editors and other languages."""
    assert set(busy.get("/__admin/criteria.schema.json").json()["properties"]) >= {"operation", "code"}
