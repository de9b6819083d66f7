"""The shape of a scenario: what its schema asks, said in the words of its author."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from math import isfinite
from typing import Any

At = tuple[str | int, ...]
Found = tuple[At, str]


def misshapen(document: Any, schema: Mapping[str, Any]) -> Iterator[Found]:
    """Find what is wrong with the shape of a document.

    Args:
        document: value of a file.
        schema: its JSON Schema.
    """
    found = list(_no_json(document, ()))
    yield from found or _against_schema(document, schema)


def hint(name: str, known: Iterable[str]) -> str:
    """Say what was probably meant, or what there is.

    Args:
        name: what was written.
        known: what could have been.
    """
    near = get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(known))}"


def _no_json(value: Any, at: At) -> Iterator[Found]:
    """Find what YAML can say and JSON cannot."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                yield at, f"the key {key!r} is no text; write it in quotes"
            yield from _no_json(item, (*at, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _no_json(item, (*at, index))
    elif isinstance(value, int | float) and not (isfinite(value) and -(2**63) <= value < 2**64):
        yield at, f"{value!r} is no number that JSON can hold"


def _against_schema(document: Any, schema: Mapping[str, Any]) -> Iterator[Found]:
    import jsonschema  # slow to load

    for error in _validator_class()(schema).iter_errors(document):
        worst = jsonschema.exceptions.best_match([error]) or error
        yield from _explained(worst, tuple(worst.absolute_path))


@cache
def _validator_class() -> Any:
    """Give the validator whose patterns end where the text ends; before Python's `$` a line may end."""
    import jsonschema

    def pattern(_: Any, wanted: str, value: Any, __: Any) -> Iterator[Any]:
        if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", wanted), value):
            yield jsonschema.ValidationError(f"{value!r} does not match {wanted!r}")

    return jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": pattern})  # type: ignore[no-untyped-call]


def _explained(error: Any, at: At) -> Iterator[Found]:
    """Say what is wrong in the words of the author, with the word that was probably meant."""
    value = error.instance
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        for name in value:
            if name not in known:
                yield (*at, name), f"{name!r} is not known here; {hint(name, known)}"
    elif error.validator == "oneOf":
        words = [repr(name) for option in error.validator_value for name in option["required"]]
        yield at, f"say exactly one of {' and '.join(words)}"
    elif isinstance(value, str) and (known := _words(error.validator, error.validator_value)):
        is_key = error.parent is None and list(error.absolute_schema_path)[-2:] == ["propertyNames", "enum"]
        yield (*at, value) if is_key else at, f"{value!r} is not known here; {hint(value, known)}"
    else:
        text: str = error.message
        yield at, text if len(text) <= 300 else f"{text[:200]} … {text[-80:]}"


def _words(validator: str, value: Any) -> list[str]:
    """Give the words that a schema lists, be it alone or as one of several choices."""
    if validator == "enum":
        return [str(word) for word in value]
    return [str(word) for option in value for word in option.get("enum", [])] if validator == "anyOf" else []
