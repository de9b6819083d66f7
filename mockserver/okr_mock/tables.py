"""The catalog and the ledger as tables for people and JSON for machines."""

import io
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from feishu_okr.contract import Claim, Ledger, Profile, chosen_profile, load, load_sources


def codes_json() -> str:
    """Write the catalog as JSON."""
    return _json([asdict(entry) for entry in load().catalog.entries.values()])


def codes_table() -> str:
    """Write the catalog as a table."""
    table = Table("code", "http", "stage", "retry", "name", "message")
    for entry in load().catalog.entries.values():
        for number, text in enumerate(entry.messages.values()):
            first = (
                (str(entry.code), str(entry.status), entry.stage, entry.retry, entry.name) if number == 0 else ("",) * 5
            )
            table.add_row(*first, escape(text))
    return drawn(table)


def claims_json(profile: str) -> str:
    """Write the ledger as JSON.

    Args:
        profile: whose choices to show.

    Raises:
        ValueError: no such profile.
    """
    ledger = load().ledger
    return _json(claims_of(ledger, chosen_profile(ledger, profile)))


def claims_of(ledger: Ledger, chosen: Profile) -> list[dict[str, Any]]:
    """Tell every claim with its evidence and what was chosen.

    Args:
        ledger: the claims.
        chosen: whose choices to tell.
    """
    sources = load_sources()
    return [_claim(claim, sources) | {"chosen": chosen[claim.id]} for claim in ledger.claims.values()]


def claims_table(profile: str) -> str:
    """Write the ledger as a table.

    Args:
        profile: whose choices to mark.

    Raises:
        ValueError: no such profile.
    """
    ledger, sources = load().ledger, load_sources()
    chosen = chosen_profile(ledger, profile)
    table = Table("claim", "status", "options (* is chosen)", "evidence", title=f"profile {profile}", show_lines=True)
    for claim in ledger.claims.values():
        options = [
            f"{'*' if option == chosen[claim.id] else ' '} {option}: {says}" for option, says in claim.options.items()
        ]
        evidence = [
            f"{entry['source']} {sources[entry['source']]['date']}, {entry['mark']}{_for(entry)}"
            for entry in claim.evidence
        ]
        table.add_row(
            f"[bold]{claim.id}[/]\n{escape(claim.says)}",
            claim.status,
            escape("\n".join(options)),
            escape("\n".join(evidence)),
        )
    return drawn(table)


def _claim(claim: Claim, sources: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    shown = {name: getattr(claim, name) for name in ("id", "says", "status", "default", "options")}
    return shown | {"evidence": [{**sources[entry["source"]], **entry} for entry in claim.evidence]}


def _for(entry: Any) -> str:
    return f", for {entry['for']}" if "for" in entry else ""


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def drawn(table: Table) -> str:
    """Draw a table as wide as the terminal.

    Args:
        table: the table.
    """
    width = shutil.get_terminal_size((140, 24)).columns
    console = Console(file=io.StringIO(), width=width, markup=True, highlight=False)
    console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]
