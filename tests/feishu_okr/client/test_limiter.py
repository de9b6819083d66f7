"""The limiter: never more calls in a window than allowed, in the order in which they ask, for threads and tasks."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_okr import OKRClient
from feishu_okr.client import progress_records
from feishu_okr.client.action import Alone, Send, Sleep
from feishu_okr.client.limiter import Limiter

gaps = st.lists(st.floats(0, 30), min_size=1, max_size=60)


@given(gaps, st.integers(1, 8))
def test_no_window_holds_too_many(gaps: list[float], calls: int) -> None:
    """Whenever calls come, no minute holds more of them than allowed, none waits needlessly, none overtakes."""
    now = 0.0
    limiter = Limiter(f"{calls}/min", clock=lambda: now)
    moments: list[float] = []
    for gap in gaps:
        now += gap
        moments.append(round(now + limiter.reserve("a"), 9))
    assert moments == sorted(moments)
    assert all(later - earlier >= 60 - 1e-6 for earlier, later in zip(moments, moments[calls:], strict=False))


def test_operations_are_counted_apart() -> None:
    """The calls of one operation do not use up the quota of another."""
    limiter = Limiter("1/h", clock=lambda: 0.0)
    assert [limiter.reserve(name) for name in ("a", "b", "a", "a")] == [0, 0, 3600, 7200]


def test_threads_share_the_rate() -> None:
    """Threads that ask at once get moments of their own."""
    limiter = Limiter("5/s", clock=lambda: 0.0)
    with ThreadPoolExecutor(20) as pool:
        waits = sorted(pool.map(lambda _: limiter.reserve("a"), range(20)))
    assert waits == [float(second) for second in range(4) for _ in range(5)]


@pytest.mark.parametrize("rate", ["100", "0/min", "-1/s", "1.5/s", "1/day", "", "1/min/s"])
def test_bad_rates_are_named(rate: str) -> None:
    """A rate of another form is refused and shown."""
    with pytest.raises(ValueError, match="is not of the form '100/min'"):
        Limiter(rate)


def test_a_client_keeps_to_its_rate() -> None:
    """The calls of a client with a rate are sent at once as long as it allows, and wait for their turns then."""
    core = OKRClient("a", "s", base_url="http://okr.test", rate="20/h", user_access_token="u-1")._core
    first = [core.perform(progress_records.get(str(number))).send(None) for number in range(30)]
    assert all(isinstance(action, Send) for action in first[:20])
    assert all(isinstance(action, Sleep) and 3500 < action.seconds <= 3600 for action in first[20:])


def test_tokens_are_not_counted() -> None:
    """However low the rate, a request for a token is sent at once."""
    core = OKRClient("a", "s", base_url="http://okr.test", rate="1/h")._core
    for _ in range(2):
        wanted = core.perform(progress_records.get("1")).send(None)
        assert isinstance(wanted, Alone)
        assert isinstance(wanted.flow.send(None), Send)
