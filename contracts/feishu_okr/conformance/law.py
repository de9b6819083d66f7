"""The law: what every answer keeps, whatever was asked."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import orjson

from feishu_okr.conformance.wire import Answer
from feishu_okr.contract import Contract, Operation, Profile

LOG_ID = re.compile("[0-9]{14}[0-9A-F]{20}")
_CODE_IN = re.compile("[?&]code=([0-9]+)")
NOT_FOUND = b"404 page not found"
OWN_STAGES = ("service", "issue_token", "user_token")
"""Stages at which an operation refuses with what it names itself; at the others any operation may."""
OAUTH = {"code", "error", "error_description"}


class Law:
    """What every answer keeps under one profile.

    Args:
        contract: what is agreed.
        profile: which options are expected.
    """

    def __init__(self, contract: Contract, profile: Profile) -> None:
        effective = contract.effective(profile)
        self._contract = contract
        self._document = effective.document
        self._is_sorted = effective.sorts_keys
        self._schemas: dict[tuple[str, int], jsonschema_rs.Draft202012Validator] = {}
        self._effective = effective

    def broken(self, answer: Answer) -> Iterator[str]:
        """Say which articles an answer breaks.

        Args:
            answer: the answer to a call.
        """
        yield from _headers(answer)
        if answer.status == 404 and answer.headers.get("content-type", "").startswith("text/plain"):
            if answer.request.method != "HEAD" and answer.body != NOT_FOUND:
                yield f"a 404 says {answer.body[:40]!r}, expected {NOT_FOUND!r}"
            return
        if not isinstance(answer.json, dict) or answer.code is None:
            yield f"HTTP {answer.status} carries no JSON object with a whole number as code: {answer.body[:80]!r}"
            return
        yield from self._envelope(answer)
        if self._is_sorted and (place := unsorted(orjson.loads(answer.body))):
            yield f"the keys of {place} are not in alphabetical order"

    def _envelope(self, answer: Answer) -> Iterator[str]:
        operation = self._contract.operations.get(answer.request.operation)
        if operation is None:
            return
        is_lax = operation.issues_tokens and "oauth" not in operation.id  # refusals come with 200
        if (answer.code == 0) != (answer.status == 200) and not (is_lax and answer.status == 200):
            yield f"HTTP {answer.status} with code {answer.code}: the one says yes and the other no"
        elif answer.code != 0:
            yield from self._refusal(answer, operation)
        yield from self._shape(answer, operation)

    def _refusal(self, answer: Answer, operation: Operation) -> Iterator[str]:
        if (answer.code, answer.status) not in self._refusals(operation):
            yield f"no refusal of {operation.id} has code {answer.code} with HTTP {answer.status}"
        if "oauth" in operation.id:
            if not answer.json.keys() >= OAUTH:
                yield f"a refusal of an OAuth route has {sorted(answer.json)}, expected {sorted(OAUTH)}"
            return
        error = answer.json.get("error", {})
        if isinstance(error, dict) and error.get("log_id", answer.log_id) != answer.log_id:
            yield f"error.log_id is {error['log_id']}, the header X-Tt-Logid {answer.log_id}"
        link = str(error.get("troubleshooter", "")) if isinstance(error, dict) else ""
        if {*LOG_ID.findall(link)} - {answer.log_id} or {*_CODE_IN.findall(link)} - {str(answer.code)}:
            yield "error.troubleshooter names another log id or code"

    def _refusals(self, operation: Operation) -> set[tuple[int, int]]:
        """Codes and statuses that an operation may refuse with: its own, and those of the gateway before it."""
        entries = map(self._effective.entry, self._contract.catalog.entries)
        own = {*operation.refusals, operation.on_violation}
        return {(entry.code, entry.status) for entry in entries if entry.stage not in OWN_STAGES or entry.name in own}

    def _shape(self, answer: Answer, operation: Operation) -> Iterator[str]:
        validator = self._schema(operation, answer.status)
        if validator is None:
            yield f"{operation.id} answered HTTP {answer.status}, which the contract does not name"
            return
        for error in validator.iter_errors(answer.json):
            where = "/".join(map(str, error.instance_path))
            yield f"/{where} breaks the schema: {error.message[:160]}"

    def _schema(self, operation: Operation, status: int) -> Any:
        key = (operation.id, status)
        if key not in self._schemas:
            responses = self._document["paths"][operation.path][operation.method.lower()]["responses"]
            response = responses.get(str(status))
            if response is None:
                return None
            if "$ref" in response:
                response = self._document["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
            schema = response["content"].get("application/json", {}).get("schema")
            if schema is None:
                return None
            components = {"components": {"schemas": self._document["components"]["schemas"]}}
            self._schemas[key] = jsonschema_rs.Draft202012Validator(schema | components)
        return self._schemas[key]


def _headers(answer: Answer) -> Iterator[str]:
    if not LOG_ID.fullmatch(answer.log_id):
        yield f"X-Tt-Logid is {answer.log_id!r}, expected 14 digits and 20 upper-case hexadecimal ones"
    if not answer.headers.get("x-request-id"):
        yield "X-Request-Id is missing"
    kind = answer.headers.get("content-type", "").split(";")[0].strip()
    wanted = ("text/plain", "application/json") if answer.status == 404 else ("application/json",)
    if kind not in wanted:
        yield f"HTTP {answer.status} has the content type {kind or 'of nothing'}, expected {' or '.join(wanted)}"
    if answer.status == 429 and not answer.headers.get("x-ogw-ratelimit-reset", "").isdecimal():
        yield "HTTP 429 without the header x-ogw-ratelimit-reset in whole seconds"


def unsorted(value: Any, at: str = "") -> str:
    """Name the first object whose keys are not sorted, "" for none.

    Args:
        value: JSON value.
        at: where it is.
    """
    if isinstance(value, list):
        return next(filter(None, (unsorted(item, f"{at}/{number}") for number, item in enumerate(value))), "")
    if not isinstance(value, dict):
        return ""
    if list(value) != sorted(value):
        return at or "/"
    return next(filter(None, (unsorted(item, f"{at}/{name}") for name, item in value.items())), "")
