"""Learned profiles: what a run of the contract suite saw, as a choice of options."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from feishu_okr.contract.ledger import Ledger, Profile

LEARNED = "learned:"


def chosen_profile(
    ledger: Ledger, name: str, switches: Iterable[tuple[str, str]] = (), brand: str = "feishu"
) -> Profile:
    """Choose an option for every claim, by a named profile or by what was learned; reads files, so ask no stranger.

    Args:
        ledger: knows claims and profiles.
        name: a named profile, or `learned:FILE` with the evidence of a run; what the run did not decide is as its base.
        switches: claims and options that differ from it.
        brand: `feishu` or `lark`.

    Raises:
        ValueError: no such profile, claim or option, or the file is no evidence.
    """
    if not name.startswith(LEARNED):
        return ledger.profile(name, switches, brand)
    evidence = read_evidence(name.removeprefix(LEARNED))
    learned = [(claim, seen["observed"]) for claim, seen in evidence["claims"].items() if seen.get("observed")]
    base = evidence.get("base", "documented")
    chosen = ledger.profile(base if base in ledger.profiles else "documented", [*learned, *switches], brand)
    return replace(chosen, name="learned")


def read_evidence(file: str) -> dict[str, Any]:
    """Read the evidence of a run.

    Args:
        file: what `okr-mock verify --evidence` wrote.

    Raises:
        ValueError: there is no such file, or it is no evidence.
    """
    hint = "name a file that `okr-mock verify --evidence FILE` wrote"
    try:
        evidence = orjson.loads(Path(file).read_bytes())
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}; {hint}") from error
    except orjson.JSONDecodeError as error:
        raise ValueError(f"{file} is not JSON: {error}; {hint}") from error
    claims = evidence.get("claims") if isinstance(evidence, dict) else None
    if not isinstance(claims, dict) or not all(map(_is_seen, claims.values())):
        raise ValueError(f"{file} is no evidence, for it has no object `claims`; {hint}")
    return dict(evidence)


def _is_seen(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("observed"), str | None)
