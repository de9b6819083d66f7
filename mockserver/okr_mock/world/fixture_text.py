"""A fixture as YAML that a person can read, and the schema it holds to as JSON."""

from typing import Any

import orjson
import yaml
import yamlcore

from okr_mock.world.fixture_file import fixture_schema

_WIDTH = 160


class _Dumper(yamlcore.CCoreDumper):  # type: ignore[misc]  # yamlcore is untyped
    """Writes out what is there twice, as readers of JSON expect."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def schema_json() -> str:
    """Write the schema as JSON, for editors and validators."""
    return orjson.dumps(fixture_schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def fixture_yaml(document: dict[str, Any]) -> str:
    """Write a fixture as YAML 1.2: keys in the schema's order, the innermost maps and lists on lines of their own.

    Args:
        document: value of a fixture.
    """
    schema = fixture_schema()
    text: str = yaml.dump(
        _ordered(document, schema, schema["$defs"]),
        Dumper=_Dumper,
        allow_unicode=True,
        default_flow_style=None,
        sort_keys=False,
        width=_WIDTH,
    )
    return text


def _ordered(value: Any, schema: Any, definitions: Any) -> Any:
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        return [_ordered(item, schema.get("items", {}), definitions) for item in value]
    if not isinstance(value, dict):
        return value
    known = schema.get("properties", {})
    keys = [key for key in known if key in value] + [key for key in value if key not in known]
    return {key: _ordered(value[key], known.get(key, {}), definitions) for key in keys}
