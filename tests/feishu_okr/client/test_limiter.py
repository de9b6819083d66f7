"""The limiter: never more calls in a window than allowed, in the order in which they ask, for threads and tasks."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_okr import AsyncOKRClient
from feishu_okr.client.limiter import Limiter
from tests.conftest import TENANT_TOKEN
from tests.feishu_okr.client.conftest import record, token_answer

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
    """A client with a rate sends no more than it says, in the order of its calls, and its token besides."""
    sent: list[tuple[float, str]] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == TENANT_TOKEN:
            return token_answer()
        sent.append((time.monotonic(), request.url.path.rsplit("/", 1)[1]))
        return record()

    async def main() -> None:
        transport: Callable[..., httpx2.MockTransport] = httpx2.MockTransport
        async with AsyncOKRClient("a", "s", transport=transport(handle), base_url="http://t", rate="20/s") as client:
            await asyncio.gather(*(client.progress_records.get(str(number)) for number in range(30)))

    asyncio.run(main())
    assert [name for _, name in sent] == [str(number) for number in range(30)]
    assert all(later[0] - earlier[0] > 0.9 for earlier, later in zip(sent, sent[20:], strict=False))
