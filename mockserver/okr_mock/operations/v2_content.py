"""Rich text in the dialect of v2, made from the stored v1 form or from plain text. Source: spec, xmp (conversion)."""

from collections.abc import Iterator, Mapping
from typing import Any

from okr_mock.call import Call
from okr_mock.operations.mentions import mentioned, parted, shown_id

_NAMES = {
    "textRun": "text_run",
    "docsLink": "docs_link",
    "indentLevel": "indent_level",
    "strikeThrough": "strike_through",
    "backColor": "back_color",
    "textColor": "text_color",
    "imageList": "images",
    "fileToken": "file_token",
    "person": "mention",
    "openId": "user_id",
}
_TYPE_NAMES = {"blocks": "block_element_type", "elements": "paragraph_element_type", "list": "list_type"}
_MENTION = "mention"


def v2_content(call: Call, content: Any) -> Any:
    """Show stored content as v2 does.

    Args:
        call: says which kind of user id it wants.
        content: stored content.
    """
    return _renamed(call, content, "")


def v2_text(call: Call, text: str, mentions: list[str]) -> dict[str, Any]:
    """Show plain text as v2 does: a line a paragraph, mentions as elements of their own.

    Args:
        call: says which kind of user id it wants.
        text: plain text, mentions written as @ and the name.
        mentions: open ids of the people mentioned.
    """
    people = map(call.fixture.people.__getitem__, mentions)
    shown = {f"@{person.name}": shown_id(call, person, "user_id") for person in people}
    blocks = [
        {"block_element_type": "paragraph", "paragraph": {"elements": list(_elements(line, shown))}}
        for line in text.split("\n")
    ]
    return {"blocks": blocks if text else []}


def _elements(line: str, shown: Mapping[str, dict[str, str]]) -> Iterator[dict[str, Any]]:
    for part in filter(None, parted(line, shown)):
        if part in shown:
            yield {"paragraph_element_type": _MENTION, _MENTION: shown[part]}
        else:
            yield {"paragraph_element_type": "textRun", "text_run": {"text": part}}


def _renamed(call: Call, value: Any, parent: str) -> Any:
    if isinstance(value, list):
        return [_renamed(call, item, parent) for item in value]
    if not isinstance(value, dict):
        return value
    if parent == "person":
        return _mention(call, value)
    renamed = {_NAMES.get(key, key): _renamed(call, item, key) for key, item in value.items()}
    if parent in _TYPE_NAMES and "type" in renamed:
        kind = renamed.pop("type")
        renamed[_TYPE_NAMES[parent]] = _MENTION if kind == "person" else kind
    return renamed


def _mention(call: Call, mention: dict[str, Any]) -> dict[str, Any]:
    """Show a mention; the internal id beside it is v1's alone."""
    open_id = mention.get("openId")
    if open_id is None:
        return {}
    person = mentioned(call, mention)
    return shown_id(call, person, "user_id") if person else {"user_id": open_id}
