"""The contract under one profile: what it accepts, which texts it answers, compiled once and kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

import jsonschema_rs

from feishu_okr.contract.catalog import Catalog, ErrorCode
from feishu_okr.contract.ledger import Profile
from feishu_okr.contract.operation import Operation, resolve
from feishu_okr.contract.schema import Normaliser, Path, Remark, Shape, closed, shape_of
from feishu_okr.contract.violation import MOST_VIOLATIONS, Violation, explain

Message = dict[str, Any]


class Checked(NamedTuple):
    """A message after the check.

    Args:
        message: `path`, `query` and `body` in the contract's spelling, unknown keys left out.
        violations: every place where it breaks the contract.
        remarks: what was accepted but should be mended.
    """

    message: Message
    violations: list[Violation]
    remarks: list[Remark]


@dataclass(frozen=True)
class Rules:
    """What one operation accepts and answers under one profile.

    Args:
        request: validator of messages.
        answer: validator of successful answers.
        shells: the same, by the member of `data` that may be anything because the request's check has proved it.
        shape: the keys a message may have.
        kinds: JSON type of what is sent as text, by place and name: query parameters, and fields of a form.
        descriptions: the gateway's texts by keyword.
        content_case: option of the claim of that name.
        drops: whether unknown keys are left out.
    """

    request: jsonschema_rs.Draft202012Validator
    answer: jsonschema_rs.Draft202012Validator
    shells: Mapping[str, jsonschema_rs.Draft202012Validator]
    shape: Shape
    kinds: Mapping[str, Mapping[str, str]]
    descriptions: Mapping[str, str]
    content_case: str
    drops: bool

    def check(self, message: Message) -> Checked:
        """Check a message; nearly always one pass of a compiled validator.

        Args:
            message: `path` and `query` as objects of strings, `body` as JSON value where the operation has one.
        """
        try:
            if self.request.is_valid(message):
                return Checked(message, [], [])
            errors = list(islice(self.request.iter_errors(message), MOST_VIOLATIONS))
            if not any(error.kind.name == "additionalProperties" for error in errors):
                return Checked(message, explain(errors, _as_it_is, self.descriptions), [])
        except ValueError:  # nested deeper than the validator goes; maybe in a field that is left out below
            pass
        return self._check_rewritten(message)

    def _check_rewritten(self, message: Message) -> Checked:
        """Check a message that has unknown keys, once it is in the contract's spelling."""
        normaliser = Normaliser(self.content_case, self.drops)
        message = normaliser.rewrite(message, self.shape)
        try:
            violations = explain(self.request.iter_errors(message), normaliser.spelled, self.descriptions)
        except ValueError:
            violations = [Violation("body", "", "body", "depth", "body is nested too deeply", None)]
        return Checked(message, violations, normaliser.remarks)

    def broken(self, answer: Any, blank: str = "") -> list[str]:
        """Say in which ways a successful answer of ours breaks the contract; empty when it holds.

        Args:
            answer: the whole JSON answer.
            blank: member of `data` that came out of the checked message and is left blank; "" for none.
        """
        validator = self.shells[blank] if blank else self.answer
        if validator.is_valid(answer):
            return []
        errors = validator.iter_errors(answer)
        return [f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in errors]


class Effective:
    """The contract under one profile.

    Args:
        document: bundled OpenAPI document with the profile applied.
        operations: operations by id.
        catalog: all refusals with the profile applied.
        profile: the chosen options.
    """

    def __init__(
        self,
        document: dict[str, Any],
        operations: Mapping[str, Operation],
        catalog: Catalog,
        profile: Profile,
    ) -> None:
        self.document = document
        self.profile = profile
        self.sorts_keys = profile["key_order"] == "alphabetical"
        self._operations = operations
        self._catalog = catalog
        self._families = (profile["message_family"], profile.brand)
        self._rules: dict[str, Rules] = {}

    def rules(self, operation: str) -> Rules:
        """Give the rules of an operation, compiled at the first call.

        Args:
            operation: operation id.
        """
        if operation not in self._rules:
            self._rules[operation] = self._compile(self._operations[operation])
        return self._rules[operation]

    def entry(self, refusal: str) -> ErrorCode:
        """Give the catalog's entry of a refusal.

        Args:
            refusal: name in the catalog.
        """
        return self._catalog[refusal]

    def text(self, refusal: str, operation: Operation | None = None) -> str:
        """Give the message of a refusal; may contain `{placeholders}`.

        Args:
            refusal: name in the catalog.
            operation: the operation that refuses, if the call reached one.
        """
        own = operation.texts if operation else ()
        return self._catalog[refusal].text((*own, *self._families))

    def told(self, violation: Violation) -> dict[str, str]:
        """Give a violation as the gateway tells it: some without what was sent.

        Args:
            violation: of the contract.
        """
        told = {"field": violation.field, "description": violation.description}
        if violation.value is None or violation.keyword in self._catalog.valueless:
            return told
        return told | {"value": violation.value}

    def helps(self) -> tuple[str, str]:
        """Give the link to where scopes are added, and its text; both contain `{placeholders}`."""
        texts = self._catalog.helps
        return texts[self.profile.brand], texts["description"]

    def troubleshooter(self, refusal: str, log_id: str, operation: Operation | None) -> str:
        """Give the link to the vendor's advice.

        Args:
            refusal: name in the catalog.
            log_id: id of the call.
            operation: the operation that refuses, if the call reached one.
        """
        texts = self._catalog.troubleshooters
        link = next(texts[family] for family in self._families if family in texts)
        if operation and operation.method_id:
            link += texts["method"].format(method_id=operation.method_id)
        return link.replace("{log_id}", log_id).replace("{code}", str(self._catalog[refusal].code))

    @cached_property
    def scopes(self) -> frozenset[str]:
        """Every scope that an operation asks for."""
        return frozenset(scope for operation in self._operations.values() for scope in operation.scopes)

    def accepted_files(self, operation: Operation, part: str) -> tuple[str, ...]:
        """Name the media types that a part of a multipart body may have.

        Args:
            operation: the operation.
            part: name of the part.
        """
        media = self.document["paths"][operation.path][operation.method.lower()]["requestBody"]["content"]
        types: str = media["multipart/form-data"]["encoding"][part]["contentType"]
        return tuple(types.replace(" ", "").split(","))

    @cached_property
    def _closed(self) -> Any:
        return closed(self.document["components"])

    def _compile(self, operation: Operation) -> Rules:
        entry = self.document["paths"][operation.path][operation.method.lower()]
        message = self._message_schema(entry)
        answer = resolve(self.document, entry["responses"]["200"])["content"]["application/json"]["schema"]
        shared = self._shared(message).items()
        return Rules(
            request=self._validator(closed(message), {}),
            answer=self._validator(closed(answer), {}),
            shells={name: self._validator(closed(answer), {schema: {}}) for name, schema in shared},
            shape=shape_of(message, self.document),
            kinds=self._kinds(message),
            descriptions=self._catalog.descriptions,
            content_case=self.profile["content_case"],
            drops=self.profile["unknown_fields"] == "drop",
        )

    def _validator(self, schema: dict[str, Any], blank: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
        schemas = {**self._closed["schemas"], **blank}
        needed = {name: schemas[name] for name in _referred(schema, schemas)}
        return jsonschema_rs.Draft202012Validator(schema | {"components": {"schemas": needed}})

    def _shared(self, message: dict[str, Any]) -> dict[str, str]:
        """Name the schemas that the body's fields refer to; what passed one and is unchanged needs no second look."""
        body = resolve(self.document, message["properties"].get("body", {}))
        fields = body.get("properties", {}).items()
        return {name: field["$ref"].rsplit("/", 1)[1] for name, field in fields if "$ref" in field}

    def _kinds(self, message: dict[str, Any]) -> dict[str, dict[str, str]]:
        places = {place: resolve(self.document, schema) for place, schema in message["properties"].items()}
        return {
            place: {name: _kind(resolve(self.document, part)) for name, part in schema.get("properties", {}).items()}
            for place, schema in places.items()
        }

    def _message_schema(self, entry: dict[str, Any]) -> dict[str, Any]:
        properties: dict[str, Any] = {place: _object() for place in ("path", "query")}
        for reference in entry.get("parameters", ()):
            parameter = resolve(self.document, reference)
            properties[parameter["in"]]["properties"][parameter["name"]] = parameter["schema"]
            if parameter.get("required"):
                properties[parameter["in"]]["required"].append(parameter["name"])
        if "requestBody" in entry:
            media = entry["requestBody"]["content"].values()
            properties["body"] = next(iter(media))["schema"]
        return _object() | {"properties": properties, "required": list(properties)}


def _referred(schema: Any, schemas: Mapping[str, Any]) -> set[str]:
    """Name the schemas that a schema refers to, and those that these refer to: a validator keeps all it is given."""
    names: set[str] = set()
    waiting = [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
            name = value.get("$ref", "")
            name = name.rsplit("/", 1)[1] if isinstance(name, str) and name else ""
            if name and name not in names:
                names.add(name)
                waiting.append(schemas[name])
    return names


def _kind(schema: dict[str, Any]) -> str:
    """Name the type that a text is read as: of several, a string if it may be one."""
    kind = schema.get("type", "string")
    return kind if isinstance(kind, str) else "string"


def _as_it_is(at: Path) -> Path:
    return at


def _object() -> dict[str, Any]:
    return {"type": "object", "properties": {}, "required": []}
