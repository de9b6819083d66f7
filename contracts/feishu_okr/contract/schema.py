"""Schemas as shapes: which keys a value may have, how senders misspell them, and the closed form of a schema."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from feishu_okr.contract.operation import resolve

_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Remark:
    """Something accepted that the sender should know about.

    Args:
        kind: `snake_case` or `unknown_field`.
        pointer: JSON Pointer into the message, in the sender's spelling.
        text: what was seen and what was probably meant.
    """

    kind: str
    pointer: str
    text: str


@dataclass(frozen=True)
class Shape:
    """The keys that a value of a schema may have, without its constraints."""

    properties: Mapping[str, "Shape"] = field(default_factory=dict)
    items: "Shape | None" = None
    is_object: bool = False

    def alias(self, key: str) -> str | None:
        """Name the camelCase key that a snake_case key stands for, if there is one."""
        return next((name for name in self.properties if name != key and snake_case(name) == key), None)


@dataclass
class Normaliser:
    """Rewrites a message to the contract's spelling, remembering how the sender spelled it.

    Args:
        content_case: what becomes of snake_case keys; an option of the claim of that name.
        drops: whether unknown keys are left out.
        renamed: the sender's key by the place of ours.
        remarks: what the sender should know.
    """

    content_case: str
    drops: bool
    renamed: dict[Path, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def rewrite(self, value: Any, shape: Shape, at: Path = ()) -> Any:
        """Rewrite a value; what does not fit the shape is left to the validator.

        Args:
            value: JSON value.
            shape: the keys it may have.
            at: place of the value in our spelling.
        """
        if isinstance(value, list) and shape.items:
            return [self.rewrite(item, shape.items, (*at, index)) for index, item in enumerate(value)]
        if isinstance(value, dict) and shape.is_object:
            return dict(self._members(value, shape, at))
        return value

    def _members(self, value: dict[str, Any], shape: Shape, at: Path) -> Iterator[tuple[str, Any]]:
        for key, item in value.items():
            if key in shape.properties:
                yield key, self.rewrite(item, shape.properties[key], (*at, key))
                continue
            alias = shape.alias(key)
            if alias and self.content_case == "lenient" and alias not in value:
                self.renamed[(*at, alias)] = key
                self._remark("snake_case", (*at, alias), f"{key!r} was read as {alias!r}; the API documents {alias!r}")
                yield alias, self.rewrite(item, shape.properties[alias], (*at, alias))
            else:
                self._remark("unknown_field", (*at, key), _unknown(key, alias, shape))
                if not self.drops or (alias and self.content_case == "refuse"):
                    yield key, item

    def _remark(self, kind: str, at: Path, text: str) -> None:
        if len(self.remarks) < MOST_REMARKS:
            self.remarks.append(Remark(kind, pointer(self.spelled(at)), text))

    def spelled(self, at: Path) -> Path:
        """Translate a place from our spelling to the sender's.

        Args:
            at: place in our spelling.
        """
        if not self.renamed:
            return at
        return tuple(
            self.renamed.get(at[: n + 1], part) if isinstance(part, str) else part for n, part in enumerate(at)
        )


MOST_REMARKS = 100


def _unknown(key: str, alias: str | None, shape: Shape) -> str:
    near = [alias] if alias else get_close_matches(key[:100], shape.properties, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{key[:100]!r} is not a field of the contract{hint}"


def snake_case(name: str) -> str:
    """Spell a camelCase name in snake_case.

    Args:
        name: such as `textRun`.
    """
    return _CAPITAL.sub(lambda match: f"_{match[1].lower()}", name)


def pointer(at: Path) -> str:
    """Write a place as a JSON Pointer.

    Args:
        at: keys and indices from the root.
    """
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in at)


def shape_of(schema: Any, document: dict[str, Any]) -> Shape:
    """Find the keys that a schema knows.

    Args:
        schema: a schema of the document; no schema of ours contains itself.
        document: bundled OpenAPI document.
    """
    schema = resolve(document, schema)
    return Shape(
        properties={name: shape_of(part, document) for name, part in schema.get("properties", {}).items()},
        items=shape_of(schema["items"], document) if "items" in schema else None,
        is_object=schema.get("type") == "object",
    )


def closed(schema: Any) -> Any:
    """Copy a schema so that no object may have keys it does not name.

    Args:
        schema: a schema, or anything that holds schemas.
    """
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {key: closed(part) for key, part in schema.items()}
    return copy | {"additionalProperties": False} if copy.get("type") == "object" and "properties" in copy else copy
