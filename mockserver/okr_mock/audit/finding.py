"""Findings, and the rules they come from: names, texts and advice are data."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from feishu_okr.contract.source import read
from okr_mock.audit.entry import Entry

MOST_EVIDENCE = 100
_LONGEST_SEEN = 400
_FILE = Path(__file__).with_name("rules.yaml")


@dataclass(frozen=True)
class Rule:
    """What a rule says.

    Args:
        name: its name.
        severity: `error`, `warning` or `note`.
        text: what the caller did.
        seen: the sentence of a finding, with placeholders.
        advice: what to do.
    """

    name: str
    severity: str
    text: str
    seen: str
    advice: str


class Clue(NamedTuple):
    """One place where a caller offends against a rule.

    Args:
        entries: the exchanges that show it, oldest first.
        params: values of the placeholders in the rule's sentence, beside those of the exchanges.
    """

    entries: tuple[Entry, ...]
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """What a rule has found in the calls of one operation.

    Args:
        rule: name of the rule.
        severity: `error`, `warning` or `note`.
        operation: operation id; "" for calls that reached none.
        evidence: numbers of the exchanges that show it, the first hundred.
        times: how often it was seen.
        seen: the first time in words.
        advice: what to do.
    """

    rule: str
    severity: str
    operation: str
    evidence: tuple[int, ...]
    times: int
    seen: str
    advice: str


@cache
def read_rules() -> dict[str, Rule]:
    """Read the texts of all rules, by name."""
    value: dict[str, dict[str, str]] = read(_FILE).value
    return {
        name: Rule(name, **{key: " ".join(text.split()) for key, text in rule.items()}) for name, rule in value.items()
    }


def find(rule: Rule, clues: list[Clue]) -> Finding:
    """Tell what clues of one rule and one operation come to.

    Args:
        rule: the rule.
        clues: at least one.
    """
    numbers = sorted({entry.n for clue in clues for entry in clue.entries})
    first = clues[0]
    facts = {"first": first.entries[0].n, "again": first.entries[-1].n, "answer": first.entries[0].answer}
    seen = rule.seen.format(**{**facts, **first.params})
    operation = first.entries[0].operation
    return Finding(
        rule=rule.name,
        severity=rule.severity,
        operation=operation.id if operation else "",
        evidence=tuple(numbers[:MOST_EVIDENCE]),
        times=len(clues),
        seen=seen[:_LONGEST_SEEN],
        advice=rule.advice,
    )
