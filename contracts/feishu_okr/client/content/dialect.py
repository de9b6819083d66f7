"""Content in another spelling (v2, or v1 in snake_case) read as v1's. Source: spec, xmp (conversion)."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feishu_okr.contract.schema import Shape

_NAMES: dict[str, str] = {
    "block_element_type": "type",
    "paragraph_element_type": "type",
    "list_type": "type",
    "text_run": "textRun",
    "docs_link": "docsLink",
    "mention": "person",
    "open_id": "openId",
    "indent_level": "indentLevel",
    "strike_through": "strikeThrough",
    "back_color": "backColor",
    "text_color": "textColor",
    "images": "imageList",
    "image_list": "imageList",
    "file_token": "fileToken",
}


def as_v1(value: Any, shape: "Shape") -> Any:
    """Rewrite content to v1's names; leaves out keys that the contract does not know.

    Args:
        value: content, or a part of it.
        shape: the keys that v1 knows there.
    """
    if isinstance(value, list) and shape.items:
        return [as_v1(item, shape.items) for item in value]
    if not isinstance(value, dict) or not shape.is_object:
        return value
    renamed: dict[str, Any] = {}
    for key, item in value.items():
        name = str(_NAMES.get(key, key))
        if name in shape.properties:
            known = _mention(item) if key == "mention" else item
            renamed[name] = as_v1(known, shape.properties[name])
    if renamed.get("type") == "mention":
        renamed["type"] = "person"
    if renamed.get("indentLevel") == 0:  # as lark-cli writes the first level of v2
        del renamed["indentLevel"]
    return renamed


def _mention(value: Any) -> Any:
    return {"openId": value["user_id"]} if isinstance(value, dict) and "user_id" in value else value
