"""Texts of a scenario that take parts of the call: `${body/source_title}`."""

from collections.abc import Mapping
from string import Template
from typing import Any

import orjson
from jsonpointer import EndOfList, JsonPointer, JsonPointerException


class CallTemplate(Template):
    """A text with parts such as `${path/progress_id}`, `${query/lang}`, `${header/user-agent}`, `${body/content}`."""

    idpattern = None  # type: ignore[assignment]  # only braces: a lone dollar sign is one
    braceidpattern = r"[a-z_]+(?:/[^{}$]*)?"


def filled(value: Any, facts: Mapping[str, Any]) -> Any:
    """Fill the templates in a JSON value; a text that is one template alone becomes what it stands for.

    Args:
        value: JSON value.
        facts: what the first word of a template may be.
    """
    if isinstance(value, dict):
        return {key: filled(item, facts) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, facts) for item in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    template = CallTemplate(value)
    (first, *others) = template.get_identifiers() or [""]
    if first and not others and value == f"${{{first}}}":
        return _found(first, facts)
    return template.safe_substitute({name: _text(_found(name, facts)) for name in [first, *others] if name})


def unknown_parts(value: Any, known: frozenset[str]) -> list[str]:
    """Name the templates in a JSON value that stand for nothing.

    Args:
        value: JSON value.
        known: what the first word of a template may be.
    """
    if isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        return [name for item in items for name in unknown_parts(item, known)]
    if not isinstance(value, str):
        return []
    return [name for name in CallTemplate(value).get_identifiers() if not _is_known(name, known)]


def _is_known(name: str, known: frozenset[str]) -> bool:
    first, slash, rest = name.partition("/")
    try:
        JsonPointer(slash + rest)
    except JsonPointerException:
        return False
    return first in known


def pointed(value: Any, pointer: JsonPointer, missing: Any = None) -> Any:
    """Give the part of a JSON value that a pointer leads to.

    Args:
        value: JSON value.
        pointer: the pointer.
        missing: what stands for a part that is not there.
    """
    found = pointer.resolve(value, missing)
    return missing if isinstance(found, EndOfList) else found


def _found(name: str, facts: Mapping[str, Any]) -> Any:
    first, slash, rest = name.partition("/")
    return pointed(facts.get(first), JsonPointer(slash + rest))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()
