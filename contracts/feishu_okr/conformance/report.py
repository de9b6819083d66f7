"""Reports of a run as files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from feishu_okr.conformance.evidence import evidence_of
from feishu_okr.conformance.junit import junit
from feishu_okr.conformance.page import page
from feishu_okr.conformance.tally import FAILED, PROVED, UNPROVED, Resting, Result, Tally


def as_json(tally: Tally) -> dict[str, Any]:
    """Give everything as one JSON value.

    Args:
        tally: what came of the run.
    """
    verdicts = {"failed": FAILED, "unproved": UNPROVED, "proved": PROVED}
    return {
        "target": tally.about,
        "exit": tally.exit,
        "stopped": tally.stopped,
        "guard": tally.guard,
        "counts": {name: len(tally.of(verdict)) for name, verdict in verdicts.items()},
        "assumption": tally.assumption,
        "claims": {claim.id: _rest(claim) for claim in tally.claims},
        **{name: [_shown(result) for result in tally.of(verdict)] for name, verdict in verdicts.items()},
    }


def _rest(claim: Resting) -> dict[str, Any]:
    return {
        "expected": claim.expected,
        "observed": claim.observed or None,
        "seen_live": claim.is_seen_live,
        "tests": len(claim.results),
    }


def _shown(result: Result) -> dict[str, Any]:
    return {name: getattr(result, name) for name in ("id", "says", "why", "claims", "checked", "seconds")}


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n"


WRITERS: dict[str, Callable[[Tally], bytes]] = {
    "json": lambda tally: _json(as_json(tally)),
    "junit": junit,
    "html": page,
    "evidence": lambda tally: _json(evidence_of(tally.about, tally.evidence)),
}
"""What makes each file, by the option that asks for it."""


def write(tally: Tally, values: dict[str, Any]) -> None:
    """Write the files that the options ask for.

    Args:
        tally: what came of the run.
        values: options of the run.
    """
    for key, make in WRITERS.items():
        if values[key]:
            Path(values[key]).write_bytes(make(tally))
