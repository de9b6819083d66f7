from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okr_mock.store.window import Window
from okr_mock.world.turn import Quota

START = 1_790_000_000_000
KIND = st.sampled_from(["fixed", "sliding"])
GAPS = st.lists(st.integers(0, 5000) | st.integers(0, 40_000), max_size=60)
LEAPS = st.lists(st.integers(-90_000, 90_000), max_size=60)


def counted(kind: str, times: list[int], calls: int = 3) -> list[Quota]:
    """Count calls at these times, in milliseconds after the start, against a window of a minute."""
    window = Window()
    return [window.count(calls, 60, START + time, kind) for time in times]


def spent(kind: str, times: list[int]) -> list[bool]:
    return [quota.is_spent for quota in counted(kind, times)]


@pytest.mark.parametrize(
    ("kind", "times", "expected"),
    [
        ("fixed", [0, 0, 0, 0, 59_999, 60_000], [False, False, False, True, True, False]),
        ("fixed", [0, 59_998, 59_999, 60_000, 60_001, 60_002, 60_003], [False] * 6 + [True]),
        ("fixed", [0, 1, 2, 200_000], [False] * 4),
        ("sliding", [0, 0, 0, 0, 59_999, 60_000], [False, False, False, True, True, False]),
        ("sliding", [0, 59_998, 59_999, 60_000, 60_001], [False] * 4 + [True]),
        (
            "sliding",
            [0, 30_000, 40_000, 59_999, 60_000, 60_001, 90_000],
            [False, False, False, True, False, True, False],
        ),
    ],
)
def test_windows(kind: str, times: list[int], expected: list[bool]) -> None:
    """A fixed window begins with its first call, a sliding one is the minute before each call."""
    assert spent(kind, times) == expected


@pytest.mark.parametrize("kind", ["fixed", "sliding"])
def test_reset(kind: str) -> None:
    """An answer tells the limit and the whole seconds until a call is free again, at least one, never too few."""
    quotas = counted(kind, [0, 1, 1000, 1001, 59_001, 59_999])
    assert [quota.limit for quota in quotas] == [3] * 6
    assert [quota.reset for quota in quotas] == [60, 60, 59, 59, 1, 1]


@pytest.mark.parametrize("kind", ["fixed", "sliding"])
def test_clock_set_back(kind: str) -> None:
    """A clock that is set back to before the window begins anew; the calls of a time to come do not count."""
    assert spent(kind, [0, 0, 0, 0, -1, -1, -1, -1]) == [False, False, False, True] * 2
    assert spent(kind, [0, 0, 0, -(10**9), -(10**9), -(10**9), -(10**9)]) == [False] * 6 + [True]


@settings(deadline=None)
@given(kind=KIND, gaps=GAPS, calls=st.integers(1, 5))
def test_never_too_many(kind: str, gaps: list[int], calls: int) -> None:
    """No window ever lets more calls pass than it allows, and whoever waits as told is let pass."""
    times = list(accumulate(gaps))
    quotas = counted(kind, times, calls)
    passed = [time for time, quota in zip(times, quotas, strict=True) if not quota.is_spent]
    if kind == "sliding":
        begins = passed
    else:
        begins = passed[:1]
        while following := [time for time in passed if time >= begins[-1] + 60_000] if begins else []:
            begins.append(following[0])
    assert all(sum(begin <= time < begin + 60_000 for time in passed) <= calls for begin in begins)
    assert all(1 <= quota.reset <= 60 for quota in quotas)
    for n, quota in enumerate(quotas):
        if quota.is_spent:
            assert not counted(kind, [*times[: n + 1], times[n] + quota.reset * 1000], calls)[-1].is_spent


@given(kind=KIND, leaps=LEAPS)
def test_any_clock(kind: str, leaps: list[int]) -> None:
    """Whatever the clock does, the answer stays sensible and waiting helps; nothing is kept beyond the limit."""
    window, now = Window(), START
    for leap in leaps:
        now += leap
        quota = window.count(3, 60, now, kind)
        assert 1 <= quota.reset <= 60
        assert len(window.times) <= 3
        if quota.is_spent:
            now += quota.reset * 1000
            assert not window.count(3, 60, now, kind).is_spent


@given(kind=KIND, gaps=GAPS)
def test_refused_calls_do_not_count(kind: str, gaps: list[int]) -> None:
    """A caller that hammers on is let pass as soon as one that waits: refused calls use nothing up."""
    times = list(accumulate(gaps))
    passed = [time for time, is_spent in zip(times, spent(kind, times), strict=True) if not is_spent]
    assert spent(kind, passed) == [False] * len(passed)
