"""The soak can fail: it sees answers nobody asked for, memory that grows and descriptors that stay."""

from collections import Counter

import pytest

from benchmarks.servers import OURS, running
from benchmarks.soak import Seen, Soak, soak

FLAT, GROWING = [100] * 40, list(range(100, 140))


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        (Soak(Seen(), FLAT, 10, 10), []),
        (Soak(Seen(wrong=Counter({"get: 500 instead of 200": 2})), FLAT, 10, 10), ["2 times get: 500 instead of 200"]),
        (Soak(Seen(), GROWING, 10, 10), ["memory grows after the warm-up, 1.215 times"]),
        (Soak(Seen(), FLAT, 10, 12), ["2 descriptors are left open"]),
    ],
)
def test_complaints(found: Soak, complaint: list[str]) -> None:
    """A soak complains of what is not as it should be, and of nothing else."""
    assert list(found.complaints()) == complaint


@pytest.mark.once
@pytest.mark.parametrize(("flags", "is_wrong"), [((), False), (("--max-records", "1"), True)])
def test_soak(flags: tuple[str, ...], is_wrong: bool) -> None:
    """A short soak sees only what was asked for, and refusals where the server has no room for what is asked."""
    with running((*OURS, *flags)) as server:
        found = soak(server, 1.0, 1)
    assert found.seen.calls["left mid-body"] > 0
    assert bool(found.seen.wrong) is is_wrong
