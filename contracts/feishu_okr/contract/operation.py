"""An operation of the API as the contract describes it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

METHODS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True)
class Operation:
    """One operation.

    Args:
        id: operation id, such as `okr.v1.progress_record.create`.
        method: HTTP method in upper case.
        path: path with `{name}` parameters, without trailing slash.
        title: the vendor's own title.
        method_id: the vendor's number of the operation, or "" where it is not known.
        tokens: kinds of access token it takes; empty for the token routes.
        scopes: scopes of which any one suffices.
        refusals: names of the catalog's entries it refuses with.
        applicant: field of the body that names the app that asks for a token; "" where no token is issued.
        on_violation: the one refusal of a message that breaks the contract, or "" where claims decide.
        media: media types of the body, the first one the default; empty where none is read.
        texts: families of texts that its pages print, tried before the profile's.
        quota: calls and seconds of the window they are counted in; None where calls are not counted.
    """

    id: str
    method: str
    path: str
    title: str
    method_id: str
    tokens: tuple[str, ...]
    scopes: tuple[str, ...]
    refusals: tuple[str, ...]
    applicant: str
    on_violation: str
    media: tuple[str, ...]
    texts: tuple[str, ...]
    quota: tuple[int, int] | None

    @cached_property
    def has_body(self) -> bool:
        """Whether a body is read."""
        return bool(self.media)

    @cached_property
    def issues_tokens(self) -> bool:
        """Whether this is a token route: no token wanted, fields at the top level of the answer."""
        return bool(self.applicant)


def read_operations(document: dict[str, Any]) -> dict[str, Operation]:
    """Read the operations of a bundled document, static paths before parametric ones.

    Args:
        document: bundled OpenAPI document.
    """
    found: dict[str, Operation] = {}
    for path in sorted(document["paths"], key=lambda path: [(part.startswith("{"), part) for part in path.split("/")]):
        for method in METHODS:
            entry = document["paths"][path].get(method)
            if entry:
                found[entry["operationId"]] = _operation(path, method, entry)
    return found


def _operation(path: str, method: str, entry: dict[str, Any]) -> Operation:
    ours = entry["x-okr"]
    return Operation(
        id=entry["operationId"],
        method=method.upper(),
        path=path,
        title=ours["title"],
        method_id=ours.get("method_id", ""),
        tokens=tuple(ours.get("tokens", ())),
        scopes=tuple(ours.get("scopes", ())),
        refusals=tuple(ours["refusals"]),
        applicant=ours.get("applicant", ""),
        on_violation=ours.get("on_violation", ""),
        media=tuple(entry.get("requestBody", {}).get("content", ())),
        texts=tuple(ours.get("texts", ())),
        quota=(ours["quota"]["calls"], ours["quota"]["seconds"]) if "quota" in ours else None,
    )


def resolve(document: dict[str, Any], value: Any) -> Any:
    """Follow a local `$ref` of a bundled document.

    Args:
        document: bundled OpenAPI document.
        value: any value of it; returned as it is when it is no reference.
    """
    while isinstance(value, dict) and "$ref" in value:
        found: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value
