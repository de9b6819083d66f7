"""Claims: what steps ask of the store, and what it answers; plain data that any store can judge."""

from typing import NamedTuple


class Claim(NamedTuple):
    """What a step of a scenario asks before it fires.

    Args:
        scenario: name of the scenario.
        step: name of the step.
        after: matching calls to let pass first.
        every: fires at every nth matching call after those.
        calls: fires at these matching calls alone, from 1; empty for all.
        times: fires so often at most; 0 for ever.
        probability: share of the due calls at which it fires.
        state: state in which the scenario must be; "" for any.
        states: states it goes to by how often the step has fired, the last one for all further; None to stay.
    """

    scenario: str
    step: str
    after: int = 0
    every: int = 1
    calls: frozenset[int] = frozenset()
    times: int = 0
    probability: float = 1.0
    state: str = ""
    states: tuple[str | None, ...] = (None,)


class Fired(NamedTuple):
    """The step that fires.

    Args:
        claim: place of its claim among those that were made.
        ordinal: how often it has fired, from 1.
    """

    claim: int
    ordinal: int


class Counts(NamedTuple):
    """How often a step was asked and fired.

    Args:
        seen: calls it matched while no earlier step fired.
        fired: how often it fired.
    """

    seen: int = 0
    fired: int = 0
