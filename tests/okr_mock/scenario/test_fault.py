import math
import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from okr_mock.gateway.delivery import NoSocketError
from okr_mock.gateway.envelope import Answer
from okr_mock.scenario.fault import LONGEST_DELAY, Cut, read_delay, read_fault, seconds
from okr_mock.scenario.outcome import Steered
from okr_mock.world.start import Start
from okr_mock.world.turn import open_turn
from tests.conftest import RECORDS, TENANT_TOKEN, Body, MakeClient
from tests.okr_mock.scenario.conftest import CREATE, RECORD, scenario_file

APP = {"app_id": "cli_mine", "app_secret": "s"}
WHOLE = Answer(200, 0, "success", b"0123456789")


@pytest.fixture
def played(make_client: MakeClient, tmp_path: Path) -> Any:
    """Give a client of an emulator in which every create, or whatever is said, meets an outcome."""

    def play(then: Body, when: Body | None = None, **settings: Any) -> TestClient:
        file = scenario_file(tmp_path, {"when": {"operation": CREATE} if when is None else when, "then": then})
        return make_client(scenario=(file,), log_level="error", **settings)

    return play


def records(client: TestClient) -> int:
    count: int = client.get("/__admin/worlds/default").json()["records"]
    return count


def journal(client: TestClient) -> list[Body]:
    entries: list[Body] = client.get("/__admin/requests").json()["requests"]
    return entries


def delays(start: Start, delay: Any, seed: int = 0, now: int = 0, step: str = "s#1") -> list[float]:
    """Delays of the first calls of a world."""
    part, start = read_delay(delay), replace(start, seed=seed)
    calls = [Steered(None, None, None, open_turn("w", n, now, start), None, None, "tenant", step)  # type: ignore[arg-type]
             for n in range(1, 301)]  # fmt: skip
    return [part.after(call, WHOLE).delay for call in calls]


@pytest.mark.parametrize("status", [502, 504])
def test_html_error_page(played: Any, status: int) -> None:
    """The gateway's page is HTML under its status, and nothing is written."""
    client = played({"fault": {"html_error_page": status}})
    answer = client.post(RECORDS, json=RECORD)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html")
    assert answer.text.startswith("<html>")
    assert f"<title>{status} " in answer.text
    assert records(client) == 0
    assert (journal(client)[0]["status"], journal(client)[0]["code"]) == (status, None)


@pytest.mark.parametrize(("visible", "title"), [(504, "504 Gateway Time-out"), ("502", "502 Bad Gateway")])
def test_lose_answer(played: Any, visible: Any, title: str) -> None:
    """The record is written although the caller sees the gateway fail."""
    client = played({"lose_answer": visible})
    answer = client.post(RECORDS, json=RECORD)
    assert (answer.status_code, f"<h1>{title}</h1>" in answer.text) == (int(visible), True)
    assert records(client) == 1


def test_lose_the_answer_of_an_invalid_call(played: Any) -> None:
    """An invalid call whose answer is lost writes nothing, and the journal says why it would have been refused."""
    client = played({"lose_answer": 504})
    assert client.post(RECORDS, json={}).status_code == 504
    assert records(client) == 0
    assert journal(client)[0]["violations"]


def test_malformed_json(played: Any) -> None:
    """JSON without its end is no JSON, its length is told as it is, and the record is written."""
    client = played({"fault": "malformed_json"})
    answer = client.post(RECORDS, json=RECORD)
    assert answer.headers["content-length"] == str(len(answer.content))
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(answer.content)
    assert orjson.loads(answer.content + b"}")["code"] == 0
    assert records(client) == 1


def test_malformed_json_in_the_journal(played: Any) -> None:
    """The journal stays readable whatever bytes were sent, also for a call that is refused."""
    client = played({"fault": "malformed_json"})
    sent = [client.post(RECORDS, json=body) for body in (RECORD, {})]
    assert [answer.status_code for answer in sent] == [200, 400]
    hidden = f"[{len(sent[1].content)} bytes, not kept]"
    assert [entry["answer"] for entry in journal(client)] == [sent[0].text, hidden]
    assert [bool(entry["violations"]) for entry in journal(client)] == [False, True]


def test_no_token_in_the_journal(played: Any) -> None:
    """An issued token stands in no journal, not even where the answer is no JSON."""
    client = played({"fault": "malformed_json"}, when={})
    text = client.post(TENANT_TOKEN, json=APP).text
    token = orjson.loads(text + "}")["tenant_access_token"]
    assert token not in client.get("/__admin/requests?world=cli_mine").text


@pytest.mark.parametrize(
    ("fault", "media"), [("wrong_content_type", "text/html"), ({"wrong_content_type": "a/b"}, "a/b")]
)
def test_wrong_content_type(played: Any, fault: Any, media: str) -> None:
    """The true answer comes under another media type, and the journal keeps it."""
    client = played({"fault": fault})
    answer = client.post(RECORDS, json=RECORD)
    assert (answer.status_code, answer.headers["content-type"], answer.json()["code"]) == (200, media, 0)
    assert journal(client)[0]["answer"]["code"] == 0


@pytest.mark.parametrize(
    "then",
    [
        {"fault": "reset"},
        {"fault": "close"},
        {"fault": {"hang": "1ms"}},
        {"fault": "truncate"},
        {"fault": {"truncate": {"bytes": 3}}},
        {"fault": "malformed_chunk"},
        {"fault": {"slow": 10}},
        {"lose_answer": "reset"},
        {"lose_answer": "timeout"},
    ],
)
def test_no_socket(played: Any, then: Body) -> None:
    """A fault of the connection, where there is none, is an error that says what to do; the journal names the fault."""
    client = played(then)
    with pytest.raises(NoSocketError, match="takes a connection; run the emulator with `okr-mock serve`"):
        client.post(RECORDS, json=RECORD)
    kind = then["fault"] if isinstance(then.get("fault"), str) else next(iter(then.get("fault", {"": 0})))
    assert journal(client)[0]["fault"] == (kind or {"reset": "reset", "timeout": "hang"}[then["lose_answer"]])
    is_written = kind not in ("reset", "close", "hang")
    assert records(client) == is_written
    assert journal(client)[0]["status"] == (200 if is_written else None)


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("truncate", 5),
        ({"truncate": {"bytes": 0}}, 0),
        ({"truncate": {"bytes": 3}}, 3),
        ({"truncate": {"bytes": 10}}, 9),
        ({"truncate": {"bytes": 99}}, 9),
        ({"truncate": {"share": 0}}, 0),
        ({"truncate": {"share": 0.99}}, 9),
    ],
)
def test_cuts(value: Any, amount: int) -> None:
    """A cut answer ends after so many bytes or such a share, and always before its end."""
    part = read_fault(value)
    assert isinstance(part, Cut)
    delivery = part.after(None, WHOLE).delivery  # type: ignore[arg-type]
    assert delivery is not None
    assert (delivery.kind, delivery.amount) == ("truncate", amount)
    assert part.after(None, WHOLE._replace(body=b"")).delivery.amount == 0  # type: ignore[arg-type,union-attr]


@pytest.mark.parametrize(
    ("text", "length"), [(2, 2.0), (0.5, 0.5), ("250ms", 0.25), ("1.5s", 1.5), ("2m", 120.0), ("0s", 0.0)]
)
def test_lengths_of_time(text: Any, length: float) -> None:
    """A length of time is seconds, or a number with its unit."""
    assert seconds(text) == pytest.approx(length)


@pytest.mark.parametrize("delay", [{"uniform": ["1s", 3]}, {"lognormal": {"median": "200ms", "sigma": 0.5}}])
def test_draws_follow_from_the_seed(start: Start, delay: Any) -> None:
    """The same seed, step and call give the same delay, whatever the time; another seed or step gives others."""
    assert delays(start, delay, seed=7, now=1) == delays(start, delay, seed=7, now=2_000_000_000_000)
    assert delays(start, delay, seed=7) != delays(start, delay, seed=8)
    assert delays(start, delay, step="s#1") != delays(start, delay, step="s#2")
    assert len(set(delays(start, delay))) > 290


def test_spread_of_draws(start: Start) -> None:
    """Uniform draws fill their span, lognormal ones lie around their median, and fixed ones are what they are."""
    uniform = delays(start, {"uniform": [1, 3]})
    assert 1 <= min(uniform) < 1.1 < 2.9 < max(uniform) <= 3
    assert statistics.mean(uniform) == pytest.approx(2, abs=0.15)
    lognormal = delays(start, {"lognormal": {"median": 0.2, "sigma": 0.5}})
    assert statistics.median(lognormal) == pytest.approx(0.2, rel=0.15)
    assert statistics.stdev(map(math.log, lognormal)) == pytest.approx(0.5, rel=0.15)
    assert set(delays(start, "1.5s")) == {1.5}
    assert max(delays(start, {"lognormal": {"median": 3600, "sigma": 3}})) == LONGEST_DELAY


def test_delays_add_up(start: Start) -> None:
    """A delay is added to the one an answer has already."""
    call = Steered(None, None, None, open_turn("w", 1, 0, start), None, None, "tenant", "s#1")  # type: ignore[arg-type]
    assert read_delay(1).after(call, WHOLE._replace(delay=2)).delay == 3


def test_a_delay_is_waited_for(played: Any) -> None:
    """An answer comes as much later as its delay says, and is the usual one."""
    client = played({"delay": "120ms", "error": 1009998})
    answer = client.post(RECORDS, json=RECORD)
    assert answer.elapsed.total_seconds() >= 0.12
    assert answer.json()["code"] == 1009998
