"""Watchers: bounded, and told of what they missed."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from okr_mock.exchange import Exchange
from okr_mock.watchers import MOST_BYTES, MOST_HEADS, MOST_WATCHERS, Watchers


def exchange(n: int, size: int = 0) -> Exchange:
    return Exchange(n, "", 0, 200, size, (b'{"n":%d,"x":"%b"' % (n, b"x" * size), b"", b"", b"", b"", b"}"))


@given(sizes=st.lists(st.sampled_from([0, 10, MOST_BYTES // 3, MOST_BYTES + 1]), min_size=1, max_size=MOST_HEADS * 2))
def test_the_newest_are_kept(sizes: list[int]) -> None:
    """However many calls and however large, a watcher keeps the newest within its bounds and counts the others."""
    watchers = Watchers()
    told = [exchange(n, size) for n, size in enumerate(sizes)]
    with watchers.watcher("") as watcher:
        for each in told:
            watchers.tell("w", each)
        heads, missed = asyncio.run(watcher.take()) if sum(sizes[-1:]) <= MOST_BYTES else ([], len(told))
    assert len(heads) <= MOST_HEADS
    assert sum(map(len, heads)) <= MOST_BYTES
    assert heads == [each.head for each in told[missed:]]


def test_a_world_is_watched_alone() -> None:
    """Who watches a world hears of no other; who leaves hears of nothing more."""
    watchers = Watchers()
    with watchers.watcher("mine") as watcher:
        watchers.tell("other", exchange(1))
        watchers.tell("mine", exchange(2))
        assert asyncio.run(watcher.take()) == ([exchange(2).head], 0)
    assert not watchers


def test_there_is_a_limit() -> None:
    """No more than so many may look on."""
    watchers = Watchers()
    open_ones = [watchers.watcher("") for _ in range(MOST_WATCHERS)]
    for each in open_ones:
        assert not watchers.is_full
        each.__enter__()
    assert watchers.is_full
