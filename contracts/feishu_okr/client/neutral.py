"""Content in one neutral form, however it is spelled, to tell whether what was sent is what is shown."""

from collections.abc import Mapping
from typing import Any

Neutral = tuple[Any, ...]
_LOOKS = (("bold",), ("strikeThrough", "strike_through"))
_COLOURS = (("backColor", "back_color"), ("textColor", "text_color"))


def neutral(content: Any) -> Neutral:
    """Reduce content to what v1, in either case, and v2 have in common.

    What one of them leaves out, adds or makes anew counts as absent: empty styles, `false`, titles of documents,
    internal ids of people, addresses of uploaded images.

    Args:
        content: JSON of a record's content; unknown keys are passed over.
    """
    return tuple(_block(block) for block in _list(content, "blocks"))


def plain_text(form: Neutral) -> str:
    """Give the words alone, to find what may be the same content in another dress.

    Args:
        form: neutral form.
    """
    runs = (element[0] for block in form for element in block[2])
    return " ".join(" ".join(str(run) for run in runs if run).split())


def _block(block: Any) -> Neutral:
    paragraph, gallery = _map(block, "paragraph"), _map(block, "gallery")
    items = _map(_map(paragraph, "style"), "list")
    return (
        _get(block, "type", "block_element_type"),
        (_get(items, "type", "list_type"), _get(items, "indentLevel", "indent_level"), _get(items, "number")),
        tuple(_element(element) for element in _list(paragraph, "elements")),
        tuple(_image(image) for image in _list(gallery, "imageList", "image_list", "images")),
    )


def _element(element: Any) -> Neutral:
    run = _map(element, "textRun", "text_run")
    style = _map(run, "style")
    look = tuple(_get(style, *names) for names in _LOOKS)
    colours = tuple(_colour(_map(style, *names)) for names in _COLOURS)
    link = _get(_map(style, "link"), "url")
    document = _get(_map(element, "docsLink", "docs_link"), "url")
    person = _get(_map(element, "person", "mention"), "openId", "open_id", "user_id")
    return (_get(run, "text"), look, colours, link, document, person)


def _colour(colour: Mapping[str, Any]) -> Neutral:
    return tuple(_get(colour, part) for part in ("red", "green", "blue", "alpha"))


def _image(image: Any) -> Neutral:
    token = _get(image, "fileToken", "file_token")
    return (token, None if token else _get(image, "src"), _get(image, "width"), _get(image, "height"))


def _find(value: Any, names: tuple[str, ...]) -> Any:
    return next((value[name] for name in names if name in value), None) if isinstance(value, Mapping) else None


def _get(value: Any, *names: str) -> Any:
    """Give a simple value; what is empty or false counts as absent, zero does not."""
    found = _find(value, names)
    return None if found is False or found == "" or isinstance(found, Mapping | list) else found


def _map(value: Any, *names: str) -> Mapping[str, Any]:
    found = _find(value, names)
    return found if isinstance(found, Mapping) else {}


def _list(value: Any, *names: str) -> list[Any]:
    found = _find(value, names)
    return list(found) if isinstance(found, list | tuple) else []
