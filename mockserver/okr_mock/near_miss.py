"""Near misses: the exchanges that come closest to what was asked, and what each of them lacks."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

import orjson

from okr_mock.criteria import Criteria, Seen
from okr_mock.scenario.comparison import MISSING
from okr_mock.scenario.pattern import Criterion

_LONGEST = 300
"""Characters of a value that are shown."""
_WEIGHTS = {"operation": 3.0}
"""Another operation is farther away than any one difference of the same operation."""


@dataclass(frozen=True)
class NearMiss:
    """An exchange that was not meant.

    Args:
        seen: the exchange.
        failed: what it lacks.
        distance: from above 0 to 1, where nothing holds.
    """

    seen: Seen
    failed: tuple[Criterion, ...]
    distance: float

    def shown(self) -> dict[str, Any]:
        """Write it down: place, expectation and actual value of each criterion that failed."""
        failed = [
            {"place": criterion.place, "expected": criterion.expected, **_actual(criterion.value_of(self.seen))}
            for criterion in self.failed
        ]
        return {
            "n": self.seen.n,
            "distance": self.distance,
            "failed": failed,
            "request": orjson.Fragment(orjson.dumps(self.seen.told)),
        }


def near_miss(criteria: Criteria, seen: Seen) -> NearMiss | None:
    """Measure how far an exchange is from what was asked; None where it is that.

    Args:
        criteria: what was asked.
        seen: the exchange.
    """
    failed = criteria.failed(seen)
    whole = sum(_WEIGHTS.get(criterion.place, 1.0) for criterion in criteria.criteria)
    amiss = sum(_WEIGHTS.get(criterion.place, 1.0) * _gap(criterion, criterion.value_of(seen)) for criterion in failed)
    return NearMiss(seen, tuple(failed), round(amiss / whole, 3)) if failed else None


def nearest(misses: Iterable[NearMiss], most: int) -> list[NearMiss]:
    """Rank near misses: the closest first, of equally close ones the newest.

    Args:
        misses: the near misses.
        most: how many are wanted.
    """
    return sorted(misses, key=lambda miss: (miss.distance, -miss.seen.n))[:most]


def _gap(criterion: Criterion, value: Any) -> float:
    """Measure a failed criterion: 1, or as little as a half where text was wanted and the text is like it."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return 1.0
    return 1.0 - _likeness(criterion.wanted or criterion.expected, value) / 2


@lru_cache(maxsize=1024)
def _likeness(wanted: str, text: str) -> float:
    return SequenceMatcher(None, wanted[:_LONGEST], text).ratio()


def _actual(value: Any) -> dict[str, Any]:
    """Show a value, a long one by its beginning."""
    if value is MISSING:
        return {"actual": None, "is_missing": True}
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return {"actual": f"{text[:_LONGEST]}…" if len(text) > _LONGEST else value}
