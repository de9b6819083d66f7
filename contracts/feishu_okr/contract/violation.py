"""A violation: one place where a message breaks the contract, in the gateway's words and in ours."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import jsonschema_rs
import orjson

from feishu_okr.contract.schema import Path, pointer

Spelled = Callable[[Path], Path]
MOST_VIOLATIONS = 1000
LONGEST_VALUE = 256


@dataclass(frozen=True)
class Violation:
    """One place where a message breaks the contract.

    Args:
        place: `path`, `query` or `body`.
        pointer: JSON Pointer below that place, with indices, in the sender's spelling.
        field: the same as the gateway writes it, with `[*]` for any index.
        keyword: JSON Schema keyword that was broken.
        description: what is wrong, in the gateway's words.
        value: what was sent, as a string; None where nothing was.
        is_string: whether what was sent was a JSON string.
    """

    place: str
    pointer: str
    field: str
    keyword: str
    description: str
    value: str | None
    is_string: bool = False

    @property
    def json(self) -> str:
        """What was sent, as JSON."""
        return orjson.dumps(self.value).decode() if self.is_string else self.value or ""


def explain(
    errors: Iterable[jsonschema_rs.ValidationError], spelled: Spelled, descriptions: Mapping[str, str]
) -> list[Violation]:
    """Turn a validator's errors on a message into violations, a thousand at most.

    Args:
        errors: errors on a message of `path`, `query` and `body`.
        spelled: translates a place to the sender's spelling.
        descriptions: the gateway's texts by keyword.
    """
    found = (violation for error in errors for violation in _violations(error, spelled, descriptions))
    return list(islice(found, MOST_VIOLATIONS))


def _violations(
    error: jsonschema_rs.ValidationError, spelled: Spelled, descriptions: Mapping[str, str]
) -> Iterator[Violation]:
    facts: dict[str, Any] = error.kind.as_dict()
    at: Path = tuple(error.instance_path)
    missing = [facts["property"]] if "property" in facts else facts.get("unexpected", [])
    for place in [(*at, name[:LONGEST_VALUE]) for name in missing] or [at]:
        yield _violation(spelled(place), error, facts, descriptions)


def _violation(
    at: Path, error: jsonschema_rs.ValidationError, facts: dict[str, Any], descriptions: Mapping[str, str]
) -> Violation:
    keyword: str = error.kind.name
    is_absent = "property" in facts or "unexpected" in facts
    field = gateway_path(at)
    limit = facts.get("limit", facts.get("pattern", " or ".join(facts.get("types", ()))))
    options = ",".join(text(option) for option in facts.get("options", ()) if option != "")  # empty counts as absent
    template = descriptions.get(keyword, descriptions["other"])
    return Violation(
        place=str(at[0]) if at else "body",
        pointer=pointer(at[1:]),
        field=field,
        keyword=keyword,
        description=template.format(field=field, limit=limit, options=options),
        value=None if is_absent else text(error.instance),
        is_string=not is_absent and isinstance(error.instance, str),
    )


def gateway_path(at: Path) -> str:
    """Write a place of a message as the gateway does.

    Args:
        at: keys and indices from the root of the message; the first is `path`, `query` or `body`.
    """
    written = ""
    for part in at[1:]:
        written += "[*]" if isinstance(part, int) else f".{part}" if written else part
    return written or "body"


def text(value: Any) -> str:
    """Write a value as a string of bounded length; numbers and structures as JSON.

    Args:
        value: JSON value.
    """
    if isinstance(value, str):
        return value[:LONGEST_VALUE]
    try:
        return orjson.dumps(value).decode()[:LONGEST_VALUE]
    except orjson.JSONEncodeError:  # deeper than can be written, though it could be read
        return "…"
