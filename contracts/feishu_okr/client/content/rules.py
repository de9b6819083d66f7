"""What the contract allows in rich text, as a check of single elements, images and blocks.

The contract and its validator are loaded with the first content, so that importing the client stays light.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    import jsonschema_rs

    from feishu_okr.contract.schema import Path, Shape

JSON = dict[str, Any]


class ContentError(ValueError):
    """Rich text that the contract does not allow, or that cannot be what was asked; says where and why."""


@cache
def _schemas() -> Mapping[str, Any]:
    from feishu_okr.contract.reader import data_folder
    from feishu_okr.contract.source import read

    schemas: Mapping[str, Any] = read(data_folder() / "schemas" / "content.yaml").value
    return schemas


@cache
def _validator(name: str) -> "jsonschema_rs.Draft202012Validator":
    import jsonschema_rs

    from feishu_okr.contract.schema import closed

    return jsonschema_rs.Draft202012Validator({**closed(_schemas()), "$ref": f"#/{name}"})


@cache
def shape() -> "Shape":
    """Give the keys that content may have."""
    from feishu_okr.contract.schema import shape_of

    return shape_of(_schemas()["Content"], dict(_schemas()))


def deepest_indent() -> int:
    """Give the largest indent level of a list."""
    most: int = _schemas()["List"]["properties"]["indentLevel"]["maximum"]
    return most


def checked(name: str, value: Any, at: "Path" = ()) -> Any:
    """Give a copy of a value that keeps the contract.

    Args:
        name: schema of the value: `Content`, `Block`, `Element` or `Image`.
        value: JSON value.
        at: its place, for the message.

    Raises:
        ContentError: the value breaks the contract or is no JSON; names each place.
    """
    try:
        copy = orjson.loads(orjson.dumps(value))
    except (orjson.JSONEncodeError, orjson.JSONDecodeError) as error:
        raise ContentError(f"{_place(at)}: cannot be written as JSON: {error}") from error
    errors = list(_validator(name).iter_errors(copy))
    if errors:
        raise ContentError("; ".join(f"{_place((*at, *error.instance_path))}: {error.message}" for error in errors))
    return copy


def _place(at: "Path") -> str:
    from feishu_okr.contract.schema import pointer

    return pointer(at) or "content"
