"""The catalog: every refusal of the API by name, with its code, status and texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ErrorCode:
    """One way in which the API says no.

    Args:
        name: our name of it; code asks by this name.
        code: the vendor's number.
        status: HTTP status.
        stage: which part of the API refuses.
        messages: texts by family (`long`, `short`, `v2`, `feishu`, `lark`); a single text has the family "".
        meaning: the vendor's explanation in Chinese, or "".
        advice: what the caller should do.
        retry: `never`, `refresh_token`, `wait` or `backoff`.
        permission: what `permission_violations` calls the lack, or "".
        body: shape around it: `error`, `data`, `bare`, `oauth` or `plain`.
        error: the word of an `oauth` body, or "" for the other shapes.
    """

    name: str
    code: int
    status: int
    stage: str
    messages: Mapping[str, str]
    meaning: str
    advice: str
    retry: str
    permission: str
    body: str
    error: str

    def text(self, families: tuple[str, ...]) -> str:
        """Choose the text by the first family that this entry has.

        Args:
            families: families in order of preference.
        """
        for family in families:
            if family in self.messages:
                return self.messages[family]
        return next(iter(self.messages.values()))


@dataclass(frozen=True)
class Catalog:
    """All refusals.

    Args:
        entries: refusals by name.
        descriptions: the gateway's text for a violation, by JSON Schema keyword.
        valueless: keywords of violations that are told without what was sent.
        troubleshooters: the link to the vendor's advice by site, and `method` for its last part.
        helps: where missing scopes are added, by site, and `description`.
    """

    entries: Mapping[str, ErrorCode]
    descriptions: Mapping[str, str]
    valueless: frozenset[str]
    troubleshooters: Mapping[str, str]
    helps: Mapping[str, str]

    def __getitem__(self, name: str) -> ErrorCode:
        return self.entries[name]


def read_catalog(data: dict[str, Any]) -> Catalog:
    """Read the catalog.

    Args:
        data: value of `errors.yaml`.
    """
    entries = {name: _entry(name, entry) for name, entry in data["refusals"].items()}
    descriptions = {keyword: entry["text"] for keyword, entry in data["descriptions"].items()}
    valueless = frozenset(name for name, entry in data["descriptions"].items() if not entry.get("has_value", True))
    return Catalog(entries, descriptions, valueless, data["troubleshooter"], data["helps"])


def _entry(name: str, entry: dict[str, Any]) -> ErrorCode:
    return ErrorCode(
        name=name,
        code=entry["code"],
        status=entry["status"],
        stage=entry["stage"],
        messages=entry.get("messages") or {"": entry["message"]},
        meaning=entry.get("meaning", ""),
        advice=entry["advice"],
        retry=entry["retry"],
        permission=entry.get("permission", ""),
        body=entry.get("body", "error"),
        error=entry.get("error", ""),
    )
