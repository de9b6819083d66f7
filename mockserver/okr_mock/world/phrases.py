"""The phrases that generated worlds are written with."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from feishu_okr.contract.source import read

_FILE = Path(__file__).with_name("phrases.yaml")
_WHO = "{who}"


@dataclass(frozen=True)
class Phrase:
    """A key result with places for numbers and perhaps for a mention.

    Args:
        text: the sentence; `{name}` is a place.
        numbers: what each place for a number may hold.
    """

    text: str
    numbers: Mapping[str, range]

    @property
    def has_mention(self) -> bool:
        """Whether a colleague is mentioned."""
        return _WHO in self.text

    def write(self, random: Random, who: str) -> str:
        """Write the sentence with numbers of its ranges.

        Args:
            random: draws the numbers.
            who: name of the colleague to mention; unused where nobody is.
        """
        numbers = {name: random.choice(span) for name, span in self.numbers.items()}
        return self.text.format(who=f"@{who}", **numbers)


@dataclass(frozen=True)
class ObjectivePhrases:
    """An objective and what belongs to it.

    Args:
        text: the objective.
        theme: objectives of one theme could support each other.
        notes: what its owner noted below it.
        key_results: key results that fit.
        updates: what a weekly record could tell.
        plans: what its owner may do next.
    """

    text: str
    theme: str
    notes: str
    key_results: tuple[Phrase, ...]
    updates: tuple[str, ...]
    plans: tuple[str, ...]


@dataclass(frozen=True)
class Phrases:
    """All phrases.

    Args:
        departments: objectives by department.
        openers: first words of a weekly record by status.
        asks: what a colleague is asked for.
        tasks: what stands in a list of tasks.
        documents: titles of linked documents.
    """

    departments: Mapping[str, tuple[ObjectivePhrases, ...]]
    openers: Mapping[str, tuple[str, ...]]
    asks: tuple[str, ...]
    tasks: tuple[str, ...]
    documents: tuple[str, ...]


@cache
def load_phrases() -> Phrases:
    """Read the phrases.

    Raises:
        ContractError: the file is unreadable.
    """
    data = read(_FILE).value
    weekly = data["weekly"]
    return Phrases(
        departments={
            department["name"]: tuple(_objective(entry, department) for entry in department["objectives"])
            for department in data["departments"]
        },
        openers={status: tuple(openers) for status, openers in weekly["openers"].items()},
        asks=tuple(weekly["asks"]),
        tasks=tuple(weekly["tasks"]),
        documents=tuple(weekly["documents"]),
    )


def _objective(entry: Mapping[str, Any], department: Mapping[str, Any]) -> ObjectivePhrases:
    return ObjectivePhrases(
        text=entry["text"],
        theme=entry["theme"],
        notes=entry["notes"],
        key_results=tuple(_phrase(key_result) for key_result in entry["key_results"]),
        updates=tuple(entry["updates"]),
        plans=tuple(department["plans"]),
    )


def _phrase(entry: Mapping[str, Any]) -> Phrase:
    numbers = {name: _span(*limits) for name, limits in entry.items() if name != "text"}
    return Phrase(entry["text"], numbers)


def _span(least: int, most: int, step: int = 1) -> range:
    return range(least, most + 1, step)
