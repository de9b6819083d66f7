"""Rich text as the service settles it before it is stored. Source: claims `style_ranges` and `text_edges`."""

from typing import Any

from feishu_okr.contract import Profile

_BYTE = (0, 255)
_RANGES = {"red": _BYTE, "green": _BYTE, "blue": _BYTE, "alpha": (0, 1), "indentLevel": (1, 16)}


def settled(content: Any, profile: Profile) -> Any:
    """Give content as it is stored; by default as it was sent.

    Args:
        content: content that keeps the contract.
        profile: options of the world.
    """
    clamps, trims = profile["style_ranges"] == "clamp", profile["text_edges"] == "trim"
    return _settled(content, clamps, trims) if clamps or trims else content


def _settled(value: Any, clamps: bool, trims: bool) -> Any:
    if isinstance(value, list):
        return [_settled(item, clamps, trims) for item in value]
    if not isinstance(value, dict):
        return value
    members = {key: _settled(item, clamps, trims) for key, item in value.items()}
    if clamps:
        members |= {key: _clamped(members[key], *limits) for key, limits in _RANGES.items() if key in members}
    if trims and isinstance(members.get("text"), str):
        members["text"] = members["text"].strip()
    return members


def _clamped(value: Any, least: int, most: int) -> Any:
    return least if value < least else most if value > most else value
