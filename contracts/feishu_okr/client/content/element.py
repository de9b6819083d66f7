"""The pieces of rich text: runs of text, mentions, links to documents, images. Source: dochub (create page)."""

import re
from collections.abc import Mapping, Sequence

from feishu_okr.client.content.rules import JSON, ContentError, checked
from feishu_okr.client.types_content import Element, Image

Color = str | Sequence[float] | Mapping[str, float]
_HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})?")
_PARTS = ("red", "green", "blue", "alpha")


def text(
    text: str,
    *,
    bold: bool = False,
    strike_through: bool = False,
    text_color: Color | None = None,
    back_color: Color | None = None,
    link: str | None = None,
) -> Element:
    """Make a run of text in one style.

    Args:
        text: the text; may be empty and may hold line ends.
        bold: whether it is bold.
        strike_through: whether it is struck through.
        text_color: colour of the letters: `"#d83931"`, `(216, 57, 49)` or `(216, 57, 49, 0.5)`, or the API's object.
        back_color: colour behind them, likewise.
        link: address that the text leads to.

    Raises:
        ContentError: an argument is not what the contract allows.
    """
    marks = {"bold": bold, "strikeThrough": strike_through}
    style: JSON = {name: value for name, value in marks.items() if value is not False}
    colors = {"textColor": text_color, "backColor": back_color}
    style |= {name: _color(color) for name, color in colors.items() if color is not None}
    if link is not None:
        style["link"] = {"url": link}
    run = {"text": text, "style": style} if style else {"text": text}
    return _element("textRun", run)


def person(open_id: str) -> Element:
    """Make a mention of a person.

    Args:
        open_id: id of the person, in the kind that the call's `user_id_type` names.

    Raises:
        ContentError: it is no string.
    """
    return _element("person", {"openId": open_id})


def doc(url: str, title: str | None = None) -> Element:
    """Make a link to a Feishu document.

    Args:
        url: address of the document.
        title: its title; the service finds it if left out.

    Raises:
        ContentError: an argument is no string.
    """
    return _element("docsLink", {"url": url} if title is None else {"url": url, "title": title})


def image(
    uploaded: str | Mapping[str, object],
    *,
    src: str | None = None,
    width: float | None = None,
    height: float | None = None,
) -> Image:
    """Make an image of a gallery from an uploaded one.

    Args:
        uploaded: the file token, or what the upload answered: `file_token` and `url`.
        src: address of the image; the upload's `url` by default.
        width: width in pixels.
        height: height in pixels.

    Raises:
        ContentError: an argument is not what the contract allows.
    """
    known = {"file_token": uploaded} if isinstance(uploaded, str) else dict(uploaded)
    item = {
        "fileToken": known.get("file_token", known.get("fileToken")),
        "src": known.get("url", known.get("src")) if src is None else src,
        "width": known.get("width") if width is None else width,
        "height": known.get("height") if height is None else height,
    }
    made: Image = checked("Image", {name: value for name, value in item.items() if value is not None})
    if "fileToken" not in made:
        raise ContentError("an image needs the file_token that its upload answered with")
    return made


def as_element(piece: object, place: str) -> object:
    """Take a plain string as a run of text; anything else is left to the check.

    Args:
        piece: what was given to the builder.
        place: where, for the message.

    Raises:
        ContentError: it is neither a string nor an element.
    """
    if isinstance(piece, str):
        return text(piece)
    if isinstance(piece, Mapping):
        return piece
    kind = type(piece).__name__
    raise ContentError(f"{place}: give a string or what text(), person() or doc() makes, not {kind}")


def _element(kind: str, member: JSON) -> Element:
    made: Element = checked("Element", {"type": kind, kind: member})
    return made


def _color(color: Color) -> object:
    if isinstance(color, str):
        return _from_hex(color)
    return color if isinstance(color, Mapping) else dict(zip(_PARTS, color, strict=False))


def _from_hex(color: str) -> dict[str, float]:
    match = _HEX.fullmatch(color)
    if not match:
        raise ContentError(f"{color!r} is no colour; write it as '#d83931' or as (216, 57, 49)")
    red, green, blue, alpha = (int(part, 16) for part in match.groups(default="ff"))
    return {"red": red, "green": green, "blue": blue, "alpha": alpha / 255 if match[4] else 1}
