"""A recording on disk: a folder a run, with a manifest and a file an exchange."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import orjson

from feishu_okr.contract import load
from feishu_okr.recording.exchange import Exchange, Raw
from feishu_okr.recording.pseudonym import Pseudonyms
from feishu_okr.recording.scanner import LeakError, leaks

MANIFEST = "manifest.json"
FORMAT = 1


class RecordingError(ValueError):
    """A folder is no recording that can be used; says what is wrong and what to do."""


@dataclass(frozen=True)
class Recording:
    """What a run has recorded.

    Args:
        folder: where it is.
        manifest: contract, profile, date and number of exchanges.
        exchanges: in the order of the run.
    """

    folder: Path
    manifest: Mapping[str, Any]
    exchanges: tuple[Exchange, ...]


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


def write_recording(folder: Path, raws: Sequence[Raw], profile: str) -> int:
    """Write a recording; gives the number of exchanges.

    Args:
        folder: an empty folder.
        raws: the exchanges as they went over the wire.
        profile: profile under which they were judged.

    Raises:
        LeakError: something secret would be left; nothing is written.
    """
    pseudonyms = Pseudonyms()
    for raw in raws:
        raw.learn(pseudonyms)
    files: dict[str, bytes] = {}
    for n, raw in enumerate(raws, 1):
        name = f"{n:05d}-{raw.operation or 'other'}.json"
        files[name] = orjson.dumps(raw.written(n, pseudonyms), option=orjson.OPT_INDENT_2) + b"\n"
        if found := list(leaks(files[name], pseudonyms.originals)):
            raise LeakError(f"nothing was recorded: in exchange {n}, {raw.operation or raw.method}, {found[0]}")
    date = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {"format": FORMAT, "contract": contract_version(), "profile": profile, "date": date}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / MANIFEST).write_bytes(orjson.dumps(manifest | {"exchanges": len(files)}, option=orjson.OPT_INDENT_2))
    return len(files)


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
    files = sorted(path for path in folder.glob("*.json") if path.name != MANIFEST)
    if not files:
        raise RecordingError(f"{folder}: the recording is empty")
    if len(files) != manifest["exchanges"]:
        raise RecordingError(
            f"{folder}: the manifest tells of {manifest['exchanges']} exchanges, there are {len(files)}"
        )
    values = [_read(path, schema()) for path in files]
    exchanges = tuple(Exchange(value["operation"], value["request"], value["answer"]) for value in values)
    return Recording(folder, manifest, exchanges)


def _read(path: Path, wanted: Mapping[str, Any]) -> dict[str, Any]:
    try:
        value: dict[str, Any] = orjson.loads(path.read_bytes())
        jsonschema.Draft202012Validator(wanted).validate(value)
    except orjson.JSONDecodeError as error:
        raise RecordingError(f"{path}: this is no JSON: {error}") from error
    except jsonschema.ValidationError as error:
        where = "/".join(map(str, error.absolute_path))
        raise RecordingError(f"{path}: {error.message[:200]} (at /{where})") from error
    return value
