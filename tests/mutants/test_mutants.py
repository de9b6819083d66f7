from collections.abc import Callable, Iterator
from itertools import count

import pytest

from okr_mock.app import App
from okr_mock.settings import Settings
from tests.mutants.deviant import build, constants
from tests.mutants.deviation import Deviation, allowed, mutants
from tests.mutants.walk import Seen, walked

NONE = Deviation("none", "Nothing differs.")
START = 1_792_000_000_000


def ticking() -> Callable[[], int]:
    """A clock that goes on by a millisecond at each look."""
    ticks = count(START)
    return lambda: next(ticks)


def seen(deviation: Deviation) -> Iterator[Seen]:
    """Walk through an emulator with a deviation."""
    tick = ticking()

    def emulator(auth: str) -> App:
        return build(deviation, Settings(set=deviation.flags, auth=auth, log_level="error"), tick)

    with constants(deviation):
        yield from walked(emulator)


@pytest.fixture(scope="module")
def usual() -> list[Seen]:
    """What our emulator answers."""
    return list(seen(NONE))


def test_the_walk_is_repeatable(usual: list[Seen]) -> None:
    """Two emulators that do not differ answer the same to the byte."""
    assert list(seen(NONE)) == usual


@pytest.mark.once
@pytest.mark.parametrize("deviation", [*mutants().values(), *allowed().values()], ids=lambda deviation: deviation.id)
def test_a_deviation_deviates(deviation: Deviation, usual: list[Seen]) -> None:
    """Each deviation changes an answer of the walk, and not to a failure of the emulator."""
    pairs = zip(seen(deviation), usual, strict=True)
    found = next((got for got, expected in pairs if got != expected), None)
    assert found
    assert found[1] != 500
