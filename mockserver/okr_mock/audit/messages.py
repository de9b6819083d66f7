"""Rules about what single calls carry."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import jsonschema_rs

from feishu_okr.contract import Effective, Operation
from feishu_okr.contract.operation import resolve
from okr_mock.audit.entry import Entry
from okr_mock.audit.finding import Clue
from okr_mock.exchange import HIDDEN

_TICKET = "ticket"  # of a download, which has its ticket in the URL


def snake_case_content(entries: Sequence[Entry]) -> Iterator[Clue]:
    """Find content whose keys were read as others.

    Args:
        entries: the calls of a world, oldest first.
    """
    return _remarked(entries, "snake_case")


def unknown_field(entries: Sequence[Entry]) -> Iterator[Clue]:
    """Find fields and parameters that the contract does not have, left out or refused.

    Args:
        entries: the calls of a world, oldest first.
    """
    yield from _remarked(entries, "unknown_field")
    for entry in entries:
        found = next((one for one in entry.told["violations"] if one["keyword"] == "additionalProperties"), None)
        if found and not any(remark["kind"] == "unknown_field" for remark in entry.told["warnings"]):
            yield Clue((entry,), {"what": found["description"]})


def _remarked(entries: Sequence[Entry], kind: str) -> Iterator[Clue]:
    for entry in entries:
        found = next((remark for remark in entry.told["warnings"] if remark["kind"] == kind), None)
        if found:
            yield Clue((entry,), {"what": f"{found['pointer']}: {found['text']}"})


def wrong_content_type(entries: Sequence[Entry]) -> Iterator[Clue]:
    """Find bodies whose media type is none of the operation's.

    A token route that is told of none is let pass: so asks the vendor's Python SDK, whose users cannot change it.

    Args:
        entries: the calls of a world, oldest first.
    """
    for entry in entries:
        media = entry.operation.media if entry.operation else ()
        sent = entry.told["headers"].get("content-type", "").partition(";")[0].strip().lower()
        is_silent_sdk = entry.issues_tokens and not sent
        if media and entry.told["request_bytes"] and sent not in media and not is_silent_sdk:
            yield Clue((entry,), {"sent": repr(sent) if sent else "nothing", "wanted": " or ".join(media)})


class SecretInURL:
    """Finds tokens and secrets in paths and query strings, where the journal has hidden them.

    Args:
        effective: knows by `format: password` what is secret.
    """

    def __init__(self, effective: Effective) -> None:
        self._effective = effective

    def __call__(self, entries: Sequence[Entry]) -> Iterator[Clue]:
        """Find them.

        Args:
            entries: the calls of a world, oldest first.
        """
        for entry in entries:
            names = [name for name, value in entry.told["query"] if self._is_secret(name, value, entry)]
            if HIDDEN in entry.told["path"]:
                yield Clue((entry,), {"what": "the token in its path"})
            elif names:
                yield Clue((entry,), {"what": f"the parameter {names[0]!r}"})

    def _is_secret(self, name: str, value: str, entry: Entry) -> bool:
        if entry.issues_tokens:  # whose every parameter is hidden
            return name in self._names
        return HIDDEN in value and name != _TICKET

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(_secret_names(self._effective.document["components"]["schemas"]))


def _secret_names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for name, part in schema.get("properties", {}).items():
            if isinstance(part, dict) and part.get("format") == "password":
                yield name
        for part in schema.values():
            yield from _secret_names(part)


class NumberForString:
    """Finds numbers in bodies where the documentation has strings, whether or not they are let pass.

    Args:
        effective: the contract; where it takes a string or a number, the string is what is documented.
    """

    def __init__(self, effective: Effective) -> None:
        self._effective = effective
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def __call__(self, entries: Sequence[Entry]) -> Iterator[Clue]:
        """Find them.

        Args:
            entries: the calls of a world, oldest first.
        """
        for entry in entries:
            operation, body = entry.operation, entry.told["request"]
            if operation is None or not operation.has_body or not isinstance(body, dict):
                continue
            validator = self._validator(operation)
            if not validator.is_valid(body):
                places = ["/".join(map(str, error.instance_path)) for error in validator.iter_errors(body)]
                yield Clue((entry,), {"what": places[0]})

    def _validator(self, operation: Operation) -> jsonschema_rs.Draft202012Validator:
        if operation.id not in self._validators:
            entry = self._effective.document["paths"][operation.path][operation.method.lower()]
            media = next(iter(entry["requestBody"]["content"].values()))
            schema = _no_numbers(media["schema"], self._effective.document)
            self._validators[operation.id] = jsonschema_rs.Draft202012Validator(schema)
        return self._validators[operation.id]


def _no_numbers(schema: Any, document: dict[str, Any]) -> dict[str, Any]:
    """Copy of a schema all that matters here: strings are no numbers; anything else may be anything."""
    schema = resolve(document, schema)
    kinds = schema.get("type", ())
    if "string" in ([kinds] if isinstance(kinds, str) else kinds):
        return {"not": {"type": "number"}}
    copy: dict[str, Any] = {}
    if "properties" in schema:
        copy["properties"] = {name: _no_numbers(part, document) for name, part in schema["properties"].items()}
    if "items" in schema:
        copy["items"] = _no_numbers(schema["items"], document)
    return copy
