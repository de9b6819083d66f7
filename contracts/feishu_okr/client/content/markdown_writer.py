"""Content written as Markdown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import orjson

from feishu_okr.client.content.loss import Losses, OnUnsupported
from feishu_okr.client.content.markdown import Dialect
from feishu_okr.client.content.markdown_counterpart import LARGEST_NUMBER, Counterpart
from feishu_okr.client.content.markdown_spans import destination, write_spans
from feishu_okr.client.content.reading import Line, Picture, Row

_BOXES = {"checkBox": "[ ] ", "checkedBox": "[x] "}
_EMPTY = "<br>"


def write_markdown(parts: Iterable[Line | Row], names: Mapping[str, str], on_unsupported: OnUnsupported) -> str:
    """Write content as Markdown; ends with a line end unless there is nothing.

    Args:
        parts: the content as it reads.
        names: names of people by id.
        on_unsupported: what becomes of what has no counterpart.

    Raises:
        MarkdownError: something has no counterpart; names every block.
    """
    losses = Losses(on_unsupported, "block")
    counterpart = Counterpart(losses, Dialect())
    plain = [reduced for part in parts for reduced in counterpart.of(part)]
    writer = _Writer(names, losses)
    for number, part in enumerate(plain, 1):
        following = plain[number] if number < len(plain) else None
        continued = following.level if isinstance(following, Line) and following.kind == "indent" else 0
        writer.write(part, number, continued)
    losses.settle()
    return "".join([*writer.chunks, "\n"]) if writer.chunks else ""


@dataclass
class _Item:
    """An open item of a list.

    Args:
        number: its number, where it is ordered.
        sign: what stands after the number.
        offset: column of what it holds.
        is_bare: whether it has no text and nothing else yet.
    """

    number: int | None = None
    sign: str = "."
    offset: int = 0
    is_bare: bool = False


@dataclass
class _Writer:
    """Writes blocks one after the other.

    Args:
        names: names of people by id.
        losses: takes what has no counterpart.
        chunks: what is written.
        open: the items that the next line may belong to, by depth.
    """

    names: Mapping[str, str]
    losses: Losses
    chunks: list[str] = field(default_factory=list)
    open: list[_Item] = field(default_factory=list)

    def write(self, part: Line | Row, number: int, continued: int) -> None:
        """Write a line or row that Markdown can say.

        Args:
            part: the line or row.
            number: which block it is, from 1.
            continued: level of the indented line that follows, 0 for none.
        """
        if isinstance(part, Row):
            self._paragraph("".join(map(_picture, part.pictures)))
        elif part.kind == "indent" and part.level <= len(self.open):
            del self.open[part.level :]
            self._add("\n\n", self.open[-1].offset, self._words(part) or _EMPTY)
        elif part.kind and part.kind != "indent":
            self._item(part, number, continued)
        else:
            if part.kind:
                self.losses.lose(number, "an indented line that belongs to no item", "a paragraph")
            self._paragraph(self._words(part) or _EMPTY)

    def _words(self, line: Line) -> str:
        return write_spans(line.pieces, self.names)

    def _paragraph(self, text: str) -> None:
        self.open.clear()
        self._add("\n\n", 0, text)

    def _add(self, separator: str, offset: int, text: str) -> None:
        indent = " " * offset
        if self.chunks and self.chunks[-1].endswith(_EMPTY):
            separator = "\n\n"  # HTML goes on to the next empty line
        self.chunks += [separator if self.chunks else "", indent, text.replace("\n", f"\n{indent}")]

    def _item(self, line: Line, number: int, continued: int) -> None:
        level = min(line.level, len(self.open) + 1)
        if level < line.level:
            self.losses.lose(number, f"an item of level {line.level} without one above it", "a less deep item")
        parent = self.open[level - 2] if level > 1 else _Item()
        sibling = self.open[level - 1] if level <= len(self.open) else None
        is_first_line = not self.open
        del self.open[level - 1 :]
        item = _numbered(line, sibling) if line.kind == "number" else _Item()
        mark = "- " if item.number is None else f"{item.number}{item.sign} "
        item.offset = parent.offset + len(mark)
        words = _BOXES.get(line.kind, "") + self._words(line)
        words = words or (
            _EMPTY if continued == level else ""
        )  # else what follows would be taken for the item's own text
        item.is_bare = not words
        is_tight = not is_first_line and (parent.is_bare or (words != "" and _is_plain_start(item, sibling)))
        hanging = " " * len(mark)
        self._add("\n" if is_tight else "\n\n", parent.offset, (mark + words.replace("\n", f"\n{hanging}")).rstrip(" "))
        parent.is_bare = False
        self.open.append(item)


def _numbered(line: Line, sibling: _Item | None) -> _Item:
    """Give an item its number; one that does not go on from its sibling begins a new list, by another sign."""
    if sibling is None or sibling.number is None:
        return _Item(1 if line.number is None else line.number)
    expected = min(sibling.number + 1, LARGEST_NUMBER)
    number = expected if line.number is None else line.number
    goes_on = number == sibling.number + 1
    return _Item(number, sibling.sign if goes_on else ")" if sibling.sign == "." else ".")


def _is_plain_start(item: _Item, sibling: _Item | None) -> bool:
    """Say whether an item may stand right below a line of text: a list must not begin there with a number but 1."""
    return item.number in (None, 1) or (
        sibling is not None and sibling.number == (item.number or 0) - 1 and sibling.sign == item.sign
    )


def _picture(picture: Picture) -> str:
    size = f" {_json(picture.width)}x{_json(picture.height)}" if (picture.width, picture.height) != (None, None) else ""
    return f'![]({destination(picture.src or "")} "feishu:{picture.token}{size}")'


def _json(number: float | None) -> str:
    return "" if number is None else orjson.dumps(number).decode()
