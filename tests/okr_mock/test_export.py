import asyncio
import io
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import orjson
import pytest
from starlette.testclient import TestClient

from feishu_okr.contract import Contract
from okr_mock.app import App, create_app
from okr_mock.exchange import Exchange, Noted, exchange
from okr_mock.export import har, ndjson
from okr_mock.gateway.request import Request
from okr_mock.settings import Settings
from okr_mock.terminal import Terminal
from okr_mock.world.start import Start
from okr_mock.world.turn import open_turn
from tests.conftest import EXAMPLES, RECORDS, TENANT_TOKEN, Body

URL = "http://127.0.0.1:6570"


def closed(**properties: Any) -> Body:
    """An object with exactly these properties and ours."""
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties | {"comment": {"type": "string"}},
        "patternProperties": {"^_okr_": True},
        "additionalProperties": False,
    }


TEXT, NOTHING = {"type": "string"}, {"type": "array", "maxItems": 0}
SIZE = {"type": "integer", "minimum": -1}
TIME = {"type": "number", "minimum": 0}
PAIRS = {"type": "array", "items": closed(name=TEXT, value=TEXT)}
MESSAGE: Body = {"httpVersion": {"const": "HTTP/1.1"}, "cookies": NOTHING, "headersSize": SIZE, "bodySize": SIZE}
ADDRESS = {"type": "string", "pattern": r"^http://127\.0\.0\.1:6570/[!-~]*$"}
REQUEST = closed(method=TEXT, url=ADDRESS, headers=PAIRS, queryString=PAIRS, **MESSAGE)
REQUEST["properties"]["postData"] = closed(mimeType=TEXT, text=TEXT)
RESPONSE = closed(
    status={"type": "integer", "minimum": 0, "maximum": 599},
    statusText=TEXT,
    headers=NOTHING,
    content=closed(size=SIZE, mimeType=TEXT, text=TEXT),
    redirectURL=TEXT,
    **MESSAGE,
)
ENTRY = closed(
    startedDateTime={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"},
    time=TIME,
    request=REQUEST,
    response=RESPONSE,
    cache=closed(),
    timings=closed(send=TIME, wait=TIME, receive=TIME),
)
HAR = closed(log=closed(version={"const": "1.2"}, creator=closed(name=TEXT, version=TEXT), entries={"items": ENTRY}))
"""HAR 1.2 as http://www.softwareishard.com/blog/har-12-spec/ has it, of the fields that we write."""


@pytest.fixture
def app() -> App:
    """An emulator whose store can be asked."""
    return create_app(Settings(), terminal=Terminal(io.StringIO(), "error"))


@pytest.fixture
def caller(app: App) -> TestClient:
    """A client of that emulator."""
    return TestClient(app, headers={"Authorization": "Bearer t-dev"}, base_url="http://localhost")


def exchanges(app: App, world: str = "default") -> list[Exchange]:
    return list(asyncio.run(app.emulator.store.journal(world)).exchanges)


def entries(found: list[Exchange]) -> list[Body]:
    """Write an archive, see that it is valid, give its entries."""
    document = json.loads(har(found, URL, "1.2.3"))
    jsonschema.validate(document, HAR)
    written: list[Body] = document["log"]["entries"]
    return written


def test_a_line_an_exchange(app: App, caller: TestClient) -> None:
    """NDJSON has one line an exchange, equal to what the inspector tells, however the caller printed its body."""
    body = (EXAMPLES / "create-request.json").read_bytes().replace(b"\n", b"\r\n")
    assert caller.post(RECORDS, content=body).json()["code"] == 0
    caller.post(RECORDS, content='not\n"json"')
    caller.get("/nowhere")
    assert b"\n" in exchanges(app)[0].data
    lines = ndjson(exchanges(app)).splitlines(keepends=True)
    assert all(line.endswith(b"}\n") for line in lines)
    told = caller.get("/__admin/requests").json()["requests"]
    assert [json.loads(line) for line in lines] == told


def test_lines_keep_every_digit() -> None:
    """A number too long for a double stays as the caller wrote it."""
    data = b'{"n":1,"request":{\n "long":12345678901234567890123}}'
    assert ndjson([Exchange(1, "x", 0, 200, len(data), (data,))]) == data.replace(b"\n", b" ") + b"\n"


def test_no_exchanges() -> None:
    """An empty journal makes an empty file and a valid archive without entries."""
    assert ndjson([]) == b""
    assert entries([]) == []


def test_har_tells_the_call(app: App, caller: TestClient, create_body: Body) -> None:
    """An entry holds what was asked and answered, when, how long it took, and by which program it was written."""
    answer = caller.post(f"{RECORDS}?user_id_type=open_id", json=create_body)
    (entry,) = entries(exchanges(app))
    (told,) = caller.get("/__admin/requests").json()["requests"]
    request, response = entry["request"], entry["response"]
    assert (entry["startedDateTime"], entry["time"]) == (told["time"], told["duration_us"] / 1000)
    assert entry["timings"] == {"send": 0, "wait": entry["time"], "receive": 0}
    assert (request["method"], request["url"]) == ("POST", f"{URL}{RECORDS}?user_id_type=open_id")
    assert request["queryString"] == [{"name": "user_id_type", "value": "open_id"}]
    assert {"name": "authorization", "value": "***"} in request["headers"]
    assert request["postData"]["mimeType"] == "application/json"
    assert json.loads(request["postData"]["text"]) == create_body
    assert request["bodySize"] == int(answer.request.headers["content-length"])
    assert (response["status"], response["statusText"]) == (200, "OK")
    text = response["content"]["text"]
    assert response["content"] == {"size": len(text.encode()), "mimeType": "application/json", "text": answer.text}
    assert json.loads(har([], URL, "1.2.3"))["log"]["creator"] == {"name": "feishu-okr-mock", "version": "1.2.3"}


def test_har_tells_what_only_we_know(app: App, caller: TestClient) -> None:
    """An entry names the operation and its code and holds the violations and warnings of the call."""
    caller.post(RECORDS, json={"sorce_url": "x"})
    (entry,) = entries(exchanges(app))
    (told,) = caller.get("/__admin/requests").json()["requests"]
    assert entry["comment"] == "okr.v1.progress_record.create: 1001001"
    ours = {name.removeprefix("_okr_"): value for name, value in entry.items() if name.startswith("_okr_")}
    assert set(ours) == {"world", "n", "operation", "code", "log_id", "violations", "warnings"}
    assert ours == {name: told[name] for name in ours}
    assert ours["violations"]
    assert ours["warnings"]


def test_har_of_text(app: App, caller: TestClient) -> None:
    """Bodies that are no JSON stand in the archive as they came."""
    caller.post(RECORDS, content='not\n"json"')
    caller.post(RECORDS, content="null")
    caller.post("/nowhere", content="anything")
    caller.get("/nowhere")
    asked = [entry["request"] for entry in entries(exchanges(app))]
    assert [request.get("postData", {}).get("text") for request in asked] == ['not\n"json"', "null", None, None]
    assert [request["bodySize"] for request in asked] == [10, 4, 8, 0]
    last = entries(exchanges(app))[-1]
    assert last["response"]["content"] == {"size": 18, "mimeType": "text/plain", "text": "404 page not found"}
    assert last["comment"] == "no operation: no code"


def test_har_of_a_caller_who_left(contract: Contract, start: Start) -> None:
    """A call that nobody waited for has status 0 and no answer."""
    turn = open_turn("w", 1, 1_700_000_000_000, start)
    request = Request("POST", RECORDS.encode(), {}, b"", [], "", b"", is_complete=False)
    operation = contract.operations["okr.v1.progress_record.create"]
    (entry,) = entries([exchange(request, turn, operation, Noted(), None)])
    assert (entry["response"]["status"], entry["response"]["statusText"]) == (0, "")
    assert entry["response"]["content"] == {"size": 0, "mimeType": "x-unknown", "text": ""}
    assert entry["comment"] == "okr.v1.progress_record.create: the caller left"
    assert entry["startedDateTime"] == "2023-11-14T22:13:20.000Z"


@pytest.mark.parametrize(
    ("target", "query", "url"),
    [
        (b"-", b"", "/-"),
        (b"//other.example/x", b"", "//other.example/x"),
        (b"/a%2Fb%20c", b"", "/a%2Fb%20c"),
        (b'/\xe5 "<x>', b"", "/%E5%20%22%3Cx%3E"),
        (b"/x", b"a=1&a=2&b", "/x?a=1&a=2&b="),
        (b"/x", b"a=%E6%B5%8B+%26%23&%C3=1", "/x?a=%E6%B5%8B+%26%23&%EF%BF%BD=1"),
        (b"/x", b"app_secret=s", "/x?app_secret=***"),
    ],
)
def test_har_addresses(start: Start, target: bytes, query: bytes, url: str) -> None:
    """Whatever a caller sent as its target, the entry's address is well formed, of our host, and means the same."""
    turn = open_turn("w", 1, 0, start)
    request = Request("-", target, {}, query, [], "", b"")
    (entry,) = entries([exchange(request, turn, None, Noted(), None)])
    assert entry["request"]["url"] == URL + url
    pairs = [(pair["name"], pair["value"]) for pair in entry["request"]["queryString"]]
    assert pairs == parse_qsl(urlsplit(entry["request"]["url"]).query, keep_blank_values=True)


def test_exports_hold_no_secrets(app: App, caller: TestClient, create_body: Body) -> None:
    """What the journal hides stays hidden in both forms."""
    secret = "SeCrEt-4711-dskLLkdasjdlasdKK"
    token = caller.post(TENANT_TOKEN, json={"app_id": "cli_a", "app_secret": secret}).json()["tenant_access_token"]
    headers = {"Authorization": f"Bearer {token}", "Cookie": secret}
    caller.post(f"{RECORDS}?access_token={token}", json=create_body | {"source_title": token}, headers=headers)
    found = exchanges(app, "cli_a")
    assert len(found) == 2
    for text in (ndjson(found), har(found, URL, "1")):
        assert b"***" in text
        assert secret.encode() not in text
        assert token.encode() not in text


def test_huge_bodies(app: App, caller: TestClient, create_body: Body) -> None:
    """A body that the journal did not keep is named by its size, and the archive stays valid."""
    caller.post(RECORDS, content=orjson.dumps(create_body | {"source_title": "x" * 1_000_000}))
    (entry,) = entries(exchanges(app))
    size = entry["request"]["bodySize"]
    assert size > 1_000_000
    assert entry["request"]["postData"]["text"] == f"[{size} bytes, not kept]"
