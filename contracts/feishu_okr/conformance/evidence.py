"""Evidence: what a run showed of claims, written down, merged into a ledger, and asked how old it is."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema

from feishu_okr.conformance.verify import LACKING, NotInstalledError
from feishu_okr.contract import ContractError, Ledger, read_evidence
from feishu_okr.contract.ledger import read_ledger
from feishu_okr.contract.reader import data_folder
from feishu_okr.contract.source import read

SOURCE, LIVE = "conformance_run", "live"
PROFILE = "learned"
MOST_LOG_IDS = 5


def evidence_of(about: Mapping[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is written down of a run.

    Args:
        about: the target.
        seen: what probes saw, by claim.
    """
    return {
        "version": 1,
        "target": about.get("name", ""),
        "base": about.get("profile", "documented"),
        "date": datetime.now(UTC).date().isoformat(),
        "claims": dict(sorted(seen.items())),
    }


def ledger_of(file: str) -> Ledger:
    """Read a ledger file.

    Args:
        file: its path; "" for the shipped one.

    Raises:
        ContractError: it cannot be read, or is none.
    """
    source = read(Path(file) if file else data_folder() / "claims.yaml")
    rule = read(data_folder() / "rules" / "claims.yaml").value
    if wrong := list(jsonschema.Draft202012Validator(rule).iter_errors(source.value)):
        raise ContractError(source.mistake(tuple(error.absolute_path), error.message) for error in wrong)
    return read_ledger(source.value)


def merge(file: str, into: str) -> list[str]:
    """Write evidence into a ledger file, whose comments stay; gives a line for every claim that was settled.

    A claim gets an entry of evidence with the option that was seen, in place of that of an earlier run, and the profile
    `learned` gets the option. What was seen on an emulator counts as measured there, not as observed live.

    Args:
        file: what a run wrote.
        into: ledger file; where there is none, it begins as the shipped one.

    Raises:
        NotInstalledError: what writes YAML is missing.
        ContractError: the ledger file is none.
        ValueError: the evidence is none, or the ledger knows a claim or option of it not.
    """
    evidence = read_evidence(file)
    editor = _editor()
    path = Path(into)
    if path.exists():
        ledger_of(into)
    ledger = editor.load((path if path.exists() else data_folder() / "claims.yaml").read_text(encoding="utf-8"))
    settled = {claim: seen for claim, seen in evidence["claims"].items() if seen.get("observed")}
    _check(ledger, settled, file)
    for claim, seen in settled.items():
        _settle(ledger["claims"][claim], _entry(evidence, seen))
    says = f"What the contract suite saw on {evidence.get('target') or 'its target'}, {evidence.get('date', '')}."
    profile = ledger["profiles"].setdefault(PROFILE, {"description": says, "sets": {}})
    profile["description"] = says
    profile["sets"].update({claim: seen["observed"] for claim, seen in settled.items()})
    with path.open("w", encoding="utf-8", newline="\n") as opened:
        editor.dump(ledger, opened)
    return [f"{claim}: {seen['observed']}" for claim, seen in settled.items()]


def _editor() -> Any:
    try:
        from ruamel.yaml import YAML
    except ImportError as error:
        raise NotInstalledError(LACKING) from error
    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 200
    editor.indent(mapping=2, sequence=4, offset=2)
    return editor


def _check(ledger: Any, settled: Mapping[str, Any], file: str) -> None:
    for claim, seen in settled.items():
        if claim not in ledger["claims"]:
            hint = "is the ledger older than the suite? Begin a new one: name a file that does not exist"
            raise ValueError(f"{file}: the ledger knows no claim {claim!r}; {hint}")
        if seen["observed"] not in ledger["claims"][claim]["options"]:
            raise ValueError(f"{file}: the claim {claim} has no option {seen['observed']!r}")


def _entry(evidence: Mapping[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:
    is_live = evidence.get("target") == LIVE
    return {
        "source": SOURCE,
        "mark": "observed" if is_live else "measured",
        "for": seen["observed"],
        "date": seen.get("date") or evidence["date"],
        "note": f"seen on {evidence.get('target')}",
        "log_ids": list(seen.get("log_ids", ()))[:MOST_LOG_IDS],
    }


def _settle(claim: Any, entry: dict[str, Any]) -> None:
    for number, old in enumerate(claim["evidence"]):
        if old["source"] == SOURCE:
            claim["evidence"][number] = entry
            break
    else:
        claim["evidence"].append(entry)
    if entry["mark"] == "observed":
        claim["status"] = "observed"


def unverified(ledger: Ledger) -> list[str]:
    """Name the claims of which no option was ever observed live.

    Args:
        ledger: the ledger.
    """
    return [claim.id for claim in ledger.claims.values() if not _observed(claim.evidence)]


def stale(ledger: Ledger, days: int, dates: Mapping[str, str], today: date) -> list[str]:
    """Name the claims whose last observation is older than so many days.

    Args:
        ledger: the ledger.
        days: how many.
        dates: dates of sources, for evidence that has none of its own.
        today: today.
    """
    oldest = (today - timedelta(days=days)).isoformat()
    found = []
    for claim in ledger.claims.values():
        seen = [entry.get("date") or dates.get(entry["source"], "") for entry in _observed(claim.evidence)]
        if seen and max(seen) < oldest:
            found.append(f"{claim.id}: last seen {max(seen)}")
    return found


def _observed(evidence: tuple[Mapping[str, Any], ...]) -> list[Mapping[str, Any]]:
    return [entry for entry in evidence if entry["mark"] == "observed"]
