"""Markdown read as blocks of content."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from markdown_it.token import Token

from feishu_okr.client.content.loss import Losses, MarkdownError, OnUnsupported
from feishu_okr.client.content.markdown import LINE_BREAK, LONGEST, Dialect
from feishu_okr.client.content.markdown_inline import Inline, Part, Uploaded
from feishu_okr.client.content.rules import JSON, deepest_indent

_TASK = re.compile(r"\[([ xX])\](?: |\t|$)")
Images = Mapping[str, Mapping[str, Any]] | Callable[[str], Mapping[str, Any]]


def read_markdown(markdown: str, images: Images | None, on_unsupported: OnUnsupported) -> list[JSON]:
    """Read Markdown as blocks.

    Args:
        markdown: the text.
        images: uploaded images by address, or a function that gives them.
        on_unsupported: what becomes of what has no counterpart.

    Raises:
        MarkdownError: something has no counterpart, an image is not uploaded, or the text is too long or too deep.
    """
    losses = Losses(on_unsupported, "line")
    if "\0" in markdown:
        losses.lose(markdown[: markdown.index("\0")].count("\n") + 1, "a control character", "�")
    reader = _Reader(losses, images if callable(images) else (images or {}).get, deepest_indent())
    for token in _tokens(markdown):
        _READERS.get(token.type, _Reader.other)(reader, token)
    losses.settle()
    return reader.blocks


def image_addresses(markdown: str) -> list[str]:
    """Name the images of a text that are still to be uploaded, each once, in order.

    Args:
        markdown: the text.

    Raises:
        MarkdownError: the text is too long or too deep.
    """
    inline = (child for token in _tokens(markdown) for child in token.children or ())
    found = (str(child.attrs["src"]) for child in inline if child.type == "image" and not _is_uploaded(child))
    return list(dict.fromkeys(found))


def _is_uploaded(token: Token) -> bool:
    return str(token.attrs.get("title", "")).startswith("feishu:")


def _tokens(markdown: str) -> list[Token]:
    if len(markdown) > LONGEST:
        raise MarkdownError(f"line 1: the text has {len(markdown)} characters; {LONGEST} are the most that is read")
    return Dialect().parse(markdown)


@dataclass
class _Item:
    """An open item of a list.

    Args:
        kind: type of the item.
        number: its number, where it is ordered.
        is_begun: whether its own line was read.
    """

    kind: str
    number: int | None
    is_begun: bool = False


@dataclass
class _Reader:
    """Reads the parser's tokens.

    Args:
        losses: takes what has no counterpart.
        uploaded: finds an uploaded image.
        deepest: the largest level of an item.
        blocks: what was read.
        lists: the next number of each open list, None where it is not ordered.
        items: open items, one for each of the open lists.
        is_heading: whether a heading is open.
        cells: what the open row of a table says.
    """

    losses: Losses
    uploaded: Uploaded
    deepest: int
    blocks: list[JSON] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)
    items: list[_Item] = field(default_factory=list)
    is_heading: bool = False
    cells: Inline | None = None

    def open_list(self, token: Token) -> None:
        """Begin a list; an item that holds it before any text is an empty one."""
        self._begin_item()
        self.lists.append(int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None)

    def close_list(self, _: Token) -> None:
        """End a list."""
        self.lists.pop()

    def open_item(self, token: Token) -> None:
        """Begin an item."""
        number = self.lists[-1]
        if number is not None:
            self.lists[-1] = number + 1
        if len(self.lists) > self.deepest:
            self.losses.lose(_line(token), f"an item deeper than {self.deepest}", "a less deep one")
        self.items.append(_Item("bullet" if number is None else "number", number))

    def close_item(self, _: Token) -> None:
        """End an item."""
        self._begin_item()
        self.items.pop()

    def text(self, token: Token) -> None:
        """Read a line of text, a heading or a cell of a table."""
        children = list(token.children or ())
        if self.cells:
            self.cells.line = _line(token)
            self.cells.say(" | " if self.cells.run or self.cells.groups else "")
            self.cells.read(children)
            return
        inline = Inline(self.losses, self.uploaded, _line(token), bold=int(self.is_heading))
        if self.items and not self.items[-1].is_begun and not self.is_heading:
            self._read_task(children, inline.line)
        inline.read(children)
        self._emit(inline)

    def open_heading(self, token: Token) -> None:
        """Begin a heading."""
        self.losses.lose(_line(token), "a heading", "bold text")
        self.is_heading = True

    def close_heading(self, _: Token) -> None:
        """End a heading."""
        self.is_heading = False

    def open_row(self, token: Token) -> None:
        """Begin a row of a table."""
        self.cells = Inline(self.losses, self.uploaded, _line(token))

    def close_row(self, _: Token) -> None:
        """End a row of a table."""
        if self.cells:
            self._emit(self.cells)
        self.cells = None

    def code(self, token: Token) -> None:
        """Read a block of code."""
        self._lines(token, "a block of code")

    def html(self, token: Token) -> None:
        """Read a block of HTML; a break alone is an empty line."""
        if LINE_BREAK.fullmatch(token.content):
            self._line([])
        else:
            self._lines(token, "HTML")

    def quote(self, token: Token) -> None:
        """Begin a quotation."""
        self.losses.lose(_line(token), "a quotation", "plain lines")

    def table(self, token: Token) -> None:
        """Begin a table."""
        self.losses.lose(_line(token), "a table", "lines with | between the cells")

    def rule(self, token: Token) -> None:
        """Read a rule."""
        self.losses.lose(_line(token), "a horizontal rule", "nothing")

    def other(self, token: Token) -> None:
        """Pass over what needs no attention: the ends of paragraphs, quotations and parts of tables."""

    def _read_task(self, children: list[Token], line: int) -> None:
        match = _TASK.match(children[0].content) if children and children[0].type == "text" else None
        if match:
            item = self.items[-1]
            if item.kind == "number":
                self.losses.lose(line, "a task in a numbered list", "a task without number")
            item.kind, item.number = "checkBox" if match[1] == " " else "checkedBox", None
            children[0].content = children[0].content[match.end() :]

    def _lines(self, token: Token, what: str) -> None:
        self.losses.lose(_line(token), what, "plain lines")
        for number, line in enumerate(token.content.rstrip("\n").split("\n"), _line(token)):
            inline = Inline(self.losses, self.uploaded, number)
            inline.say(line)
            self._emit(inline)

    def _emit(self, inline: Inline) -> None:
        groups = inline.close() or [("line", [])]
        for kind, pieces in groups:
            if kind == "line":
                self._line(pieces)
            else:
                self._row(pieces, inline.line)

    def _row(self, images: list[Part], line: int) -> None:
        if self.items:
            self.losses.lose(line, "an image in a list", "a row of its own")
            self._begin_item()
        self.blocks.append({"type": "gallery", "gallery": {"imageList": images}})

    def _line(self, elements: list[Part]) -> None:
        paragraph: JSON = {"elements": elements}
        if self.items:
            item = self.items[-1]
            made: JSON = {"type": "indent" if item.is_begun else item.kind, "indentLevel": self._level()}
            if not item.is_begun and item.number is not None:
                made["number"] = item.number
            item.is_begun = True
            paragraph["style"] = {"list": made}
        self.blocks.append({"type": "paragraph", "paragraph": paragraph})

    def _level(self) -> int:
        return min(len(self.items), self.deepest)

    def _begin_item(self) -> None:
        if self.items and not self.items[-1].is_begun:
            self._line([])


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


_READERS: dict[str, Callable[[_Reader, Token], None]] = {
    "bullet_list_open": _Reader.open_list,
    "ordered_list_open": _Reader.open_list,
    "bullet_list_close": _Reader.close_list,
    "ordered_list_close": _Reader.close_list,
    "list_item_open": _Reader.open_item,
    "list_item_close": _Reader.close_item,
    "inline": _Reader.text,
    "heading_open": _Reader.open_heading,
    "heading_close": _Reader.close_heading,
    "blockquote_open": _Reader.quote,
    "table_open": _Reader.table,
    "tr_open": _Reader.open_row,
    "tr_close": _Reader.close_row,
    "fence": _Reader.code,
    "code_block": _Reader.code,
    "html_block": _Reader.html,
    "hr": _Reader.rule,
}
