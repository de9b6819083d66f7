"""What stands in a line of Markdown, as elements and images."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from markdown_it.token import Token

from feishu_okr.client.content.element import doc, image, person, text
from feishu_okr.client.content.loss import Losses
from feishu_okr.client.content.markdown import CONTROL, DOC, ID, IMAGE, LINE_BREAK
from feishu_okr.client.content.rules import ContentError

Uploaded = Callable[[str], Mapping[str, Any] | None]
Part = Mapping[str, Any]
"""An element of a line or an image of a row."""
_Style = tuple[bool, bool, str | None]


@dataclass
class _Link:
    """An open link; the words of a mention or document are its own."""

    kind: str
    url: str
    words: str = ""
    is_empty: bool = True


@dataclass
class Inline:
    """Reads one line of text.

    Args:
        losses: takes what has no counterpart.
        uploaded: finds an uploaded image by its address in the Markdown.
        line: number of the line in the Markdown, from 1; goes on with the text.
        bold: how many marks make the text bold.
        strike: how many marks strike it through.
        link: the link it stands in.
        run: text in one style that goes on, and that style.
        is_at: whether the text ends with an @ that is not escaped.
        broken: style in which a line of the Markdown ended within the text.
        groups: elements of lines and images of rows, in turn.
    """

    losses: Losses
    uploaded: Uploaded
    line: int
    bold: int = 0
    strike: int = 0
    link: _Link | None = None
    run: str = ""
    style: _Style = (False, False, None)
    is_at: bool = False
    broken: _Style | None = None
    groups: list[tuple[str, list[Part]]] = field(default_factory=list)

    def read(self, tokens: list[Token]) -> None:
        """Read the pieces of a line.

        Args:
            tokens: the parser's.
        """
        for token in tokens:
            _READERS.get(token.type, Inline._other)(self, token)
            self.is_at = token.type == "text" and token.content.endswith("@")

    def say(self, words: str) -> None:
        """Add text in the present style.

        Args:
            words: the text.
        """
        if CONTROL.search(words):
            self._lose("a control character", "nothing")
            words = CONTROL.sub("", words)
        if self.link and self.link.kind != "text":
            self.link.words += words
        elif words:
            self._bridge(words[0])
            self._put(words, self._present())
            if self.link:
                self.link.is_empty = False

    def close(self) -> list[tuple[str, list[Part]]]:
        """End the line; gives `line` and its elements, `row` and its images, in turn."""
        self._end_run()
        kinds = {kind for kind, _ in self.groups}
        if "row" not in kinds:
            return self.groups
        groups = [(kind, pieces) for kind, pieces in self.groups if kind == "row" or not _is_blank(pieces)]
        rows = [pieces for kind, pieces in groups if kind == "row"]
        if len(rows) == len(groups):
            return [("row", [picture for row in rows for picture in row])]
        self._lose("an image within a line", "a row of its own")
        return groups

    def _lose(self, what: str, became: str) -> None:
        self.losses.lose(self.line, what, became)

    def _note(self, what: str, became: str) -> None:
        self.losses.note(self.line, what, became)

    def _bridge(self, following: str) -> None:
        """Put a blank where a line of the Markdown ended, unless both sides are written without blanks."""
        style, self.broken = self.broken, None
        is_within = self.run or (self.groups and self.groups[-1][0] == "line")
        if style and is_within and not (_is_unspaced(self.run[-1:]) and _is_unspaced(following)):
            self._put(" ", style)

    def _present(self) -> _Style:
        return self.bold > 0, self.strike > 0, self.link.url if self.link else None

    def _put(self, words: str, style: _Style) -> None:
        if style != self.style:
            self._end_run()
            self.style = style
        self.run += words

    def _end_run(self) -> None:
        if self.run:
            bold, strike, link = self.style
            self._add("line", text(self.run, bold=bold, strike_through=strike, link=link))
            self.run = ""

    def _add(self, kind: str, piece: Part) -> None:
        if not self.groups or self.groups[-1][0] != kind:
            self.groups.append((kind, []))
        self.groups[-1][1].append(piece)

    def _add_piece(self, piece: Part) -> None:
        self._bridge("@")
        self._end_run()
        self._add("line", piece)
        if self.bold or self.strike:
            self._note("a style on a mention or document", "none")

    def _text(self, token: Token) -> None:
        self.say(token.content)

    def _soft_break(self, _: Token) -> None:
        self.line += 1
        if self.link and self.link.kind != "text":
            self.link.words += " "
        else:
            self.broken = self._present()

    def _hard_break(self, _: Token) -> None:
        self.line += 1
        self.say("\n")

    def _bolder(self, token: Token) -> None:
        self.bold += token.nesting
        self._styled_title(token)

    def _struck(self, token: Token) -> None:
        self.strike += token.nesting
        self._styled_title(token)

    def _styled_title(self, token: Token) -> None:
        if token.nesting > 0 and self.link and self.link.kind != "text":
            self._note("a style within a mention or title", "none")

    def _italic(self, token: Token) -> None:
        if token.nesting > 0:
            self._lose("italic text", "plain text")

    def _code(self, token: Token) -> None:
        self._lose("code", "plain text")
        self.say(token.content)

    def _html(self, token: Token) -> None:
        if LINE_BREAK.fullmatch(token.content):
            self.say("\n")
        else:
            self._lose("HTML", "text as it stands")
            self.say(token.content)

    def _open_link(self, token: Token) -> None:
        url, title = CONTROL.sub("", str(token.attrs["href"])), token.attrs.get("title", "")
        if self.is_at and self.run and ID.fullmatch(url) and not title:
            self.run = self.run[:-1]
            self.link = _Link("person", url)
        elif title == DOC:
            self.link = _Link("doc", url)
        else:
            self.link = _Link("text", url)
            if title:
                self._note("the title of a link", "nothing")

    def _close_link(self, _: Token) -> None:
        link = self.link
        if link and link.kind == "text" and link.is_empty:
            self.say(link.url)
        self.link = None
        if link and link.kind == "person":
            self._add_piece(person(link.url))
        elif link and link.kind == "doc":
            self._add_piece(doc(link.url, link.words or None))

    def _image(self, token: Token) -> None:
        src, title = str(token.attrs["src"]), str(token.attrs.get("title", ""))
        if self.link:
            self._lose("a link on an image", "the image alone")
            self.link.is_empty = False
        if token.content:
            self._note(f"the text {token.content[:40]!r} for an image", "nothing")
        self.broken = None
        self._end_run()
        try:
            self._add("row", self._picture(src, title))
        except ContentError as error:
            self.losses.refuse(self.line, f"image {src[:80]!r}: {error}")

    def _picture(self, src: str, title: str) -> Part:
        if match := IMAGE.fullmatch(title):
            width, height = (orjson.loads(size) if size else None for size in (match["width"], match["height"]))
            return image(match["token"], src=src or None, width=width, height=height)
        if title:
            self._note("the title of an image", "nothing")
        uploaded = self.uploaded(src)
        if uploaded is None:
            raise ContentError("it is not uploaded; pass what its upload answered in images")
        return image(uploaded)

    def _other(self, token: Token) -> None:
        self._lose(token.type.replace("_", " "), "text")
        self.say(token.content)


_READERS: dict[str, Callable[[Inline, Token], None]] = {
    "text": Inline._text,
    "text_special": Inline._text,
    "softbreak": Inline._soft_break,
    "hardbreak": Inline._hard_break,
    "strong_open": Inline._bolder,
    "strong_close": Inline._bolder,
    "s_open": Inline._struck,
    "s_close": Inline._struck,
    "em_open": Inline._italic,
    "em_close": Inline._italic,
    "code_inline": Inline._code,
    "html_inline": Inline._html,
    "link_open": Inline._open_link,
    "link_close": Inline._close_link,
    "image": Inline._image,
}


def _is_blank(pieces: list[Part]) -> bool:
    return all(piece.get("textRun", {"text": "x"})["text"].isspace() for piece in pieces)


def _is_unspaced(char: str) -> bool:
    """Say whether a character, if there is one, belongs to a script written without blanks; Korean is not."""
    if not char or "\uac00" <= char <= "\ud7a3":
        return False
    return unicodedata.east_asian_width(char) in "WF" and unicodedata.category(char)[0] in "LP"
