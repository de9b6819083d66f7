"""Content reduced to what Markdown can say; what is lost on the way is reported."""

from collections.abc import Iterator
from dataclasses import dataclass

from feishu_okr.client.content.loss import Losses
from feishu_okr.client.content.markdown import CONTROL, ID, Dialect
from feishu_okr.client.content.plain_text import picture_text
from feishu_okr.client.content.reading import DocLink, Line, Mention, Picture, Piece, Row, Run, joined

LARGEST_NUMBER = 999_999_999


@dataclass
class Counterpart:
    """Takes from the lines and rows of one content what Markdown cannot say.

    Args:
        losses: takes what is lost.
        dialect: knows which addresses can be linked to.
        number: the block at hand, from 1.
    """

    losses: Losses
    dialect: Dialect
    number: int = 0

    def of(self, part: Line | Row) -> Iterator[Line | Row]:
        """Give what is left of the next line or row: itself, lines instead, or nothing.

        Args:
            part: the line or row.
        """
        self.number += 1
        if isinstance(part, Line):
            yield self._line(part)
        elif all(map(self._can_show, part.pictures)) and part.pictures:
            yield part
        else:
            self._lose("a row without images" if not part.pictures else "an image without token", "text")
            told = self._text(" ".join(map(picture_text, part.pictures)))
            yield Line("", 0, None, (told,) if told else ())

    def _lose(self, what: str, became: str) -> None:
        self.losses.lose(self.number, what, became)

    def _can_show(self, picture: Picture) -> bool:
        return ID.fullmatch(picture.token or "") is not None and self._can_link(picture.src or "")

    def _can_link(self, url: str) -> bool:
        return self.dialect.validateLink(url) and not CONTROL.search(url)

    def _line(self, line: Line) -> Line:
        number = line.number
        if line.kind == "number" and not 0 <= (number or 0) <= LARGEST_NUMBER:
            self._lose(f"the number {number}", "the one that is next")
            number = None
        pieces = joined(piece for found in line.pieces if (piece := self._piece(found)))
        return line._replace(number=number, pieces=tuple(pieces))

    def _piece(self, piece: Piece) -> Piece | None:
        match piece:
            case Mention(open_id) if not ID.fullmatch(open_id):
                self._lose("a mention of what is no id", "text")
                return self._text(f"@{open_id}")
            case DocLink(url, title) if not self._can_link(url):
                self._lose("a link to what is no address", "text")
                return self._text(title or url)
            case DocLink(url, title):
                return DocLink(url, self._printable(title))
            case Run():
                return self._run(piece)
        return piece

    def _run(self, run: Run) -> Run | None:
        if run.text_color or run.back_color:
            self._lose("a colour", "plain text")
        link = run.link
        if link is not None and not self._can_link(link):
            self._lose("a link to what is no address", "plain text")
            link = None
        text = self._printable(run.text)
        return Run(text, run.bold, run.strike, link) if text else None

    def _text(self, text: str) -> Run | None:
        printable = self._printable(text)
        return Run(printable) if printable else None

    def _printable(self, text: str) -> str:
        if CONTROL.search(text):
            self._lose("a control character", "nothing")
            return CONTROL.sub("", text)
        return text
