"""What a YAML file means, kept beside it as Python keeps bytecode: to read YAML took a quarter of every start."""

import sys
from contextlib import suppress
from hashlib import blake2b
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import orjson

from feishu_okr.whole_file import write_whole

_DIGEST = 16


def recall(path: Path, text: str) -> Any:
    """Give the value that was kept of a text; None where none was, or that of another text.

    Args:
        path: where the text stands.
        text: what it says now.
    """
    with suppress(OSError, NotImplementedError, orjson.JSONDecodeError):
        data = _place(path).read_bytes()
        if data[:_DIGEST] == _digest(text):
            return orjson.loads(data[_DIGEST:])
    return None


def keep(path: Path, text: str, value: Any) -> None:
    """Keep the value of a text, unless Python may write no bytecode or the folder cannot be written to.

    Args:
        path: where the text stands.
        text: what it says.
        value: what it means; kept only if JSON can say the same.
    """
    if sys.dont_write_bytecode:
        return
    with suppress(OSError, NotImplementedError, TypeError):
        data = orjson.dumps(value)
        if orjson.loads(data) != value:
            return
        place = _place(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, _digest(text) + data)


def _place(path: Path) -> Path:
    """Where Python would keep the bytecode of such a file, by another ending."""
    return Path(cache_from_source(path)).with_suffix(".yamlc")


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=_DIGEST).digest()
