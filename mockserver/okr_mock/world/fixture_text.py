"""A fixture as YAML that a person can read, and the schema it holds to."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from feishu_okr.contract.source import read

_FILE = Path(__file__).with_name("fixture.schema.yaml")
_WIDTH = 160
_MOST_LINES = 3  # that a map in braces may take
_LONGEST_KEY = 500  # YAML wants a longer one marked
_WIDE = re.compile("[\u2e80-\U0010ffff]")
_WORD = r"[\w./%@+()=~‰，。、；：！？（）《》“”‘’—…·-]+"
_PLAIN = re.compile(rf"(?:[^\W\d]|[《“（])(?:{_WORD})?(?: {_WORD})*")
_MEANT_OTHERWISE = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}  # the later ones by YAML 1.1
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


@cache
def fixture_schema() -> dict[str, Any]:
    """Read the schema of fixture files.

    Raises:
        ContractError: the file is unreadable.
    """
    schema: dict[str, Any] = read(_FILE).value
    return schema


def schema_json() -> str:
    """Write the schema as JSON, for editors and validators."""
    return orjson.dumps(fixture_schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def fixture_yaml(document: dict[str, Any]) -> str:
    """Write a fixture as YAML: keys in the schema's order, and what fits a line on one.

    Args:
        document: value of a fixture.
    """
    members = _ordered(document, fixture_schema())
    lines = [_flow(members)] if _is_leaf(members) else _block(members, 0, is_top=True)
    return "".join(f"{line}\n" for line in lines)


def _ordered(value: Any, schema: Any) -> Any:
    if "$ref" in schema:
        schema = fixture_schema()["$defs"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        return [_ordered(item, schema.get("items", {})) for item in value]
    if not isinstance(value, dict):
        return value
    known = schema.get("properties", {})
    keys = [key for key in known if key in value] + [key for key in value if key not in known]
    return {key: _ordered(value[key], known.get(key, {})) for key in keys}


def _lines(value: Any, column: int) -> Iterator[str]:
    """Write a value that begins at a column; further lines are indented from there."""
    if (compact := _compact(value, column)) is not None:
        yield from compact
    else:
        yield from _block(value, column)


def _block(value: Any, column: int, *, is_top: bool = False) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _hung("- ", _lines(item, column + 2))
        return
    for key, item in value.items():
        head = f"{_scalar(key)}: "
        compact = None if is_top and _is_table(item) else _compact(item, column + _width(head))
        if compact is not None:
            yield from _hung(head, compact)
        else:
            yield head.rstrip()
            yield from (f"  {line}" for line in _block(item, column + 2))


def _hung(head: str, lines: Iterator[str] | list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"{' ' * len(head) if number else head}{line}"


def _compact(value: Any, column: int) -> list[str] | None:
    """Write a value in braces if it is small enough, or can be written in no other way."""
    text, room = _flow(value), _WIDTH - column
    if _is_leaf(value) or _width(text) <= room:
        return [text]
    if isinstance(value, list) or _width(text) > _MOST_LINES * room or any(map(_has_branches, value.values())):
        return None
    return _filled(list(_pieces("", value, "", room)), room)


def _pieces(head: str, value: Any, tail: str, room: int) -> Iterator[str]:
    """Cut a value in braces into pieces that fit a line, as few as can be; a cut is only made behind a comma."""
    text = f"{head}{_flow(value)}{tail}"
    if _is_leaf(value) or _width(text) < room:
        yield text
        return
    is_map = isinstance(value, dict)
    opening, closing = "{}" if is_map else "[]"
    members = [(f"{_scalar(key)}: ", item) for key, item in value.items()] if is_map else [("", item) for item in value]
    for number, (key, item) in enumerate(members, start=1):
        before = f"{head}{opening}{key}" if number == 1 else key
        yield from _pieces(before, item, f"{closing}{tail}" if number == len(members) else ",", room)


def _filled(pieces: list[str], room: int) -> list[str] | None:
    lines: list[str] = []
    for piece in pieces:
        if lines and _width(lines[-1]) + 1 + _width(piece) <= room:
            lines[-1] += f" {piece}"
        else:
            lines.append(f" {piece}" if lines else piece)
    return lines if len(lines) <= _MOST_LINES and max(map(_width, lines)) <= room else None


def _is_leaf(value: Any) -> bool:
    if isinstance(value, dict):
        return not value or any(len(key) > _LONGEST_KEY for key in value)
    return not isinstance(value, list) or not value


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _has_branches(value: Any) -> bool:
    return isinstance(value, list) and sum(isinstance(item, dict | list) for item in value) > 1


def _width(text: str) -> int:
    return len(text) + len(_WIDE.findall(text))


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(_flow_member(key, item) for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return _scalar(value)


def _flow_member(key: str, value: Any) -> str:
    return f"{'? ' if len(key) > _LONGEST_KEY else ''}{_scalar(key)}: {_flow(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _MEANT_OTHERWISE:
        return value
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))
