"""Content as plain text."""

from collections.abc import Iterable, Mapping

from feishu_okr.client.content.reading import DocLink, Line, Mention, Picture, Piece, Row, Run

MARKS = {"bullet": "• ", "checkBox": "☐ ", "checkedBox": "☑ "}


def write_plain_text(parts: Iterable[Line | Row], names: Mapping[str, str]) -> str:
    """Write content as text, a line a line.

    Args:
        parts: the content as it reads.
        names: names of people by id.
    """
    return "\n".join(_line(part, names) if isinstance(part, Line) else _row(part) for part in parts)


def piece_text(piece: Piece, names: Mapping[str, str]) -> str:
    """Write a piece of a line; a link tells its address where the text does not.

    Args:
        piece: the piece.
        names: names of people by id.
    """
    match piece:
        case Mention(open_id):
            return f"@{names.get(open_id, open_id)}"
        case DocLink(url, title):
            return f"{title} ({url})" if title and url else title or url
        case Run(text=text, link=link):
            return f"{text} ({link})" if link and link != text else text


def picture_text(picture: Picture) -> str:
    """Write an image.

    Args:
        picture: the image.
    """
    return f"[image {picture.token or picture.src or ''}]"


def mark(line: Line) -> str:
    """Give what stands before an item of a list.

    Args:
        line: any line.
    """
    if line.kind == "number":
        return f"{1 if line.number is None else line.number}. "
    return MARKS.get(line.kind, "")


def _line(line: Line, names: Mapping[str, str]) -> str:
    depth = line.level if line.kind == "indent" else line.level - 1
    words = "".join(piece_text(piece, names) for piece in line.pieces)
    return f"{'  ' * depth}{mark(line)}{words}"


def _row(row: Row) -> str:
    return " ".join(map(picture_text, row.pictures))
