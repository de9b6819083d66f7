"""Text written so that Markdown reads it as nothing but that text."""

import re
import string
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_ALWAYS = re.compile(r"[\\`*~\[\]<]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#?\w+;)")
_AT_LINE_START = re.compile(r"(?:^|(?<=\n))(?:[#+\-=|:>]|\d{1,9}(?=[.)](?:\s|$))([.)]))")
_BESIDE_LINE_END = re.compile(r"[^\S\n]+(?=\n)|(?<=\n)[^\S\n]+")
_LEADING, _TRAILING = re.compile(r"\s+"), re.compile(r"\s+\Z")


class Edges(NamedTuple):
    """What stands around a text.

    Args:
        starts: whether it begins a paragraph.
        strips_left: whether blanks at its left end would get lost.
        strips_right: whether blanks at its right end would.
        hides_first: whether its first character would spoil the mark before it.
        hides_last: whether its last character would spoil the mark after it.
        before_link: whether a link follows.
    """

    starts: bool = False
    strips_left: bool = False
    strips_right: bool = False
    hides_first: bool = False
    hides_last: bool = False
    before_link: bool = False


def escape(text: str, edges: Edges) -> str:
    """Write a text; line ends within it become hard breaks.

    Args:
        text: the text, not empty, without control characters.
        edges: what stands around it.
    """
    hidden, slashed = set(_hidden(text, edges)), set(_slashed(text, edges))
    return "".join(_character(at, char, hidden, slashed) for at, char in enumerate(text))


def is_blank(char: str) -> bool:
    """Say whether Markdown takes a character as white space, or loses it at an edge.

    Args:
        char: one character.
    """
    return char.isspace()


def is_punctuation(char: str) -> bool:
    """Say whether some reader of Markdown may take a character as punctuation.

    Args:
        char: one character.
    """
    return unicodedata.category(char)[0] in "PS"


def is_word(char: str) -> bool:
    """Say whether some reader of Markdown may take a character as part of a word.

    Args:
        char: one character.
    """
    category = unicodedata.category(char)
    return category[0] != "P" and category != "Zs" and char not in string.punctuation + "\t\n\r"


def _character(at: int, char: str, hidden: set[int], slashed: set[int]) -> str:
    if at in hidden or char in "\t\r":
        return f"&#{ord(char)};"
    if char == "\n":
        return "\\\n"
    return f"\\{char}" if at in slashed else char


def _hidden(text: str, edges: Edges) -> Iterator[int]:
    """Find what is written as an entity."""
    if edges.strips_left and (match := _LEADING.match(text)):
        yield from range(*match.span())
    if edges.strips_right and (match := _TRAILING.search(text)):
        yield from range(*match.span())
    for match in _BESIDE_LINE_END.finditer(text):
        yield from range(*match.span())
    if edges.hides_first:
        yield 0
    if edges.hides_last:
        yield len(text) - 1


def _slashed(text: str, edges: Edges) -> Iterator[int]:
    """Find what gets a backslash."""
    yield from (match.start() for match in _ALWAYS.finditer(text))
    for match in _AT_LINE_START.finditer(text):
        if match.start() or edges.starts:
            yield match.start(1) if match[1] else match.start()
    if edges.before_link and text[-1] in "!@":
        yield len(text) - 1
