"""The types of results and arguments are the contract's schemas, field by field."""

from types import ModuleType
from typing import Any, Literal, NotRequired, Required, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from feishu_okr.client import types, types_content, types_v2
from feishu_okr.contract import Contract
from feishu_okr.contract.operation import resolve

INSIDE = {"CreatedPeriod": "CreatePeriodAnswer", "PatchedPeriod": "PatchPeriodAnswer"}
"""Types of what has no schema of its own, and the answers whose `data` it is."""
RENAMED = {"ContentJson": "Content"}
PLAIN = {"string": str, "integer": int, "number": float, "boolean": bool}


def typed_dicts(module: ModuleType) -> list[type]:
    return [value for value in vars(module).values() if is_typeddict(value) and value.__module__ == module.__name__]


ALL = [found for module in (types, types_content, types_v2) for found in typed_dicts(module)]


def schema_of(kind: type, contract: Contract) -> dict[str, Any]:
    schemas = contract.document["components"]["schemas"]
    if kind.__name__ in INSIDE:
        data: dict[str, Any] = schemas[INSIDE[kind.__name__]]["properties"]["data"]
        return data
    found: dict[str, Any] = schemas[RENAMED.get(kind.__name__, kind.__name__)]
    return found


def fits(hint: Any, schema: dict[str, Any], contract: Contract) -> bool:
    """Say whether a field's type is what its schema says."""
    whole = resolve(contract.document, schema)
    if is_typeddict(hint):
        return bool(schema_of(hint, contract) == whole)
    if get_origin(hint) is list:
        return whole["type"] == "array" and fits(get_args(hint)[0], whole["items"], contract)
    if "enum" in whole:
        literals = [part for part in (hint, *get_args(hint)) if get_origin(part) is Literal]
        return [set(get_args(literal)) for literal in literals] == [set(whole["enum"])]
    return bool(PLAIN[whole["type"]] is hint)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_types_are_the_schemas(contract: Contract, kind: type) -> None:
    """A type has the fields of its schema, with the same types, and the same ones are required."""
    schema = schema_of(kind, contract)
    hints = get_type_hints(kind, include_extras=True)
    assert set(hints) == set(schema["properties"])
    assert {name for name, hint in hints.items() if get_origin(hint) is not NotRequired} == set(
        schema.get("required", ())
    )
    bare = {
        name: get_args(hint)[0] if get_origin(hint) in (NotRequired, Required) else hint for name, hint in hints.items()
    }
    assert [name for name, hint in bare.items() if not fits(hint, schema["properties"][name], contract)] == []


def test_all_results_are_typed(contract: Contract) -> None:
    """Every schema that an OKR answer shows has a type here."""
    named = {RENAMED.get(kind.__name__, kind.__name__) for kind in ALL}
    for operation in contract.operations.values():
        if operation.id.startswith("okr."):
            entry = contract.document["paths"][operation.path][operation.method.lower()]
            answer = resolve(contract.document, entry["responses"]["200"])["content"]["application/json"]["schema"]
            data = resolve(contract.document, answer)["properties"]["data"]
            parts = [data, *resolve(contract.document, data).get("properties", {}).values()]
            shown = {ref.rsplit("/", 1)[1] for part in parts for ref in references(part)}
            objects = {
                name for name in shown if contract.document["components"]["schemas"][name].get("type") == "object"
            }
            wrappers = {
                "V2CyclePage",
                "V2ObjectivePage",
                "V2KeyResultPage",
                "V2ProgressPage",
                "V2OneObjective",
                "V2OneKeyResult",
            }
            assert objects - wrappers <= named, operation.id


def references(value: Any) -> list[str]:
    """Find every `$ref` below a value."""
    if isinstance(value, list):
        return [found for item in value for found in references(item)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if "$ref" in value else []
    return own + [found for item in value.values() for found in references(item)]
