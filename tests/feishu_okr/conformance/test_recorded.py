"""A recording answers what was recorded, to whom it was answered, and says of everything else that it was not."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from feishu_okr.conformance.difference.run import Run
from feishu_okr.conformance.recorded import NotRecordedError, RecordedWire
from feishu_okr.conformance.wire import Request
from okr_mock.mock_server import MockServer
from tests.feishu_okr.recording.raws import APP, SECRET, TOKEN, raw, record
from tests.feishu_okr.recording.runs import record_run, side

LOGIN = "auth.v3.tenant_access_token.internal"
GET = "okr.v1.progress_record.get"
PATH = "/open-apis/okr/v1/progress_records/"
FIRST, SECOND = "7041430377642082323", "7041430377642082324"
OTHER = TOKEN[:-1] + "5"


def login(token: str) -> object:
    sent = orjson.dumps({"app_id": APP, "app_secret": SECRET})
    body = {"code": 0, "tenant_access_token": token, "expire": 7200}
    return raw(operation=LOGIN, path="/login", sent=sent, body=body)


def read(token: str, title: str, record_id: str = FIRST, agent: str = "") -> object:
    asked = (("Authorization", f"Bearer {token}"), *([("User-Agent", agent)] if agent else []))
    body = {"code": 0, "title": title}
    return raw(operation=GET, method="GET", path=f"{PATH}{record_id}", asked=asked, sent=None, body=body)


@pytest.fixture
def wire_of(tmp_path: Path) -> Callable[..., RecordedWire]:
    def make(*raws: object) -> RecordedWire:
        record(tmp_path, raws)  # type: ignore[arg-type]
        return RecordedWire(tmp_path)

    return make


def get(wire: RecordedWire, token: str = "", agent: str = "", record_id: str = SECOND) -> str:
    shown = (("Authorization", f"Bearer {token}"),) if token else ()
    title: str = wire.send(Request("GET", f"{PATH}{record_id}", shown, operation=GET, agent=agent)).json["title"]
    return title


def token_of(wire: RecordedWire) -> str:
    body = orjson.dumps({"app_id": "any", "app_secret": "any"})
    token: str = wire.send(Request("POST", "/login", body=body, purpose="login", operation=LOGIN)).json[
        "tenant_access_token"
    ]
    return token


def test_callers_are_told_apart(wire_of: Callable[..., RecordedWire]) -> None:
    """Of equal calls each caller gets the answer to its own, whatever the id; a stranger gets none."""
    wire = wire_of(login(TOKEN), read(TOKEN, "one"), login(OTHER), read(OTHER, "two"), read(OTHER, "three", FIRST))
    first, second = token_of(wire), token_of(wire)
    assert [get(wire, second), get(wire, first), get(wire, second)] == ["two", "one", "three"]
    for token in (first, "t-nobody", ""):
        with pytest.raises(NotRecordedError, match=f"not recorded: {GET}"):
            get(wire, token)


def test_cases_are_told_apart(wire_of: Callable[..., RecordedWire]) -> None:
    """A call of a case gets the answer of that case, also when it is played a second time; no other case gets it."""
    wire = wire_of(
        *(
            read(TOKEN, title, FIRST, f"okr-verify ({case} {n})")
            for n, (case, title) in enumerate([("a", "x"), ("b", "y"), ("a", "z")])
        )
    )
    assert [get(wire, "t", f"okr-verify ({case} 9)") for case in "ba"] == ["y", "x"]
    assert [get(wire, "t", f"okr-verify (a {n})") for n in (10, 11)] == ["z", "z"]
    for agent in ("okr-verify (a 9)", "okr-verify (c 12)"):
        with pytest.raises(NotRecordedError):
            get(wire, "t", agent)


@pytest.mark.once
def test_a_recorded_run_does_not_differ(tmp_path: Path) -> None:
    """Every case of a recorded run is compared with the server anew, and none differs; others are not recorded."""
    with MockServer() as server:
        record_run(tmp_path, server.url, "records")
        with side(f"recording:{tmp_path}") as a, side(server.url) as b:
            again = Run(a, b, ("A", "B")).play(["records"])
            lost = Run(a, b, ("A", "B")).play(["images"])
    assert (again.splits, again.found, again.left_out) == ([], [], {})
    assert len(again.says) > 30
    assert (lost.splits, lost.found, lost.says) == ([], [], {})
    assert any(why.startswith("not recorded: ") for why in lost.left_out)
