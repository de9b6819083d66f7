"""Joins the files of the contract to one OpenAPI document without outside references."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from feishu_okr.contract.source import ContractError, Mistake, Source, read

FRONT_DOOR = "openapi.yaml"
SCHEMAS = "schemas"


@dataclass
class Bundle:
    """The files of the contract and the document they make together.

    Args:
        root: folder of the contract's data.
        files: every file read, by its path below the root.
        mistakes: references that lead nowhere.
    """

    root: Path
    files: dict[str, Source] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """Build the bundled document.

        Raises:
            ContractError: a file is unreadable or a reference leads nowhere; names every dangling one.
        """
        schemas: dict[str, Any] = {}
        for path in sorted((self.root / SCHEMAS).glob("*.yaml")):
            name = f"{SCHEMAS}/{path.name}"
            schemas |= self._embed(self._file(name).value, name, ())
        document: dict[str, Any] = self._embed(self._file(FRONT_DOOR).value, FRONT_DOOR, ())
        document["components"]["schemas"] = schemas
        if self.mistakes:
            raise ContractError(self.mistakes)
        return document

    def _file(self, name: str) -> Source:
        if name not in self.files:
            self.files[name] = read(self.root / name)
        return self.files[name]

    def _embed(self, value: Any, name: str, at: tuple[str | int, ...]) -> Any:
        if isinstance(value, list):
            return [self._embed(item, name, (*at, index)) for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if "externalValue" in value:
            target = _beside(name, value["externalValue"])
            return {"value": self._target(target, "", name, at)}
        embedded = {key: self._embed(item, name, (*at, key)) for key, item in value.items() if key != "$ref"}
        return embedded | self._refer(value["$ref"], name, at) if "$ref" in value else embedded

    def _refer(self, reference: str, name: str, at: tuple[str | int, ...]) -> dict[str, Any]:
        file, _, fragment = reference.partition("#")
        target = _beside(name, file) if file else name
        found = self._target(target, fragment, name, at)
        if target == FRONT_DOOR:
            return {"$ref": f"#{fragment}"}
        if target.startswith(f"{SCHEMAS}/"):
            return {"$ref": f"#/components/schemas{fragment}"}
        embedded: dict[str, Any] = self._embed(found, target, tuple(fragment.strip("/").split("/")))
        return embedded

    def _target(self, target: str, fragment: str, name: str, at: tuple[str | int, ...]) -> Any:
        """Find what a reference names, or note that it leads nowhere."""
        try:
            found = self._file(target).value
            for part in filter(None, fragment.split("/")):
                found = found[part]
        except (ContractError, KeyError, TypeError):
            text = f"{target}#{fragment} does not exist; mend the reference"
            self.mistakes.append(self.files[name].mistake(at, text))
            return {}
        return found


def _beside(name: str, file: str) -> str:
    """Resolve a file named in another one, both as paths below the root."""
    parts = [*name.split("/")[:-1]]
    for part in file.split("/"):
        if part == ".." and parts:
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
