from collections import Counter
from hashlib import sha1

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_mock.store.claim import Claim, Counts, Fired
from okr_mock.store.tally import FIRST_STATE, Tally, draw, is_due

STATES = st.sampled_from([None, FIRST_STATE, "open", "shut"])
CLAIM = st.builds(
    Claim,
    scenario=st.sampled_from(["s", "t"]),
    step=st.sampled_from(["1", "2", "3"]),
    after=st.integers(0, 3),
    every=st.integers(1, 3),
    calls=st.frozensets(st.integers(1, 6), max_size=2),
    times=st.integers(0, 4),
    probability=st.sampled_from([0.3, 1.0]),
    state=st.sampled_from(["", FIRST_STATE, "open"]),
    states=st.lists(STATES, min_size=1, max_size=3).map(tuple),
)


def play(tally: Tally, claims: list[Claim], calls: int, seed: int = 0) -> list[Fired | None]:
    return [tally.claim(claims, seed) for _ in range(calls)]


def fired(claim: Claim, calls: int, seed: int = 0) -> list[int]:
    """Numbers of the calls at which a step fires."""
    return [n for n, found in enumerate(play(Tally(), [claim], calls, seed), start=1) if found]


@given(times=st.integers(1, 8), after=st.integers(0, 5), every=st.integers(1, 4))
def test_exactly_so_many_times(times: int, after: int, every: int) -> None:
    """A step fires exactly its times, at every nth match after those that it lets pass."""
    expected = [after + every * n for n in range(1, times + 1)]
    assert fired(Claim("s", "1", after=after, every=every, times=times), 60) == expected


@given(calls=st.frozensets(st.integers(1, 20), min_size=1), times=st.integers(0, 3))
def test_numbered_calls(calls: frozenset[int], times: int) -> None:
    """A step for certain calls fires at those alone, at most its times."""
    expected = sorted(calls)[: times or None]
    assert fired(Claim("s", "1", calls=calls, times=times), 25) == expected


@given(seed=st.integers(0, 2**63), share=st.floats(0.01, 0.99))
def test_draws_follow_from_the_seed(seed: int, share: float) -> None:
    """Which calls a step with a probability takes follows from seed, scenario, step and number alone."""
    claim = Claim("s", "1", probability=share)
    expected = [n for n in range(1, 61) if draw(seed, "s", "1", n) < share]
    assert fired(claim, 60, seed) == expected
    tally = Tally()
    noise = [Claim("s", "2", probability=share), claim]
    for n in range(1, 61):
        tally.claim(noise[1:] if n % 2 else [claim], seed)
    assert tally.counts["s", "1"] == Counts(60, len(expected))


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9])
def test_share(share: float) -> None:
    """Of many due calls a step takes its share."""
    assert len(fired(Claim("s", "1", probability=share), 4000)) / 4000 == pytest.approx(share, abs=0.03)


def test_a_store_can_draw_it_itself() -> None:
    """A draw is the first twelve digits of a SHA-1 over its place, and one of another place differs."""
    digest = sha1(b"7\ns\n1\n3", usedforsecurity=False).hexdigest()
    assert draw(7, "s", "1", 3) == int(digest[:12], 16) / 16**12
    places = [(7, "s", "1", 3), (8, "s", "1", 3), (7, "t", "1", 3), (7, "s", "2", 3), (7, "s", "1", 4)]
    assert len({draw(*place) for place in places}) == 5


def test_the_first_one_that_is_due() -> None:
    """The first step that is due takes a call; those before it have seen it, those after it have not."""
    claims = [Claim("s", "late", after=2), Claim("s", "once", times=1), Claim("s", "rest")]
    tally = Tally()
    assert play(tally, claims, 4) == [Fired(1, 1), Fired(2, 1), Fired(0, 1), Fired(0, 2)]
    assert tally.counts == {("s", "late"): Counts(4, 2), ("s", "once"): Counts(2, 1), ("s", "rest"): Counts(1, 1)}
    assert tally.fired == {("s", "late"), ("s", "once"), ("s", "rest")}
    assert Tally().claim([], 0) is None


def test_states() -> None:
    """A scenario moves from state to state as its steps say, and a step waits for its own."""
    lock = Claim("door", "lock", state="start", states=("locked",))
    opens = Claim("door", "open", state="locked", states=(None, "start"))
    tally = Tally()
    assert [tally.claim([opens, lock], 0) for _ in range(4)] == [Fired(1, 1), Fired(0, 1), Fired(0, 2), Fired(1, 2)]
    assert tally.states == {"door": "locked"}
    assert tally.claim([opens._replace(scenario="other")], 0) is None
    assert ("other", "open") not in tally.counts, "a step in another state has not seen the call"


@given(
    claims=st.lists(CLAIM, min_size=1, max_size=5),
    order=st.lists(st.integers(0, 4), max_size=40),
    seed=st.integers(0, 9),
)
def test_any_interleaving(claims: list[Claim], order: list[int], seed: int) -> None:
    """Whatever calls come in whatever order, no step goes beyond its times, and each serves its ordinals once."""
    unique = list({(claim.scenario, claim.step): claim for claim in claims}.values())
    tally, served = Tally(), Counter[tuple[str, str, int]]()
    for first in order:
        offered = unique[first % len(unique) :]
        found = tally.claim(offered, seed)
        if found:
            claim = offered[found.claim]
            served[claim.scenario, claim.step, found.ordinal] += 1
    for claim in unique:
        seen, count = tally.counts.get((claim.scenario, claim.step), Counts())
        assert count <= min(seen, claim.times or seen)
        ordinals = [n for scenario, step, n in served if (scenario, step) == (claim.scenario, claim.step)]
        assert sorted(ordinals) == list(range(1, count + 1))
    assert set(served.values()) <= {1}


@given(claim=CLAIM, seen=st.integers(0, 30), count=st.integers(0, 5), seed=st.integers(0, 9))
def test_asking_changes_nothing(claim: Claim, seen: int, count: int, seed: int) -> None:
    """Whether a step is due follows from what is asked, and is what a claim then does."""
    before = Counts(seen, min(seen, count))
    tally = Tally({(claim.scenario, claim.step): before})
    expected = is_due(claim, before, seed) and claim.state in ("", FIRST_STATE)
    assert bool(tally.claim([claim], seed)) is expected
