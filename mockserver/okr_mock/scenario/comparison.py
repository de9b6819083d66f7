"""Comparisons: what a test of a value may ask of it."""

from collections.abc import Callable, Mapping
from typing import Any

import jsonschema_rs
import orjson

MISSING = object()
"""Stands for a value that is not there."""
_LINEAR = jsonschema_rs.RegexOptions()  # takes linear time and so needs no limit of its own


def _equals(wanted: Any, is_text: bool) -> Callable[[Any], bool]:
    if is_text and not isinstance(wanted, str):
        wanted = orjson.dumps(wanted).decode()
    return lambda value: _is_same(value, wanted)


def _is_same(value: Any, wanted: Any) -> bool:
    """Compare JSON values, in which true is not 1."""
    if isinstance(value, dict) and isinstance(wanted, dict):
        return value.keys() == wanted.keys() and all(_is_same(value[name], wanted[name]) for name in wanted)
    if isinstance(value, list) and isinstance(wanted, list):
        return len(value) == len(wanted) and all(map(_is_same, value, wanted))
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


def _matches(pattern: str, _: bool) -> Callable[[Any], bool]:
    return _schema({"type": "string", "pattern": pattern}, True)


def _contains(part: str, _: bool) -> Callable[[Any], bool]:
    """Look for a part of a text, or of the JSON of a list or object, in which a text may be spelled with escapes."""
    spelled = _json(part)[1:-1] or part

    def holds(value: Any) -> bool:
        if isinstance(value, str):
            return part in value
        return isinstance(value, dict | list) and (part in (text := _json(value)) or spelled in text)

    return holds


def _json(value: Any) -> str:
    """Write a value as JSON; "" where it is nested too deeply for that."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return ""


def _exists(wanted: bool, _: bool) -> Callable[[Any], bool]:
    return lambda value: (value is not MISSING) == wanted


def _greater(limit: float, _: bool) -> Callable[[Any], bool]:
    return lambda value: (number := _number(value)) is not None and number > limit


def _less(limit: float, _: bool) -> Callable[[Any], bool]:
    return lambda value: (number := _number(value)) is not None and number < limit


def _number(value: Any) -> float | None:
    """Read a number, also one that is written as a text, as ids are."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return int(value) if isinstance(value, str) and value.isdecimal() else float(value)
    except ValueError:
        return None


def _schema(schema: Any, _: bool) -> Callable[[Any], bool]:
    validator = jsonschema_rs.validator_for(schema, pattern_options=_LINEAR, offline=True)
    return lambda value: value is not MISSING and validator.is_valid(value)


COMPARISONS: Mapping[str, Callable[[Any, bool], Callable[[Any], bool]]] = {
    "equals": _equals,
    "matches": _matches,
    "contains": _contains,
    "exists": _exists,
    "greater": _greater,
    "less": _less,
    "schema": _schema,
}
