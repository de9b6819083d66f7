"""How deep and how large a text from elsewhere may become: few bytes must not cost all stack or memory."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import yaml
import yamlcore

from feishu_okr.contract.source import ContractError, Mistake, Source, read_text, text_of

MOST_DEPTH = 100
"""Lists and objects within each other."""
MOST_DEPTH_OF_A_CALL = 1001  # a thousand in one field
"""As above in the body of an API call, which may hold unknown fields that nobody looks into."""
MOST_NODES = 1_000_000
"""Values of a YAML text with all its aliases written out."""


_TOO_DEEP = f"nested deeper than {MOST_DEPTH} levels"
_RUN = re.compile(rf"(?:[-?] +){{{MOST_DEPTH + 1}}}")


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
        excess = (1, 1, _TOO_DEEP) if _is_deep(source.value, MOST_DEPTH) else None
    else:
        excess = _Bounds().find(text)
    if excess:
        line, column, says = excess
        raise ContractError([Mistake(str(path), line, column, "", says)])
    return read_text(path, text)


class _Bounds:
    """Goes through a YAML text without building it, and counts."""

    def __init__(self) -> None:
        self._open: list[tuple[str | None, int]] = []  # anchor, and nodes before it
        self._sizes: dict[str, int] = {}
        self._nodes = 0

    def find(self, text: str) -> tuple[int, int, str] | None:
        """Find line and column where a text goes beyond the bounds, and say how.

        Args:
            text: the text; where it is no YAML, it is looked at up to there.
        """
        if _RUN.search(text):  # which costs the scanner the square of its length
            return 1, 1, _TOO_DEEP
        with suppress(yaml.YAMLError):  # whoever builds it gets no further, and says what is wrong
            for event in yaml.parse(text, Loader=yamlcore.CCoreLoader):
                excess = self._take(event)
                if excess:
                    mark = event.start_mark
                    return (mark.line + 1, mark.column + 1, excess) if mark else (1, 1, excess)
        return None

    def _take(self, event: yaml.Event) -> str:
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, before = self._open.pop()
            self._sizes |= {anchor: self._nodes - before} if anchor else {}
        elif isinstance(event, yaml.AliasEvent):
            if any(anchor == event.anchor for anchor, _ in self._open):
                return f"*{event.anchor} stands within what it names; nothing can hold itself"
            self._nodes += self._sizes.get(event.anchor or "", 1)
        elif isinstance(event, yaml.NodeEvent):
            self._nodes += 1
            if isinstance(event, yaml.CollectionStartEvent):
                self._open.append((event.anchor, self._nodes - 1))
        if len(self._open) > MOST_DEPTH:
            return _TOO_DEEP
        return f"more than {MOST_NODES} values with all aliases written out" if self._nodes > MOST_NODES else ""
