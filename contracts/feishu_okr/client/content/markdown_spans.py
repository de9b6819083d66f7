"""A line's pieces as Markdown: marks around styles, addresses around links."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from feishu_okr.client.content.markdown import DOC
from feishu_okr.client.content.markdown_escape import Edges, escape, is_blank, is_punctuation, is_word
from feishu_okr.client.content.reading import DocLink, Mention, Piece, Run

_MARKS = {"bold": "**", "strike": "~~"}
_PLAIN_URL = re.compile(r"(?:[!#-%'*-;=?-\[\]-~]|&(?!#?\w+;))+")
_AUTOLINK = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,31}:[!-;=?-~]*")


class _Token(NamedTuple):
    """A part of the line: `text` to escape, a mark that `open`s or `close`s, or something `raw`."""

    kind: str
    value: str


_NOTHING = _Token("", "")


def write_spans(pieces: Sequence[Piece], names: Mapping[str, str]) -> str:
    """Write the pieces of a line.

    Args:
        pieces: the pieces, none of which Markdown lacks a counterpart of.
        names: names of people by id.
    """
    tokens = [_NOTHING, _NOTHING, *_tokens(pieces, names), _NOTHING, _NOTHING]
    return "".join(_written(tokens, at) for at in range(2, len(tokens) - 2))


def destination(url: str) -> str:
    """Write the address of a link or image.

    Args:
        url: the address.
    """
    if _PLAIN_URL.fullmatch(url):
        return url
    escaped = re.sub(r"[\\<>]|&(?=#?\w+;)", r"\\\g<0>", url)
    return f"<{escaped.replace(chr(10), '&#10;').replace(chr(13), '&#13;')}>"


def _written(tokens: Sequence[_Token], at: int) -> str:
    left, token, right = tokens[at - 1 : at + 2]
    if token.kind != "text":
        return token.value
    edges = Edges(
        starts=left is _NOTHING,
        strips_left=left is _NOTHING or left.kind == "open",
        strips_right=right is _NOTHING or right.kind == "close",
        hides_first=left.kind == "close" and _ends_hard(tokens, at - 2) and is_word(token.value[0]),
        hides_last=right.kind == "open" and _begins_hard(tokens, at + 2) and is_word(token.value[-1]),
        before_link=right.kind == "raw" and right.value.startswith("["),
    )
    return escape(token.value, edges)


def _ends_hard(tokens: Sequence[_Token], at: int) -> bool:
    """Say whether what a mark encloses ends so that a word behind the mark would spoil it."""
    return _is_hard(tokens[at], -1) or (len(tokens[at].value) == 1 and tokens[at - 1].kind == "close")


def _begins_hard(tokens: Sequence[_Token], at: int) -> bool:
    """Say whether what a mark encloses begins so that a word before the mark would spoil it."""
    return _is_hard(tokens[at], 0) or (len(tokens[at].value) == 1 and tokens[at + 1].kind == "open")


def _is_hard(inner: _Token, edge: int) -> bool:
    """Tell blanks and punctuation; a single character beside a second mark may become an entity, which ends in `;`."""
    return inner.kind != "text" or is_blank(inner.value[edge]) or is_punctuation(inner.value[edge])


def _tokens(pieces: Sequence[Piece], names: Mapping[str, str]) -> Iterator[_Token]:
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        if isinstance(piece, Run):
            runs = list(takewhile(lambda other: isinstance(other, Run), pieces[at:]))
            yield from _nested([run for run in runs if isinstance(run, Run)], frozenset())
            at += len(runs)
            continue
        at += 1
        yield from _mention(piece, names) if isinstance(piece, Mention) else _doc(piece)


def _mention(mention: Mention, names: Mapping[str, str]) -> Iterator[_Token]:
    yield _Token("raw", "@[")
    yield _Token("text", names.get(mention.open_id) or mention.open_id)
    yield _Token("raw", f"]({mention.open_id})")


def _doc(link: DocLink) -> Iterator[_Token]:
    yield _Token("raw", "[")
    if link.title:
        yield _Token("text", link.title)
    yield _Token("raw", f']({destination(link.url)} "{DOC}")')


def _nested(runs: Sequence[Run], done: frozenset[str]) -> Iterator[_Token]:
    """Write runs; of the styles that begin at one, the one that reaches furthest goes around the others."""
    at = 0
    while at < len(runs):
        reach = {style: _reach(runs, at, style) for style in ("link", "bold", "strike") if style not in done}
        style = max(reach, key=lambda name: reach[name], default="link")
        length = reach.get(style, 0)
        if length:
            yield from _wrapped(runs[at : at + length], style, done)
        else:
            yield _Token("text", runs[at].text)
        at += length or 1


def _reach(runs: Sequence[Run], at: int, style: str) -> int:
    wanted = getattr(runs[at], style)
    if wanted is False or wanted is None:
        return 0
    return sum(1 for _ in takewhile(lambda run: getattr(run, style) == wanted, runs[at:]))


def _wrapped(runs: Sequence[Run], style: str, done: frozenset[str]) -> Iterator[_Token]:
    if style == "link":
        yield from _linked(runs, done)
        return
    yield _Token("open", _MARKS[style])
    yield from _nested(runs, done | {style})
    yield _Token("close", _MARKS[style])


def _linked(runs: Sequence[Run], done: frozenset[str]) -> Iterator[_Token]:
    url = runs[0].link or ""
    is_bare = len(runs) == 1 and runs[0].text == url and not _styles(runs[0]) - done
    if is_bare and _AUTOLINK.fullmatch(url):
        yield _Token("raw", f"<{url}>")
        return
    yield _Token("raw", "[")
    yield from _nested(runs, done | {"link"})
    yield _Token("raw", f"]({destination(url)})")


def _styles(run: Run) -> set[str]:
    return {style for style in _MARKS if getattr(run, style)}
