"""Content in one neutral form, whichever dialect it is written in, to tell whether two are equal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Neutral = tuple[Any, ...]


@dataclass(frozen=True)
class Dialect:
    """How a version of the API spells what it does not spell like the other one."""

    block: str
    element: str
    list_kind: str
    indent: str
    run: str
    strike: str
    back: str
    colour: str
    docs: str
    person: str
    person_id: str
    images: str
    token: str


V1 = Dialect(
    block="type",
    element="type",
    list_kind="type",
    indent="indentLevel",
    run="textRun",
    strike="strikeThrough",
    back="backColor",
    colour="textColor",
    docs="docsLink",
    person="person",
    person_id="openId",
    images="imageList",
    token="fileToken",  # noqa: S106 - the name of a field
)
V2 = Dialect(
    block="block_element_type",
    element="paragraph_element_type",
    list_kind="list_type",
    indent="indent_level",
    run="text_run",
    strike="strike_through",
    back="back_color",
    colour="text_color",
    docs="docs_link",
    person="mention",
    person_id="user_id",
    images="images",
    token="file_token",  # noqa: S106 - the name of a field
)


def neutral(content: Any, dialect: Dialect) -> Neutral:
    """Reduce content to what both versions of the API show of it.

    What one of them leaves out, adds or makes anew counts as absent: empty styles, `false`, titles of documents,
    internal ids of people, addresses of uploaded images.

    Args:
        content: JSON of a record's content; unknown keys are passed over.
        dialect: how it is spelled.
    """
    return tuple(_block(block, dialect) for block in _list(content, "blocks"))


def plain_text(form: Neutral) -> str:
    """Give the words alone, to find what may be the same content in another dress.

    Args:
        form: neutral form.
    """
    runs = (element[0] for block in form for element in block[2])
    return " ".join(" ".join(str(run) for run in runs if run).split())


def _block(block: Any, names: Dialect) -> Neutral:
    paragraph, gallery = _map(block, "paragraph"), _map(block, "gallery")
    style = _map(_map(paragraph, "style"), "list")
    return (
        _get(block, names.block),
        (_get(style, names.list_kind), _get(style, names.indent), _get(style, "number")),
        tuple(_element(element, names) for element in _list(paragraph, "elements")),
        tuple(_image(image, names) for image in _list(gallery, names.images)),
    )


def _element(element: Any, names: Dialect) -> Neutral:
    run = _map(element, names.run)
    style = _map(run, "style")
    link = _get(_map(style, "link"), "url")
    look = (
        _get(style, "bold"),
        _get(style, names.strike),
        link,
        *(_colour(style, name) for name in (names.back, names.colour)),
    )
    docs, person = _get(_map(element, names.docs), "url"), _get(_map(element, names.person), names.person_id)
    return (_get(run, "text"), look, docs, person)


def _colour(style: Mapping[str, Any], name: str) -> Neutral:
    colour = _map(style, name)
    return tuple(_get(colour, part) for part in ("red", "green", "blue", "alpha"))


def _image(image: Any, names: Dialect) -> Neutral:
    token = _get(image, names.token)
    return (token, None if token else _get(image, "src"), _get(image, "width"), _get(image, "height"))


def _get(value: Any, key: str) -> Any:
    """Give a simple value; what is empty or false counts as absent, zero does not."""
    found = value.get(key) if isinstance(value, Mapping) else None
    if found is False or found == "" or isinstance(found, Mapping | list):
        return None
    return found


def _map(value: Any, key: str) -> Mapping[str, Any]:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, Mapping) else None
    return list(found) if isinstance(found, list | tuple) else []
