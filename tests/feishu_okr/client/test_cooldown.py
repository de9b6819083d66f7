"""The cool-down: what one call is told of a rate limit, all calls of its operation heed."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_okr import OKRClient, RateLimited, Retries
from feishu_okr.client import progress_records
from feishu_okr.client.action import Answer, Send, Sleep
from feishu_okr.client.cooldown import Cooldown

LIMITED = orjson.dumps({"code": 99991400, "msg": "request trigger frequency limit"})
TOLD = Answer(429, {"x-ogw-ratelimit-reset": "60"}, LIMITED)


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0, 30)), min_size=1, max_size=20))
def test_the_latest_end_counts(told: list[tuple[float, float]]) -> None:
    """An operation is left alone until the last of the moments that its calls were told."""
    now, until = 0.0, 0.0
    cooldown = Cooldown(clock=lambda: now)
    for gap, seconds in told:
        now += gap
        cooldown.heed("a", RateLimited("", retry_after=seconds))
        until = max(until, now + seconds)
        assert cooldown.left("a") == max(until - now, 0.0)


def test_nothing_is_heeded_without_a_time() -> None:
    """A limit that names no time, and those of other operations, keep no call waiting."""
    cooldown = Cooldown(clock=lambda: 0.0)
    cooldown.heed("a", RateLimited(""))
    cooldown.heed("b", RateLimited("", retry_after=5.0))
    assert (cooldown.left("a"), cooldown.left("b"), cooldown.left("c")) == (0.0, 5.0, 0.0)


def flows(retries: Retries) -> Any:
    """Give the core of a client and two reads of it, of which the first one is on its way."""
    core = OKRClient("a", "s", base_url="http://okr.test", user_access_token="u-1", retries=retries)._core
    first, second = (core.perform(progress_records.get(name)) for name in ("1", "2"))
    assert isinstance(first.send(None), Send)
    return core, first, second


def test_calls_heed_what_another_was_told() -> None:
    """A call that begins during a limit waits for its end without having been told itself, and is then sent."""
    _, first, second = flows(Retries())
    assert first.send(TOLD) == Sleep(60.0)
    waiting = second.send(None)
    assert isinstance(waiting, Sleep)
    assert 50 < waiting.seconds <= 60
    assert isinstance(second.send(None), Send)


def test_patience_bounds_what_is_heeded() -> None:
    """A call whose patience is shorter than the limit is sent at once, and the API says itself how long it would be."""
    core, first, second = flows(Retries(patience=30.0))
    with pytest.raises(RateLimited):
        first.send(TOLD)
    assert isinstance(second.send(None), Send)
    assert core._cooldown.left("okr.v1.progress_record.get") > 50


def test_other_operations_go_on() -> None:
    """A limit of one operation keeps no other one waiting, as the API counts each by itself."""
    core, first, _ = flows(Retries())
    assert first.send(TOLD) == Sleep(60.0)
    assert isinstance(core.perform(progress_records.delete("1")).send(None), Send)
