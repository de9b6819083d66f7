"""Recordings hold nothing secret, keep their references, and say what is wrong with them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest

from feishu_okr.recording import Raw, Recorder, RecordingError, read_recording

TOKEN = "t-g1044qeGEDXTB6NDJOGV4JQCYDGHRBARFTGT1234"
SECRET = "Qx7Zp3Lk9Vb2Nm5TyU8wR4eA1sD6fG0h"
APP = "cli_9f8e7d6c5b4a3f2e"
PERSON = "ou_3245842393d09e9428ad4655da6e30b3"
INTERNAL = "6969864184272078374"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJmaWxlIjoiYm94In0.c2lnbmF0dXJlLW9mLXRoaXM"
NAME = "Zhang Sanfeng"
PLANTED = (TOKEN, SECRET, APP, PERSON, INTERNAL, JWT, NAME)
CREATE = "okr.v1.progress_record.create"


def raw(**parts: Any) -> Raw:
    body = parts.pop("body", {"code": 0})
    usual: dict[str, Any] = {
        "operation": CREATE,
        "method": "POST",
        "path": "/open-apis/okr/v1/progress_records",
        "query": "",
        "asked": (("Content-Type", "application/json"),),
        "sent": b"{}",
        "status": 200,
        "answered": (("Content-Type", "application/json"),),
        "body": body if isinstance(body, bytes) else orjson.dumps(body),
    }
    return Raw(**usual | parts)


def record(folder: Path, exchanges: Iterable[Raw]) -> list[str]:
    """Record exchanges as they come; gives what the recorder told."""
    told: list[str] = []
    recorder = Recorder(folder, "documented", told.append)
    for exchange in exchanges:
        recorder.take(exchange)
    recorder.close()
    return told


LEARNS = raw(
    asked=(("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/json")),
    sent=orjson.dumps({"app_id": APP, "app_secret": SECRET}),
    body={
        "code": 0,
        "users": [{"open_id": PERSON, "user_id": INTERNAL, "name": NAME}],
        "url": f"http://x/?ticket={JWT}",
    },
)
POSITIONS = {
    "path": lambda text: raw(path=f"/open-apis/{text}"),
    "query": lambda text: raw(query=f"user_id={text}&more={text}"),
    "request header": lambda text: raw(asked=(("User-Agent", text), ("X-Own", text), ("Cookie", text))),
    "body": lambda text: raw(sent=orjson.dumps({"source_title": f"by {text}.", "list": [text], text: 1})),
    "text": lambda text: raw(sent=f"not json {text}".encode()),
    "form": lambda text: raw(sent=f"a={text}".encode(), asked=(("Content-Type", "application/x-www-form-urlencoded"),)),
    "answer": lambda text: raw(body={"code": 0, "data": {"content": f"<{text}>", text: text}}),
    "answer header": lambda text: raw(answered=(("Location", f"http://x/{text}"), ("Set-Cookie", text))),
    "page": lambda text: raw(body=f"<html>{text}".encode()),
    "multipart": lambda text: raw(sent=text.encode(), asked=(("Content-Type", "multipart/form-data; boundary=x"),)),
}


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("is_first", [True, False])
def test_nothing_planted_is_left(position: str, is_first: bool, tmp_path: Path) -> None:
    """Wherever a token, secret, id, name or ticket stands, before it is known or after, no file has it."""
    planted = [POSITIONS[position](text) for text in PLANTED]
    record(tmp_path, [*planted, LEARNS] if is_first else [LEARNS, *planted])
    for file in tmp_path.iterdir():
        assert not [text for text in PLANTED if text in file.read_text()], file.name


def test_references_still_work(tmp_path: Path) -> None:
    """The same original has the same pseudonym wherever it stands, and another one another."""
    other = PERSON[:-1] + "4"
    body = {"code": 0, "data": {"a": {"open_id": PERSON}, "b": {"open_id": PERSON}, "c": {"open_id": other}}}
    record(tmp_path, [raw(body=body), raw(query=f"user_id={PERSON}")])
    first, second = read_recording(tmp_path).exchanges
    data = first.answer["body"]["json"]["data"]
    assert data["a"] == data["b"] != data["c"]
    assert second.request["query"] == [["user_id", data["a"]["open_id"]]]


def test_the_scanner_refuses_what_is_hidden(tmp_path: Path) -> None:
    """An exchange in which a secret hides in base64 is left out and counted, and what is told does not name it."""
    from base64 import b64encode

    hidden = b64encode(f"..{SECRET}..".encode()).decode()
    (told,) = record(tmp_path, [LEARNS, raw(sent=orjson.dumps({"x": hidden}))])
    assert "is not recorded" in told
    assert SECRET not in told
    recording = read_recording(tmp_path)
    assert (len(recording.exchanges), recording.manifest["refused"]) == (1, 1)
    assert "lacks 1 exchanges" in recording.shortfall
    assert not any(hidden in file.read_text() for file in tmp_path.iterdir())


def test_a_recording_that_was_cut_off_is_read(tmp_path: Path) -> None:
    """What was recorded before its writer was killed is there, whole, and the recording says that it was cut off."""
    recorder = Recorder(tmp_path, "documented", print)
    recorder.take(LEARNS)
    recorder.take(raw())
    recording = read_recording(tmp_path)  # nobody has closed it
    assert len(recording.exchanges) == 2
    assert "was cut off" in recording.shortfall


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("manifest.json", None, "this is no recording"),
        ("manifest.json", "{", "this is no JSON"),
        ("manifest.json", '{"contract": "0"}', "is a required property"),
        (f"00001-{CREATE}.json", "{", "this is no JSON"),
        (f"00001-{CREATE}.json", "{}", "is a required property"),
        (f"00001-{CREATE}.json", None, "the recording is empty"),
    ],
)
def test_broken_recordings_are_told(name: str, text: str | None, says: str, tmp_path: Path) -> None:
    """A folder that is no recording, an empty one and broken JSON are each said in one sentence."""
    record(tmp_path, [raw()])
    (tmp_path / name).unlink() if text is None else (tmp_path / name).write_text(text)
    with pytest.raises(RecordingError, match=says):
        read_recording(tmp_path)


def test_a_recording_of_another_contract_is_refused(tmp_path: Path) -> None:
    """What was recorded under another contract cannot be used as if it were of this one."""
    record(tmp_path, [raw()])
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(orjson.dumps(orjson.loads(manifest.read_bytes()) | {"contract": "0" * 16}))
    with pytest.raises(RecordingError, match="record it anew"):
        read_recording(tmp_path)
