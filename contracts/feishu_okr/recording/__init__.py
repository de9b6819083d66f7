"""Recordings: exchanges with a server, without anything that is secret or tells who somebody is, as files."""

from feishu_okr.recording.exchange import Exchange, Raw
from feishu_okr.recording.folder import Recording, RecordingError, read_recording, write_recording
from feishu_okr.recording.pseudonym import Pseudonyms
from feishu_okr.recording.scanner import LeakError, leaks

__all__ = [
    "Exchange",
    "LeakError",
    "Pseudonyms",
    "Raw",
    "Recording",
    "RecordingError",
    "leaks",
    "read_recording",
    "write_recording",
]
