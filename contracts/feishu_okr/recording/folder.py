"""A recording on disk: a folder a run, with a manifest and a file an exchange."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import orjson

from feishu_okr.contract import load
from feishu_okr.contract.nesting import read_json
from feishu_okr.recording.exchange import Exchange

MANIFEST = "manifest.json"
FORMAT = 1
OPEN, COMPLETE, FULL = "open", "complete", "full"
"""States of a recording. One that stays open was cut off: whoever wrote it did not end as it should."""
MOST_FILES = 10_000
MOST_BYTES = 64 * 1024 * 1024
"""Bytes of one file."""


class RecordingError(ValueError):
    """A folder is no recording that can be used; says what is wrong and what to do."""


@dataclass(frozen=True)
class Recording:
    """What a run has recorded.

    Args:
        folder: where it is.
        manifest: contract, profile, date, state and number of exchanges.
        exchanges: in the order of the run.
        files: where each of them stands.
    """

    folder: Path
    manifest: Mapping[str, Any]
    exchanges: tuple[Exchange, ...]
    files: tuple[Path, ...]

    @property
    def shortfall(self) -> str:
        """Say what a recording lacks, "" for nothing."""
        if self.manifest["state"] == OPEN:
            return f"was cut off, or is still being written: {len(self.exchanges)} exchanges are there"
        if self.manifest["state"] == FULL:
            return "became full before the run ended"
        refused = self.manifest["refused"]
        return f"lacks {refused} exchanges in which something was left that looks like a secret" if refused else ""


@cache
def contract_version() -> str:
    """Name the contract that a recording belongs to: the first digits of a digest of its document."""
    text = orjson.dumps(load().document, option=orjson.OPT_SORT_KEYS)
    return sha256(text).hexdigest()[:16]


@cache
def schema() -> dict[str, Any]:
    """Give the JSON Schema of an exchange and, under `$defs`, of the manifest."""
    value: dict[str, Any] = orjson.loads(Path(__file__).with_name("recording.schema.json").read_bytes())
    return value


def check_new(folder: Path) -> None:
    """Find whether a recording can be written into a folder.

    Args:
        folder: where it shall be; it is made.

    Raises:
        RecordingError: it holds something already, or cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_used = any(folder.iterdir())
    except OSError as error:
        raise RecordingError(f"{folder}: no recording can be written there: {error.strerror}") from error
    if is_used:
        raise RecordingError(f"{folder}: this folder holds something already; name an empty one for each run")


def read_recording(folder: Path) -> Recording:
    """Read a recording.

    Args:
        folder: where it is.

    Raises:
        RecordingError: it is none, is broken or empty, or belongs to another contract.
    """
    if not (folder / MANIFEST).is_file():
        raise RecordingError(f"{folder}: this is no recording; it has no {MANIFEST}")
    manifest = _read(folder / MANIFEST, schema()["$defs"]["manifest"])
    if manifest["contract"] != contract_version():
        made = f"of contract {manifest['contract']}, this version has {contract_version()}"
        raise RecordingError(f"{folder}: the recording is {made}; record it anew")
    files = tuple(sorted(path for path in folder.glob("*.json") if path.name != MANIFEST))
    if not files:
        raise RecordingError(f"{folder}: the recording is empty")
    if len(files) > MOST_FILES:
        raise RecordingError(f"{folder}: {len(files)} files are more than the {MOST_FILES} that a recording holds")
    if len(files) != manifest["exchanges"] and manifest["state"] != OPEN:
        raise RecordingError(
            f"{folder}: the manifest tells of {manifest['exchanges']} exchanges, there are {len(files)}"
        )
    return Recording(folder, manifest, tuple(_exchange(path) for path in files), files)


def _exchange(path: Path) -> Exchange:
    value = _read(path, schema())
    exchange = Exchange(value["operation"], value["request"], value["answer"])
    try:
        _ = exchange.sent, exchange.body
    except ValueError as error:
        raise RecordingError(f"{path}: a body is no base64: {error}") from error
    return exchange


def _read(path: Path, wanted: Mapping[str, Any]) -> dict[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RecordingError(f"{path}: this file is larger than {MOST_BYTES} bytes")
        value: dict[str, Any] = read_json(path.read_bytes())
        jsonschema.Draft202012Validator(wanted).validate(value)
    except OSError as error:
        raise RecordingError(f"{path}: this file cannot be read: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise RecordingError(f"{path}: this is no JSON: {error}") from error
    except jsonschema.ValidationError as error:
        where = "/".join(map(str, error.absolute_path))
        raise RecordingError(f"{path}: {error.message[:200]} (at /{where})") from error
    return value
