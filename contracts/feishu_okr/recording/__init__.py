"""Recordings: exchanges with a server, without anything that is secret or tells who somebody is, as files."""

from feishu_okr.recording.exchange import Exchange, Raw
from feishu_okr.recording.folder import Recording, RecordingError, read_recording
from feishu_okr.recording.pseudonym import Pseudonyms
from feishu_okr.recording.recorder import Recorder
from feishu_okr.recording.restoring import restored
from feishu_okr.recording.scanner import leaks

__all__ = [
    "Exchange",
    "Pseudonyms",
    "Raw",
    "Recorder",
    "Recording",
    "RecordingError",
    "leaks",
    "read_recording",
    "restored",
]
