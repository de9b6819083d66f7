"""Content as it reads: lines of pieces and rows of pictures, whatever is left out or split up in the JSON."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from feishu_okr.client.content.rules import JSON

Tint = tuple[tuple[str, float], ...]


class Run(NamedTuple):
    """Text in one style.

    Args:
        text: the text, not empty.
        bold: whether it is bold.
        strike: whether it is struck through.
        link: address it leads to.
        text_color: parts of the colour of the letters by name.
        back_color: parts of the colour behind them.
    """

    text: str
    bold: bool = False
    strike: bool = False
    link: str | None = None
    text_color: Tint = ()
    back_color: Tint = ()


class Mention(NamedTuple):
    """A mention of a person by id."""

    open_id: str


class DocLink(NamedTuple):
    """A link to a document; an empty title is one that the service finds."""

    url: str
    title: str


class Picture(NamedTuple):
    """An uploaded image.

    Args:
        token: token that the upload answered with.
        src: address; not compared where there is a token, since its ticket changes.
        width: width in pixels.
        height: height in pixels.
    """

    token: str | None
    src: str | None
    width: float | None
    height: float | None


Piece = Run | Mention | DocLink


class Line(NamedTuple):
    """A line of text.

    Args:
        kind: type of the list it is an item of, "" for none.
        level: depth in the list, 0 for none.
        number: number of an ordered item.
        pieces: what it says.
    """

    kind: str
    level: int
    number: int | None
    pieces: tuple[Piece, ...]


class Row(NamedTuple):
    """A row of images."""

    pictures: tuple[Picture, ...]


def read_block(block: JSON) -> Line | Row:
    """Read a block.

    Args:
        block: a block that keeps the contract.
    """
    if block.get("type", "gallery" if "gallery" in block else "paragraph") == "gallery":
        images = block.get("gallery", {}).get("imageList", [])
        return Row(tuple(_picture(image) for image in images if image))
    paragraph = block.get("paragraph", {})
    return Line(*list_of(block), pieces=tuple(joined(_pieces(paragraph.get("elements", [])))))


def list_of(block: JSON) -> tuple[str, int, int | None]:
    """Say which list a block is an item of: type, level, number.

    Args:
        block: a block that keeps the contract.
    """
    style = block.get("paragraph", {}).get("style", {}).get("list", {})
    kind = style.get("type", "")
    return (kind, style.get("indentLevel", 1), style.get("number")) if kind else ("", 0, None)


def _picture(image: JSON) -> Picture:
    return Picture(image.get("fileToken"), image.get("src"), image.get("width"), image.get("height"))


def _pieces(elements: Iterable[JSON]) -> Iterator[Piece]:
    for element in elements:
        kind = element.get("type") or next(iter(element), "")
        member = element.get(kind, {})
        if kind == "person" and member.get("openId"):
            yield Mention(member["openId"])
        elif kind == "docsLink" and member:
            yield DocLink(member.get("url", ""), member.get("title", ""))
        elif member.get("text"):
            yield _run(member["text"], member.get("style", {}))


def _run(text: str, style: dict[str, Any]) -> Run:
    return Run(
        text,
        style.get("bold", False),
        style.get("strikeThrough", False),
        style.get("link", {}).get("url"),
        tuple(sorted(style.get("textColor", {}).items())),
        tuple(sorted(style.get("backColor", {}).items())),
    )


def joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Join neighbouring runs of one style.

    Args:
        pieces: pieces of a line.
    """
    last: Piece | None = None
    for piece in pieces:
        if isinstance(last, Run) and isinstance(piece, Run) and last[1:] == piece[1:]:
            last = last._replace(text=last.text + piece.text)
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last


def comparable(part: Line | Row) -> Line | Row:
    """Leave out what two equal contents may differ in: the tickets of images.

    Args:
        part: a line or row.
    """
    if isinstance(part, Line):
        return part
    return Row(tuple(picture._replace(src=None) if picture.token else picture for picture in part.pictures))
