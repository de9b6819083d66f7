"""Recordings on disk are read whole, or it is said what is wrong with them."""

from pathlib import Path

import orjson
import pytest

from feishu_okr.recording import RecordingError, read_recording
from tests.feishu_okr.recording.raws import CREATE, raw, record

FIRST = f"00001-{CREATE}.json"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("manifest.json", None, "this is no recording"),
        ("manifest.json", "{", "this is no JSON"),
        ("manifest.json", '{"contract": "0"}', "is a required property"),
        ("manifest.json", "[" * 5000, "this is no JSON"),
        (FIRST, "{", "this is no JSON"),
        (FIRST, "{}", "is a required property"),
        (FIRST, "[" * 101 + "]" * 101, "nested deeper than 100 levels"),
        (FIRST, '{"n": 1e999}', "this is no JSON"),
        (FIRST, None, "the recording is empty"),
    ],
)
def test_broken_recordings_are_told(name: str, text: str | None, says: str, tmp_path: Path) -> None:
    """A folder that is no recording, an empty one and broken JSON are each said in one sentence."""
    record(tmp_path, [raw()])
    (tmp_path / name).unlink() if text is None else (tmp_path / name).write_text(text)
    with pytest.raises(RecordingError, match=says):
        read_recording(tmp_path)


@pytest.mark.parametrize(
    ("part", "member", "value", "says"),
    [
        ("answer", "headers", [["X", "a\r\nSet-Cookie: x"]], "at /answer/headers/0/1"),
        ("answer", "headers", [["a b", "x"]], "at /answer/headers/0/0"),
        ("answer", "status", 1e30, "at /answer/status"),
        ("answer", "body", {"base64": "_"}, "a body is no base64"),
        ("request", "query", [["a"]], "at /request/query/0"),
    ],
)
def test_hostile_recordings_are_told(part: str, member: str, value: object, says: str, tmp_path: Path) -> None:
    """What would become a broken answer is refused when it is read, with its place."""
    record(tmp_path, [raw()])
    told = orjson.loads((tmp_path / FIRST).read_bytes())
    told[part][member] = value
    (tmp_path / FIRST).write_bytes(orjson.dumps(told))
    with pytest.raises(RecordingError, match=says):
        read_recording(tmp_path)


def test_a_recording_of_another_contract_is_refused(tmp_path: Path) -> None:
    """What was recorded under another contract cannot be used as if it were of this one."""
    record(tmp_path, [raw()])
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(orjson.dumps(orjson.loads(manifest.read_bytes()) | {"contract": "0" * 16}))
    with pytest.raises(RecordingError, match="record it anew"):
        read_recording(tmp_path)


def test_a_lost_file_is_told(tmp_path: Path) -> None:
    """A complete recording of which a file is gone is no recording any more."""
    record(tmp_path, [raw(), raw()])
    (tmp_path / FIRST).unlink()
    with pytest.raises(RecordingError, match="the manifest tells of 2 exchanges, there are 1"):
        read_recording(tmp_path)
