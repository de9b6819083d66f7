"""Reads the contract's files into one value."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from feishu_okr.contract.bundle import Bundle
from feishu_okr.contract.catalog import Catalog, read_catalog
from feishu_okr.contract.effective import Effective
from feishu_okr.contract.ledger import Ledger, Profile, read_ledger
from feishu_okr.contract.operation import Operation, read_operations
from feishu_okr.contract.source import ContractError, read

_PACKAGE = Path(__file__).parents[1]


def data_folder() -> Path:
    """Find the contract's data: inside the installed package, or beside it in a checkout."""
    inside = _PACKAGE / "data"
    return inside if inside.is_dir() else _PACKAGE.parent


def load_sources(root: Path | None = None) -> dict[str, dict[str, str]]:
    """Read what the evidence refers to: title, where, kind and date by name.

    Args:
        root: folder of the data files; the shipped ones by default.

    Raises:
        ContractError: the file is unreadable.
    """
    sources: dict[str, dict[str, str]] = read((root or data_folder()) / "sources.yaml").value["sources"]
    return sources


@dataclass(frozen=True)
class Contract:
    """Everything the contract says.

    Args:
        document: bundled OpenAPI document without any claim applied.
        operations: operations by id, static paths before parametric ones.
        errors: value of `errors.yaml`.
        catalog: all refusals without any claim applied.
        ledger: all claims and profiles.
        unmodelled: ids of the operations that the API has and we do not, by path and method.
    """

    document: dict[str, Any]
    operations: dict[str, Operation]
    errors: dict[str, Any]
    catalog: Catalog
    ledger: Ledger
    unmodelled: dict[str, dict[str, str]]
    _effective: dict[Profile, Effective] = field(default_factory=dict, repr=False)
    _by_id: dict[int, Effective] = field(default_factory=dict, repr=False)

    def effective(self, profile: Profile) -> Effective:
        """Give the contract under a profile, made at the first call and kept.

        Args:
            profile: the chosen options.
        """
        found = self._by_id.get(id(profile))  # the profile that an `Effective` keeps, as nearly always
        if found is None:
            found = self._effective.get(profile)
        if found is None:
            document = _patched(self.document, self.ledger.patch("document", profile))
            catalog_patch = self.ledger.patch("catalog", profile)
            catalog = read_catalog(_patched(self.errors, catalog_patch)) if catalog_patch else self.catalog
            found = Effective(document, self.operations, catalog, profile)
            self._effective[profile] = self._by_id[id(profile)] = found
        return found


def _patched(value: dict[str, Any], patch: list[dict[str, Any]]) -> dict[str, Any]:
    """Apply a patch to a copy; without one no copy is made, which takes longer than all else here."""
    if not patch:
        return value
    import jsonpatch

    patched: dict[str, Any] = jsonpatch.apply_patch(value, patch)
    return patched


def load(root: Path | None = None) -> Contract:
    """Read the contract.

    Args:
        root: folder of the data files; the shipped ones by default.

    Raises:
        ContractError: a file is unreadable, a reference leads nowhere, or an entry lacks a key; the full check is
            `python -m feishu_okr.contract`.
    """
    root = root or data_folder()
    document = Bundle(root).document()
    sources = {name: read(root / f"{name}.yaml") for name in ("errors", "claims", "unmodelled")}
    try:
        catalog, ledger = read_catalog(sources["errors"].value), read_ledger(sources["claims"].value)
        operations = read_operations(document)
    except (KeyError, TypeError, AttributeError) as error:
        hint = f"an entry is not as rules/ says ({error}); run python -m feishu_okr.contract for all mistakes"
        raise ContractError([sources["errors"].mistake((), hint)]) from error
    return Contract(document, operations, sources["errors"].value, catalog, ledger, sources["unmodelled"].value)
