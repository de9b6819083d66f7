"""Bounds of a YAML text: how deep it nests, and how large it becomes with all its aliases written out."""

import re
from contextlib import suppress

import yaml
import yamlcore

from feishu_okr.contract.nesting import MOST_DEPTH, TOO_DEEP

MOST_NODES = 1_000_000
"""Values of a YAML text with all its aliases written out."""
_RUN = re.compile(rf"(?:[-?] +){{{MOST_DEPTH + 1}}}")


class Bounds:
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
            return 1, 1, TOO_DEEP
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
            return TOO_DEEP
        return f"more than {MOST_NODES} values with all aliases written out" if self._nodes > MOST_NODES else ""
