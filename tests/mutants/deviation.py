"""Deviations: ways in which an emulator differs from ours, read from `mutants.yaml` and `allowed.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import jsonpatch

from feishu_okr.contract import Contract, load
from feishu_okr.contract.catalog import read_catalog
from feishu_okr.contract.operation import read_operations
from feishu_okr.contract.source import read

HERE = Path(__file__).parent
Steps = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Deviation:
    """One difference from our emulator.

    Args:
        id: its name.
        says: what differs.
        when: which calls are altered: `operation` (a glob or several), `slash`, and of the answer `status` and `code`.
        ask: what is done to the request before the emulator sees it.
        answer: what is done to the answer before the caller sees it.
        document: JSON Patch on the bundled OpenAPI document.
        catalog: JSON Patch on the catalog.
        set: constants of the emulator by dotted name, and what they are instead.
        forget: `operation` and `key` (globs): changes that are not committed.
        stale: `operation` and `key` (globs), and `member`: what stays as it was of what is stored and shown.
        flags: options of claims it is served with.
        survives: why the suite cannot notice it; "" for a mutant that it must catch.
    """

    id: str
    says: str
    when: Mapping[str, Any] = field(default_factory=dict)
    ask: Steps = ()
    answer: Steps = ()
    document: Steps = ()
    catalog: Steps = ()
    set: Mapping[str, Any] = field(default_factory=dict)
    forget: Mapping[str, str] = field(default_factory=dict)
    stale: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    survives: str = ""

    def concerns(self, operation: str, path: str) -> bool:
        """Say whether calls of an operation are altered.

        Args:
            operation: operation id; "" where the path leads to none.
            path: path that was asked for.
        """
        globs = self.when.get("operation", "*")
        named = [globs] if isinstance(globs, str) else globs
        return any(fnmatchcase(operation, glob) for glob in named) and (
            "slash" not in self.when or path.endswith("/") == self.when["slash"]
        )

    def takes(self, status: int, code: int | None) -> bool:
        """Say whether an answer is altered.

        Args:
            status: HTTP status the emulator would answer.
            code: code of its envelope; None where it has none.
        """
        seen = {"status": status, "code": code, "refused": code != 0 or status != 200}
        return all(seen[name] == self.when[name] for name in seen.keys() & self.when.keys())

    def contract(self) -> Contract:
        """Read the shipped contract, altered where this deviation alters it."""
        contract = _shipped()
        if not (self.document or self.catalog):
            return contract
        document = jsonpatch.apply_patch(contract.document, self.document)
        errors = jsonpatch.apply_patch(contract.errors, self.catalog)
        return replace(
            contract,
            document=document,
            operations=read_operations(document),
            errors=errors,
            catalog=read_catalog(errors),
            _effective={},
            _by_id={},
        )


@cache
def _shipped() -> Contract:
    return load()


def _deviation(entry: dict[str, Any]) -> Deviation:
    values: dict[str, Any] = {key: tuple(part) if isinstance(part, list) else part for key, part in entry.items()}
    return Deviation(**values)


def _deviations(name: str) -> dict[str, Deviation]:
    found = [_deviation(entry) for entry in read(HERE / name).value]
    named = {deviation.id: deviation for deviation in found}
    if len(named) < len(found):
        raise ValueError(f"{name}: two deviations share an id")
    return named


def mutants() -> dict[str, Deviation]:
    """Read the deviations that the conformance suite must catch, by id."""
    return _deviations("mutants.yaml")


def allowed() -> dict[str, Deviation]:
    """Read the deviations that the contract allows, by id."""
    return _deviations("allowed.yaml")
