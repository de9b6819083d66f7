"""How deep and how large a text from elsewhere may become: few bytes must not cost all stack or memory."""

from pathlib import Path
from typing import Any

import orjson

from feishu_okr.contract.source import ContractError, Mistake, Source, read_text, text_of

MOST_DEPTH = 100
"""Lists and objects within each other."""
TOO_DEEP = f"nested deeper than {MOST_DEPTH} levels"


class NestingError(orjson.JSONDecodeError):
    """A JSON text nests deeper than is read."""

    def __init__(self, most: int) -> None:
        super().__init__(f"nested deeper than {most} levels", "", 0)


def read_json(text: bytes, most: int = MOST_DEPTH) -> Any:
    """Read JSON that does not nest too deeply.

    Args:
        text: the JSON.
        most: lists and objects within each other.

    Raises:
        JSONDecodeError: it is not JSON, or a `NestingError`.
    """
    value = orjson.loads(text)
    if text.count(b"[") + text.count(b"{") > most and _is_deep(value, most):
        raise NestingError(most)
    return value


def _is_deep(value: Any, most: int) -> bool:
    level = [value]
    for _ in range(most + 1):
        holders = [found for found in level if isinstance(found, dict | list)]
        level = [item for found in holders for item in (found.values() if isinstance(found, dict) else found)]
        if not holders:
            return False
    return True


def read_given(path: Path) -> Source:
    """Read a data file that somebody else wrote.

    Args:
        path: a `.yaml` or `.json` file.

    Raises:
        ContractError: the file is missing, unreadable, not YAML or JSON, or nests or grows beyond the bounds.
    """
    return read_given_text(path, text_of(path))


def read_given_text(path: Path, text: str) -> Source:
    """Read what a data file of somebody else says.

    Args:
        path: where it is or would be; one that ends in `.json` holds JSON, any other YAML.
        text: what it says.

    Raises:
        ContractError: as above.
    """
    if path.suffix == ".json":
        source = read_text(path, text)
        excess = (1, 1, TOO_DEEP) if _is_deep(source.value, MOST_DEPTH) else None
    else:
        from feishu_okr.contract.bounds import Bounds  # YAML is slow to load, and seldom needed

        excess = Bounds().find(text)
    if excess:
        line, column, says = excess
        raise ContractError([Mistake(str(path), line, column, "", says)])
    return read_text(path, text)
