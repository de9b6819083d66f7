"""Content as the calls that build it, for its repr."""

from feishu_okr.client.content.reading import DocLink, Line, Mention, Picture, Piece, Row, Run, Tint

_METHODS = {"number": "ordered", "checkBox": "todo", "checkedBox": "todo", "indent": "indented"}


def write_builder(part: Line | Row) -> str:
    """Write the call that adds a line or row; addresses of images are left out, since their tickets are secret.

    Args:
        part: the line or row.
    """
    if isinstance(part, Row):
        return f".gallery({', '.join(map(_picture, part.pictures))})"
    arguments = [*map(_piece, part.pieces)]
    if part.kind == "checkedBox":
        arguments.append("done=True")
    if part.level > 1:
        arguments.append(f"level={part.level}")
    if part.number is not None:
        arguments.append(f"number={part.number}")
    return f".{_METHODS.get(part.kind, part.kind or 'paragraph')}({', '.join(arguments)})"


def _picture(picture: Picture) -> str:
    size = [f"{name}={value}" for name in ("width", "height") if (value := getattr(picture, name)) is not None]
    return f"image({', '.join([repr(picture.token), *size])})"


def _piece(piece: Piece) -> str:
    match piece:
        case Mention(open_id):
            return f"person({open_id!r})"
        case DocLink(url, title):
            return f"doc({url!r}, {title!r})" if title else f"doc({url!r})"
        case Run():
            return _run(piece)


def _run(run: Run) -> str:
    styles = [name for name, value in (("bold=True", run.bold), ("strike_through=True", run.strike)) if value]
    styles += [f"{name}={dict(tint)}" for name, tint in _tints(run) if tint]
    if run.link is not None:
        styles.append(f"link={run.link!r}")
    return f"text({', '.join([repr(run.text), *styles])})" if styles else repr(run.text)


def _tints(run: Run) -> tuple[tuple[str, Tint], ...]:
    return ("text_color", run.text_color), ("back_color", run.back_color)
