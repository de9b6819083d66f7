"""Grounds: the claims that explain a difference."""

import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from feishu_okr.conformance.case import Case, outcomes
from feishu_okr.conformance.difference.row import Row
from feishu_okr.contract.source import read

_OF_REFUSALS = ("status", "code", "message")


@cache
def _known() -> dict[str, Any]:
    known: dict[str, Any] = read(Path(__file__).with_name("grounds.yaml")).value
    return known


def grounds(case: Case, step: Mapping[str, Any], row: Row, differing: Collection[str]) -> tuple[str, ...]:
    """Name the claims that explain a row; none where it is unexplained.

    Args:
        case: what was asked.
        step: the step of it whose answers differ.
        row: the difference.
        differing: claims of which the two targets show different options.
    """
    named = (set(case.claims) | _named(step.get("expect", "ok"))) & set(differing)
    if row.rule not in _OF_REFUSALS and not row.where.startswith("/error"):
        named -= set(_known()["judging"])
    probed = case.id.removeprefix("probes.")
    if probed in named:
        return (probed,)
    for entry in _known()["everywhere"]:
        claims = set(entry["claims"]) & set(differing)
        if claims and _fits(entry, row):
            return tuple(sorted(claims))
    return tuple(sorted(named))


def _fits(entry: Mapping[str, str], row: Row) -> bool:
    return bool(
        re.fullmatch(entry["rule"], row.rule)
        and re.match(entry["where"], row.where)
        and all(re.search(entry.get("text", ""), text) for text in (row.a, row.b))
    )


def _named(expect: Any) -> set[str]:
    """Name every claim that an expectation leaves something to, whatever the options."""
    if isinstance(expect, str):
        return _named(outcomes()[expect]) if expect in outcomes() else set()
    items = expect.values() if isinstance(expect, Mapping) else expect if isinstance(expect, list) else ()
    found = {name for item in items for name in _named(item)}
    return found | {expect["by"]} if isinstance(expect, Mapping) and isinstance(expect.get("by"), str) else found
