"""What differs between any two runs, such as ids and times, put into classes so that answers can be compared."""

import re
from collections.abc import Mapping
from typing import Any

_NAMED = {"file_token": "<file>", "fileToken": "<file>", "page_token": "<page>"}
"""Members whose texts are volatile whatever they look like; an empty text stays."""
_SECONDS = ("expire", "expires_in", "refresh_token_expires_in", "refresh_expires_in")
"""Members that count down."""
_SHORTEST = 8
"""Characters of an id that is looked for in texts; a shorter one would be found everywhere."""
RECORDED = "<recorded>"
_CLASSES = (
    (re.compile(r"recorded(?: name |-(?:value|person|secret|ticket)-)[0-9]+"), RECORDED),
    (re.compile(r"eyJ[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]*"), "<jwt>"),
    (re.compile(r"https?://[^/\s\"?]+"), "<host>"),
    (re.compile(r"\b[tua]r?-[A-Za-z0-9_.~-]{8,}"), "<token>"),
    (re.compile(r"\b[0-9]{14}[0-9A-F]{20}\b"), "<log id>"),
    (re.compile(r"\bcli_[A-Za-z0-9_-]+"), "<app>"),
    (re.compile(r"\bou_[0-9a-f]{16,}"), "<open id>"),
    (re.compile(r"\bon_[0-9a-f]{16,}"), "<union id>"),
    (re.compile(r"\bbox[A-Za-z0-9]{20,}"), "<file>"),
    (re.compile(r"\b[0-9]{16,20}\b"), "<id>"),
    (re.compile(r"\b1[0-9]{12}\b"), "<time>"),
    (re.compile(r"\b(?:[0-9a-f]{16,}|[0-9a-f]{8})\b"), "<hex>"),
    (re.compile(r"\b[A-Za-z0-9_-]{32,}\b"), "<opaque>"),
)
"""What a text may hold, and the class that stands for it; the first that fits wins."""


class Volatile:
    """Puts what is volatile in the answers of one target into classes.

    Args:
        known: ids that are known there, by name; they become their names.
        app: id of the app that calls.
    """

    def __init__(self, known: Mapping[str, str], app: str) -> None:
        named = {value: f"<{name}>" for name, value in known.items() if len(value) >= _SHORTEST}
        self._named = {app: "<app>", **named} if app else named
        words = "|".join(re.escape(value) for value in sorted(self._named, key=len, reverse=True))
        self._words = re.compile(f"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])") if words else None

    def value(self, value: Any, name: str = "") -> Any:
        """Give a JSON value with classes in place of what is volatile.

        Args:
            value: JSON value.
            name: member it is the value of.
        """
        if isinstance(value, dict):
            return {key: self.value(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item, name) for item in value]
        if name in _NAMED and isinstance(value, str) and value:
            return _NAMED[name]
        if name in _SECONDS and isinstance(value, int):
            return "<seconds>"
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """Give a text with classes in place of what is volatile.

        Args:
            text: any text.
        """
        if self._words:
            text = self._words.sub(lambda found: self._named[found[0]], text)
        for pattern, name in _CLASSES:
            text = pattern.sub(name, text)
        return text
