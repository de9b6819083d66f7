"""Coverage: which operations, codes, values and fields the calls of a run have met."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import orjson

from feishu_okr.contract import Contract, Effective, Operation
from okr_mock.coverage.feature import Features, arguments
from okr_mock.observer import Carried, Observer

MOST_WORLDS = 10_000
_MOST_LOOKED = 20_000


@dataclass(frozen=True)
class Part:
    """What of a set was met.

    Args:
        met: names that were met.
        missed: names that were not.
    """

    met: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def ratio(self) -> float | None:
        """Share that was met; None where there was nothing to meet."""
        whole = len(self.met) + len(self.missed)
        return len(self.met) / whole if whole else None


@dataclass(frozen=True)
class Codes:
    """Which codes of an operation were met.

    Args:
        operation: operation id.
        calls: how often it was called.
        met: codes and their names in the catalog that it lists and that were met.
        missed: those that were not.
        further: codes that were met and that it does not list: those of the gateway, and of scenarios.
    """

    operation: str
    calls: int
    met: Mapping[int, str]
    missed: Mapping[int, str]
    further: tuple[int, ...]


@dataclass(frozen=True)
class Covered:
    """The coverage of a run or a world.

    Args:
        world: the world; None for all.
        calls: calls of operations.
        operations: operations of the contract.
        codes: the operations that were called.
        features: fields and values of these operations, by side and kind.
        missed: calls whose bodies were not looked at.
        folded: calls whose world, code and step were not kept.
    """

    world: str | None
    calls: int
    operations: Part
    codes: tuple[Codes, ...]
    features: Mapping[tuple[str, str], Part]
    missed: int
    folded: int

    @property
    def code_ratio(self) -> float | None:
        """Share of the listed codes that was met; None where no operation was called."""
        met = sum(len(one.met) for one in self.codes)
        whole = met + sum(len(one.missed) for one in self.codes)
        return met / whole if whole else None


class Coverage:
    """Looks at what the observer has put by, and says what it comes to.

    Args:
        contract: what there is to meet.
        effective: the contract under the server's profile.
        observer: counts the calls.
    """

    def __init__(self, contract: Contract, effective: Effective, observer: Observer) -> None:
        self._operations = contract.operations
        self._effective = effective
        self._observer = observer
        self._features = Features(effective)
        self._seen: dict[str, int] = {}
        self._elsewhere = 0
        self._looked: set[int] = set()

    def digest(self, seconds: float = float("inf")) -> None:
        """Look at what was put by.

        Args:
            seconds: about how long to work at most; the rest waits.
        """
        end = perf_counter() + seconds
        while perf_counter() < end and (carried := self._observer.take()) is not None:
            mark = hash(carried)
            if mark not in self._looked:
                if len(self._looked) >= _MOST_LOOKED:
                    self._looked.clear()
                self._looked.add(mark)
                self._look(carried)

    def _look(self, carried: Carried) -> None:
        operation = self._operations.get(carried.operation)
        if operation is None:
            return
        message: dict[str, Any] = {"query": arguments(carried.query)}
        try:
            message["body"] = orjson.loads(carried.body) if carried.body else None
        except orjson.JSONDecodeError:
            message["body"] = None
        bits = self._features.node(operation).seen(message)
        if carried.world in self._seen or len(self._seen) < MOST_WORLDS:
            self._seen[carried.world] = self._seen.get(carried.world, 0) | bits
        else:
            self._elsewhere |= bits

    def covered(self, world: str | None = None) -> Covered:
        """Say what was met; everything put by is looked at before.

        Args:
            world: a world; None for all.
        """
        self.digest()
        counts: dict[str, dict[int | None, int]] = {}
        for (name, operation, code, _), count in self._observer.counts.items():
            if operation and world in (None, name):
                codes = counts.setdefault(operation, {})
                codes[code] = codes.get(code, 0) + count
        called = [operation for operation in self._operations.values() if operation.id in counts]
        bits = self._seen.get(world, 0) if world is not None else _union([*self._seen.values(), self._elsewhere])
        return Covered(
            world=world,
            calls=sum(sum(codes.values()) for codes in counts.values()),
            operations=_part(self._operations, counts),
            codes=tuple(self._codes(operation, counts[operation.id]) for operation in called),
            features=self._met_features(called, bits),
            missed=self._observer.missed,
            folded=self._observer.folded,
        )

    def _codes(self, operation: Operation, counts: Mapping[int | None, int]) -> Codes:
        listed: dict[int, str] = {}
        for name in operation.refusals:
            listed.setdefault(self._effective.entry(name).code, name)
        return Codes(
            operation=operation.id,
            calls=sum(counts.values()),
            met={code: name for code, name in listed.items() if code in counts},
            missed={code: name for code, name in listed.items() if code not in counts},
            further=tuple(sorted(code for code in counts if code and code not in listed)),
        )

    def _met_features(self, called: Iterable[Operation], bits: int) -> dict[tuple[str, str], Part]:
        whole = _union(self._features.node(operation).all for operation in called)
        met: dict[tuple[str, str], list[str]] = {}
        missed: dict[tuple[str, str], list[str]] = {}
        for feature in self._features.named(whole):
            met.setdefault((feature.side, feature.kind), [])
        met_names = set(self._features.named(bits & whole))
        for feature in self._features.named(whole):
            (met if feature in met_names else missed).setdefault((feature.side, feature.kind), []).append(feature.name)
        return {place: Part(tuple(names), tuple(missed.get(place, ()))) for place, names in met.items()}


def _part(names: Iterable[str], met: Iterable[str]) -> Part:
    there = frozenset(met)
    names = tuple(names)
    return Part(tuple(name for name in names if name in there), tuple(name for name in names if name not in there))


def _union(parts: Iterable[int]) -> int:
    bits = 0
    for part in parts:
        bits |= part
    return bits
