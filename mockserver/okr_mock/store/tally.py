"""The tally of a world's scenarios: which step fires next, by counts, states and draws that any process would make."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha1

from okr_mock.store.claim import Claim, Counts, Fired

FIRST_STATE = "start"
_DIGITS = 12  # hexadecimal digits of a draw


@dataclass
class Tally:
    """Counts and states of a world's scenarios.

    Args:
        counts: by scenario and step.
        states: by scenario.
    """

    counts: dict[tuple[str, str], Counts] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)

    @property
    def fired(self) -> set[tuple[str, str]]:
        """The steps that have fired, by scenario and step."""
        return {name for name, counts in self.counts.items() if counts.fired}

    def claim(self, claims: Sequence[Claim], seed: int) -> Fired | None:
        """Let the first step fire that is due; nothing else can come between.

        Args:
            claims: of the steps that match a call, in their order.
            seed: seed of the world, for the draws.
        """
        for index, claim in enumerate(claims):
            if claim.state and self.states.get(claim.scenario, FIRST_STATE) != claim.state:
                continue
            name = (claim.scenario, claim.step)
            before = self.counts.get(name, Counts())
            seen, fires = before.seen + 1, is_due(claim, before, seed)
            self.counts[name] = Counts(seen, before.fired + fires)
            if fires:
                self._move(claim, before.fired)
                return Fired(index, before.fired + 1)
        return None

    def _move(self, claim: Claim, fired: int) -> None:
        state = claim.states[min(fired, len(claim.states) - 1)]
        if state is not None:
            self.states[claim.scenario] = state


def is_due(claim: Claim, before: Counts, seed: int) -> bool:
    """Say whether a step fires at its next matching call, whatever the state of its scenario.

    Args:
        claim: what the step asks.
        before: how often it was asked and fired so far.
        seed: seed of the world, for the draw.
    """
    n = before.seen + 1
    if claim.times and before.fired >= claim.times:
        return False
    if n <= claim.after or (n - claim.after) % claim.every or (claim.calls and n not in claim.calls):
        return False
    return claim.probability >= 1 or draw(seed, claim.scenario, claim.step, n) < claim.probability


def draw(seed: int, scenario: str, step: str, n: int) -> float:
    """Draw a number from 0 to 1 that follows from its place alone; SHA-1, because stores can compute it themselves.

    Args:
        seed: seed of the world.
        scenario: name of the scenario.
        step: name of the step.
        n: which matching call it is for.
    """
    digest = sha1(f"{seed}\n{scenario}\n{step}\n{n}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:_DIGITS], 16) / float(16**_DIGITS)
