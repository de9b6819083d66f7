"""A script: the steps of all scenarios that are active in a world, found fast however many they are."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from okr_mock.scenario.pattern import Occasion
from okr_mock.scenario.step import Scenario, Step

_Numbered = tuple[int, Step]


class Script:
    """The steps of scenarios.

    Args:
        scenarios: the scenarios, in their order.
    """

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        self.scenarios = tuple(scenarios)
        self.steps = tuple(step for scenario in scenarios for step in scenario.steps)
        self._named = frozenset(app for step in self.steps for app in step.pattern.apps)
        self._shelves: dict[tuple[str, str], _Shelf] = {}

    def matching(self, occasion: Occasion) -> list[Step]:
        """Give the steps that match a call, in their order.

        Args:
            occasion: the call.
        """
        key = (occasion.operation, occasion.app if occasion.app in self._named else "")
        shelf = self._shelves.get(key)
        if shelf is None:
            shelf = self._shelves[key] = _Shelf(self.steps, *key)
        return [step for step in shelf.candidates(occasion) if step.pattern.matches(occasion)]


class _Shelf:
    """The steps that calls of one operation and app can meet; those that ask for one value lie under that value."""

    def __init__(self, steps: Iterable[Step], operation: str, app: str) -> None:
        self._open: list[_Numbered] = []
        self._drawers: dict[str, tuple[Callable[[Occasion], Any], dict[str, list[_Numbered]]]] = {}
        for numbered in enumerate(steps):
            pattern = numbered[1].pattern
            if (pattern.operations and operation not in pattern.operations) or (
                pattern.apps and app not in pattern.apps
            ):
                continue
            label = next((criterion for criterion in pattern.criteria if criterion.wanted), None)
            if label is None:
                self._open.append(numbered)
            else:
                drawer = self._drawers.setdefault(label.place, (label.value_of, {}))
                drawer[1].setdefault(label.wanted, []).append(numbered)

    def candidates(self, occasion: Occasion) -> list[Step]:
        """Give the steps that a call may match, in their order."""
        found = self._open
        for value_of, drawer in self._drawers.values():
            value = value_of(occasion)
            if isinstance(value, str) and value in drawer:
                found = found + drawer[value]
        return [step for _, step in (sorted(found) if found is not self._open else found)]
