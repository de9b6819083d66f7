"""Features: what a message can have, found by walking the contract's schemas; each is a bit."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from feishu_okr.contract import Effective, Operation
from feishu_okr.contract.operation import resolve
from feishu_okr.contract.schema import snake_case
from okr_mock.gateway.request import Request

SENT, RECEIVED = "sent", "received"
FIELD, VALUE = "fields", "values"


@dataclass(frozen=True)
class Feature:
    """An optional field, or a value of an enumeration.

    Args:
        side: `sent` or `received` by the client.
        kind: `fields` or `values`.
        name: such as `TextStyle.bold` or `Block.type=gallery`.
    """

    side: str
    kind: str
    name: str


@dataclass
class Node:
    """A place in a message.

    Args:
        bit: bit of the field that leads here; 0 for a required one.
        members: places below by key, in the contract's spelling and in snake_case.
        items: place of the items of a list.
        values: bits by value.
    """

    bit: int = 0
    members: dict[str, "Node"] = field(default_factory=dict)
    items: "Node | None" = None
    values: dict[Any, int] = field(default_factory=dict)

    def seen(self, value: Any) -> int:
        """Tell which features a value has.

        Args:
            value: JSON value at this place.
        """
        if isinstance(value, dict):
            bits = 0
            for key, item in value.items():
                node = self.members.get(key)
                if node is not None:
                    bits |= node.bit | node.seen(item)
            return bits
        if isinstance(value, list):
            node, bits = self.items, 0
            for item in value if node else ():
                bits |= node.seen(item)  # type: ignore[union-attr]
            return bits
        return self.values.get(value, 0)

    @property
    def all(self) -> int:
        """Every feature at this place and below."""
        below = [*self.members.values(), *([self.items] if self.items else [])]
        bits = self.bit
        for part in [*self.values.values(), *(node.all for node in below)]:
            bits |= part
        return bits


class Features:
    """The features of all operations.

    Args:
        effective: the contract under the server's profile.
    """

    def __init__(self, effective: Effective) -> None:
        self._document = effective.document
        self._bits: dict[Feature, int] = {}
        self._nodes: dict[str, Node] = {}

    def node(self, operation: Operation) -> Node:
        """Give the places of an operation's message: `query`, and `body` as it is sent or, where none is, answered.

        Args:
            operation: the operation.
        """
        if operation.id not in self._nodes:
            self._nodes[operation.id] = self._message(operation)
        return self._nodes[operation.id]

    def named(self, bits: int) -> Iterator[Feature]:
        """Name features.

        Args:
            bits: the features.
        """
        return (feature for feature, bit in self._bits.items() if bits & bit)

    def _message(self, operation: Operation) -> Node:
        entry = self._document["paths"][operation.path][operation.method.lower()]
        query = Node()
        for reference in entry.get("parameters", ()):
            parameter = resolve(self._document, reference)
            if parameter["in"] == "query":
                owner = {"properties": {parameter["name"]: parameter["schema"]}}
                owner["required"] = [parameter["name"]] if parameter.get("required") else []  # type: ignore[assignment]
                query.members |= self._node(owner, "query", SENT).members
        holder = entry["requestBody"] if operation.has_body else resolve(self._document, entry["responses"]["200"])
        schema = next(iter(holder["content"].values()))["schema"]
        body = self._node(schema, "", SENT if operation.has_body else RECEIVED)
        return Node(members={"query": query, "body": body})

    def _node(self, schema: Any, owner: str, side: str) -> Node:
        if "$ref" in schema:
            owner = schema["$ref"].rpartition("/")[2]
        schema = resolve(self._document, schema)
        node = Node()
        for key, part in schema.get("properties", {}).items():
            if part.get("readOnly") and side == SENT:
                continue
            member = self._member(part, f"{owner}.{key}", side)
            member.bit = 0 if key in schema.get("required", ()) else self._bit(Feature(side, FIELD, f"{owner}.{key}"))
            node.members[key] = node.members[snake_case(key)] = member
        if "items" in schema:
            node.items = self._member(schema["items"], owner, side)
        return node

    def _member(self, schema: Any, name: str, side: str) -> Node:
        node = self._node(schema, name, side)
        values = resolve(self._document, schema).get("enum", ())
        node.values = {value: self._bit(Feature(side, VALUE, f"{name}={value}")) for value in values if value != ""}
        return node

    def _bit(self, feature: Feature) -> int:
        return self._bits.setdefault(feature, 1 << len(self._bits))


def arguments(query: bytes) -> dict[str, Any]:
    """Read a query string as texts.

    Args:
        query: as it was sent.
    """
    return Request("GET", b"", {}, query, [], "", b"").arguments({})
