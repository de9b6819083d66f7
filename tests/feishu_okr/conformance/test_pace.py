"""Calls keep below a number a minute, and wait where the target says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_okr.conformance.pace import LONGEST_WAIT, MINUTE, USUAL_WAIT, Pace, RehearsedTime


@given(st.integers(1, 20), st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 30)), max_size=80))
def test_no_minute_holds_more(per_minute: int, calls: list[tuple[str, float]]) -> None:
    """Whatever the pauses between calls, no window of a minute holds more calls of an operation than are allowed."""
    time = RehearsedTime(0.0)
    pace = Pace(per_minute, time)
    made: dict[str, list[float]] = {"a": [], "b": []}
    for operation, pause in calls:
        time.sleep(pause)
        pace.wait(operation)
        made[operation].append(time.now())
    for times in made.values():
        for earlier, later in zip(times, times[per_minute:], strict=False):
            assert later - earlier >= MINUTE - 1e-6


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ogw-ratelimit-reset": "7"}, 7),
        ({"retry-after": "3"}, 3),
        ({"x-ogw-ratelimit-reset": "0"}, 1),
        ({"x-ogw-ratelimit-reset": "99999"}, LONGEST_WAIT),
        ({"x-ogw-ratelimit-reset": "soon"}, USUAL_WAIT),
        ({}, USUAL_WAIT),
    ],
)
def test_a_refusal_is_obeyed(headers: dict[str, str], seconds: float) -> None:
    """As long as the refusal names is waited, within bounds, and somebody is told of it."""
    time, told = RehearsedTime(0.0), list[str]()
    pace = Pace(80, time, told.append)
    pace.obey(headers)
    assert time.now() == pace.waited == seconds
    assert bool(told) == (seconds > 1)
