"""Recorders leave nothing secret on disk, at any moment, and lose nothing that they have taken."""

import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import jwt
import orjson
import pytest

from feishu_okr.recording import Recorder, read_recording
from tests.feishu_okr.recording.raws import (
    CREATE,
    JWT,
    LEARNS,
    NAME,
    PERSON,
    PLANTED,
    PROFILE,
    SECRET,
    TOKEN,
    raw,
    record,
)

POSITIONS = {
    "path": lambda text: raw(path=f"/open-apis/{quote(text)}"),
    "query": lambda text: raw(query=f"user_id={quote(text)}&more={quote(text)}&lang={quote(text)}"),
    "name of a parameter": lambda text: raw(query=f"{quote(text)}=1"),
    "request header": lambda text: raw(asked=(("User-Agent", text), ("X-Own", text), ("Cookie", text))),
    "credential": lambda text: raw(asked=(("Authorization", text), ("authorization", f"Basic {text}"))),
    "body": lambda text: raw(sent=orjson.dumps({"source_title": f"by {text}.", "list": [text], text: 1})),
    "text": lambda text: raw(sent=f"not json {text}".encode()),
    "form": lambda text: raw(sent=f"a={text}".encode(), asked=(("Content-Type", "application/x-www-form-urlencoded"),)),
    "answer": lambda text: raw(body={"code": 0, "data": {"content": f"<{text}>", text: text}}),
    "answer header": lambda text: raw(answered=(("Location", f"http://x/{text}"), ("Set-Cookie", text))),
    "page": lambda text: raw(body=f"<html>{text}".encode()),
    "multipart": lambda text: raw(sent=text.encode(), asked=(("Content-Type", "multipart/form-data; boundary=x"),)),
    "JSON in JSON": lambda text: raw(body={"code": 0, "content": orjson.dumps({"n": text}).decode()}),
    "deep": lambda text: raw(sent=b'{"a":' * 200 + orjson.dumps(text) + b"}" * 200),
}


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("is_first", [True, False])
def test_nothing_planted_is_left(position: str, is_first: bool, tmp_path: Path) -> None:
    """Wherever a token, secret, id, name or ticket stands, before it is known or after, no file has it."""
    planted = [POSITIONS[position](text) for text in PLANTED]
    assert record(tmp_path, [*planted, LEARNS] if is_first else [LEARNS, *planted]) == []
    for file in tmp_path.iterdir():
        text = file.read_text()
        assert not [one for one in PLANTED for form in (one, quote(one)) if form in text], file.name
    assert len(read_recording(tmp_path).exchanges) == len(PLANTED) + 1


def test_what_is_learned_late_goes_at_once(tmp_path: Path) -> None:
    """What was written before it was known to be somebody's is written anew with the next exchange, not at the end."""
    recorder = Recorder(tmp_path, PROFILE, pytest.fail)
    recorder.take(raw(body={"code": 0, "title": f"by {NAME}"}))
    recorder.take(LEARNS)
    assert not [file for file in tmp_path.iterdir() if NAME in file.read_text()]


def test_references_still_work(tmp_path: Path) -> None:
    """The same original has the same pseudonym wherever it stands, and another one another."""
    other = PERSON[:-1] + "4"
    body = {"code": 0, "data": {"a": {"open_id": PERSON}, "b": {"open_id": PERSON}, "c": {"open_id": other}}}
    shows = (("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/json"))
    record(tmp_path, [raw(body=body), raw(query=f"user_id={PERSON}", asked=shows), raw(body={"access_token": TOKEN})])
    first, second, third = read_recording(tmp_path).exchanges
    data = first.answer["body"]["json"]["data"]
    assert data["a"] == data["b"] != data["c"]
    assert second.request["query"] == [["user_id", data["a"]["open_id"]]]
    assert second.header("authorization") == f"Bearer {third.answer['body']['json']['access_token']}"


HIDDEN: dict[str, Callable[[str], str]] = {
    "base64": lambda text: b64encode(f"..{text}..".encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "reversed": lambda text: text[::-1],
    "address": lambda text: quote(quote(f"{text} ", safe=""), safe=""),
}


@pytest.mark.parametrize("way", HIDDEN)
@pytest.mark.parametrize("is_first", [True, False])
def test_what_hides_is_refused(way: str, is_first: bool, tmp_path: Path) -> None:
    """An exchange in which a secret hides is not kept, whenever the secret is learned; the message does not tell it."""
    secret = f"{SECRET}/+"
    hidden = raw(operation="", sent=orjson.dumps({"x": HIDDEN[way](secret)}))
    learns = raw(sent=orjson.dumps({"app_secret": secret}))
    (told,) = record(tmp_path, [hidden, learns] if is_first else [learns, hidden])
    assert "is not recorded" in told
    assert secret not in told
    recording = read_recording(tmp_path)
    assert [one.operation for one in recording.exchanges] == [CREATE]
    assert "lacks 1 exchanges" in recording.shortfall


def test_a_secret_is_known_by_its_name_in_what_is_no_json(tmp_path: Path) -> None:
    """A half body or a page loses what is called a secret there."""
    record(tmp_path, [raw(sent=f'{{"app_secret": "{SECRET}", "x'.encode()), raw(body=f"password={SECRET}x".encode())])
    assert not [file for file in tmp_path.iterdir() if SECRET in file.read_text()]


def test_a_jwt_keeps_its_end(tmp_path: Path) -> None:
    """Of a ticket only its end is left, so that it can still be told how long it lives."""
    ends = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3OTAwMDAwMDAsIm5hbWUiOiJ4eCJ9.c2lnbmF0dXJlLW9mLXRoaXM"
    record(tmp_path, [raw(body={"code": 0, "a": ends, "b": JWT})])
    body = read_recording(tmp_path).exchanges[0].answer["body"]["json"]
    told = [jwt.decode(body[name], options={"verify_signature": False}) for name in "ab"]
    assert told == [{"exp": 1790000000}, {}]


KILLED = """
import os, signal, sys
from pathlib import Path
from feishu_okr.recording import Recorder
from tests.feishu_okr.recording.raws import LEARNS, PROFILE
recorder = Recorder(Path(sys.argv[1]), PROFILE, print)
for number in range(5):
    recorder.take(LEARNS)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_run_is_kept(tmp_path: Path) -> None:
    """What was taken before the process was killed can be read, and the recording says that it was cut off."""
    folder = tmp_path / "run"
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    recording = read_recording(folder)
    assert len(recording.exchanges) == 5
    assert recording.shortfall == "was cut off, or is still being written: 5 exchanges are there"
    assert not [one for one in PLANTED for file in folder.iterdir() if one in file.read_text()]


def test_a_folder_that_is_gone_is_told_once(tmp_path: Path) -> None:
    """Where nothing can be written any more, calls pass and are not recorded; what was written can be read."""
    told: list[str] = []
    recorder = Recorder(tmp_path / "run", PROFILE, told.append)
    recorder.take(raw())
    (tmp_path / "run").rename(tmp_path / "elsewhere")
    recorder.take(raw())
    recorder.take(raw())
    recorder.close()
    assert len(told) == 1
    assert "cannot be written" in told[0]
    assert len(read_recording(tmp_path / "elsewhere").exchanges) == 1


def test_a_recording_is_bounded(tmp_path: Path) -> None:
    """After the last exchange that a recording holds it is full, which is told once and stands in the manifest."""
    told: list[str] = []
    recorder = Recorder(tmp_path, PROFILE, told.append, most=2)
    for _ in range(4):
        recorder.take(raw())
    recorder.close()
    assert told == ["the recording is full; later calls pass and are not recorded"]
    assert (recorder.exchanges, read_recording(tmp_path).shortfall) == (2, "became full before the run ended")
