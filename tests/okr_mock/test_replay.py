"""Replays answer in recorded order, to the byte, and otherwise as the emulator or not at all."""

from pathlib import Path

import orjson
import pytest

from tests.conftest import RECORDS, Body, MakeClient
from tests.feishu_okr.recording.raws import NAME, PERSON, raw, record

PERIODS = "okr.v1.period.list"
LOG_ID = "202610151200000123456789ABCDEF0123"


def answer(n: int, operation: str = PERIODS, **parts: object) -> object:
    headers = (("Content-Type", "application/json"), ("X-Tt-Logid", LOG_ID), ("Date", "Mon"), ("X-Ogw-Left", f"{n}"))
    return raw(operation=operation, method="GET", answered=headers, body={"msg": "ok", "code": n}, **parts)


def test_answers_come_in_their_order(make_client: MakeClient, tmp_path: Path) -> None:
    """Each operation gives its recorded answers one by one, with their headers, and then those of the emulator."""
    record(tmp_path, [answer(1), answer(9, "okr.v1.period_rule.list"), answer(2, status=400)])  # type: ignore[list-item]
    client = make_client(replay=str(tmp_path))
    first, second, third = (client.get("/open-apis/okr/v1/periods") for _ in range(3))
    assert first.content == b'{"msg":"ok","code":1}'
    assert (first.headers["x-tt-logid"], first.headers["x-ogw-left"]) == (LOG_ID, "1")
    assert first.headers.get("date") != "Mon"
    assert (second.status_code, second.json()["code"]) == (400, 2)
    assert third.json()["data"]["items"]
    assert client.get("/open-apis/okr/v1/period_rules").json()["code"] == 9


def test_what_was_not_recorded_is_refused(make_client: MakeClient, tmp_path: Path, create_body: Body) -> None:
    """With --replay-only a call of which nothing more was recorded gets 501 and the operation's name."""
    record(tmp_path, [answer(1)])  # type: ignore[list-item]
    client = make_client(replay=str(tmp_path), replay_only=True)
    refused = client.post(RECORDS, json=create_body)
    assert refused.status_code == 501
    assert "holds no further answer of okr.v1.progress_record.create" in refused.text


def test_what_is_sent_comes_back(make_client: MakeClient, tmp_path: Path) -> None:
    """A caller reads what it has sent itself, where the recording has pseudonyms."""
    sent = {"open_id": PERSON, "name": NAME}
    record(tmp_path, [raw(sent=orjson.dumps(sent), body={"code": 0, "data": f"{NAME} {PERSON}"})])
    client = make_client(replay=str(tmp_path), replay_only=True)
    assert client.post(RECORDS, json=sent).json()["data"] == f"{NAME} {PERSON}"


@pytest.mark.parametrize("status", [204, 302, 999])
def test_odd_statuses_pass(make_client: MakeClient, tmp_path: Path, status: int) -> None:
    """Any status that a server can answer is replayed."""
    record(tmp_path, [raw(status=status, body=b"")])
    assert make_client(replay=str(tmp_path)).post(RECORDS, content=b"{}").status_code == status
