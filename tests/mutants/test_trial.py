"""The contract suite catches what deviates, and minds nothing that it may not."""

import pytest

from tests.mutants.deviation import Deviation, allowed, mutants
from tests.mutants.trial import commit, sample, tried

pytestmark = pytest.mark.once

SIZE = 3
"""A few at each commit; `make mutants` tries all."""
WRONG = sample(list(mutants().values()), SIZE, commit())
RIGHT = sample(list(allowed().values()), 1, commit())


@pytest.mark.parametrize("deviation", WRONG, ids=lambda deviation: deviation.id)
def test_a_mutant_is_caught(deviation: Deviation) -> None:
    """A test of the suite fails on an emulator that deviates."""
    verdict = tried(deviation, 0)
    assert (verdict.exit, bool(verdict.test)) == (1, True), verdict


@pytest.mark.parametrize("deviation", RIGHT, ids=lambda deviation: deviation.id)
def test_an_allowed_deviation_passes(deviation: Deviation) -> None:
    """The suite passes where an emulator differs in what the contract leaves open."""
    assert tried(deviation, 0).exit == 0


def test_there_are_enough() -> None:
    """There are the sixty mutants that the suite is to be tried on at least, and samples are drawn by the commit."""
    assert len(mutants()) >= 60
    every = list(mutants().values())
    assert sample(every, 5, "a") == sample(every, 5, "a")
    assert len({tuple(one.id for one in sample(every, 5, str(seed))) for seed in range(10)}) > 1
