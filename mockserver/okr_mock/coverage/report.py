"""The forms in which coverage is told: JSON for programs, a table for people."""

from typing import Any

from okr_mock.coverage.coverage import Covered, Part
from okr_mock.coverage.feature import FIELD, RECEIVED, SENT, VALUE

_KINDS = {VALUE: "values", FIELD: "optional fields"}
_SHOWN = 12


def as_json(covered: Covered) -> dict[str, Any]:
    """Tell coverage as a JSON value.

    Args:
        covered: the coverage.
    """
    return {
        "world": covered.world,
        "calls": covered.calls,
        "operations": _part(covered.operations),
        "codes": {
            "ratio": covered.code_ratio,
            "operations": [
                {
                    "operation": one.operation,
                    "calls": one.calls,
                    "met": [{"code": code, "name": name} for code, name in one.met.items()],
                    "missed": [{"code": code, "name": name} for code, name in one.missed.items()],
                    "further": list(one.further),
                }
                for one in covered.codes
            ],
        },
        **{
            side: {kind: _part(covered.features.get((side, kind), Part((), ()))) for kind in (VALUE, FIELD)}
            for side in (SENT, RECEIVED)
        },
        "not_looked_at": covered.missed,
        "not_kept": covered.folded,
    }


def _part(part: Part) -> dict[str, Any]:
    return {"ratio": part.ratio, "met": list(part.met), "missed": list(part.missed)}


def as_text(covered: Covered) -> str:
    """Tell coverage as a table, and what was missed in a few lines.

    Args:
        covered: the coverage.
    """
    from rich.table import Table

    from okr_mock.tables import drawn

    where = "all worlds" if covered.world is None else f"world {covered.world!r}"
    table = Table("operation", "calls", "codes", "codes not met", title=f"coverage of {where}")
    for one in covered.codes:
        missed = ", ".join(f"{code} {name}" for code, name in one.missed.items())
        table.add_row(one.operation, str(one.calls), f"{len(one.met)} of {len(one.met) + len(one.missed)}", missed)
    lines = [_line("operations", covered.operations)]
    lines += [_line(f"{side} {_KINDS[kind]}", part) for (side, kind), part in sorted(covered.features.items())]
    ratio = "no call of an operation" if covered.code_ratio is None else f"{covered.code_ratio:.0%} of the listed ones"
    doubts = [f"bodies not looked at: {covered.missed}"] if covered.missed else []
    doubts += [f"calls whose world and code were not kept: {covered.folded}"] if covered.folded else []
    return drawn(table) + "\n".join([f"codes: {ratio}", *lines, *doubts, ""])


def _line(name: str, part: Part) -> str:
    missed = ", ".join(part.missed[:_SHOWN])
    more = f" and {len(part.missed) - _SHOWN} more" if len(part.missed) > _SHOWN else ""
    without = f"; without {missed}{more}" if missed else ""
    return f"{name}: {len(part.met)} of {len(part.met) + len(part.missed)}{without}"
