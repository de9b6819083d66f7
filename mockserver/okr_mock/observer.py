"""The observer: counts every call in passing, and puts bodies by for those who look at them later."""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from feishu_okr.contract import Operation
from okr_mock.exchange import LONGEST_BODY, Exchange, Noted
from okr_mock.gateway.envelope import Answer
from okr_mock.gateway.request import Request

MOST_KINDS = 50_000
MOST_PENDING = 2048
MOST_PENDING_BYTES = 16 * 1024 * 1024
BUCKETS_US = (100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000)
"""Upper ends of the buckets of durations, in microseconds; what takes longer is in one more."""
Kind = tuple[str, str, int | None, str]
"""World, operation, code and step of calls that are counted together; "" and None for none."""


class Carried(NamedTuple):
    """What a call carried, not yet looked at.

    Args:
        world: world it led to.
        operation: operation id.
        query: query string.
        body: JSON that was sent, or where an operation takes none, that was answered.
    """

    world: str
    operation: str
    query: bytes
    body: bytes


class Observer:
    """Counts calls; what it keeps is bounded, and what it could not keep is counted too.

    Args:
        operations: operations of the contract.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._sends = frozenset(operation.id for operation in operations if operation.has_body)
        self.counts: dict[Kind, int] = {}
        self.durations: dict[str, list[int]] = {}
        self.pending: deque[Carried] = deque()
        self.missed = 0
        self.folded = 0
        self._pending_bytes = 0
        self._last: tuple[str, str, bytes, bytes] | None = None

    def see(self, world: str, request: Request, written: Exchange, noted: Noted, answer: Answer | None) -> None:
        """Take notice of a call; a dozen cheap steps, because every call pays for them.

        Args:
            world: world it led to.
            request: what was asked.
            written: the call as the journal keeps it.
            noted: what was noticed on the way.
            answer: what was answered; None where the caller left before that.
        """
        operation = written.operation
        kind = (world, operation, written.code, noted.step)
        count = self.counts.get(kind)
        if count is None:
            kind, count = self._new(kind)
        self.counts[kind] = count + 1
        if not operation:
            return
        row = self.durations.get(operation)
        if row is None:
            row = self.durations[operation] = [0] * (len(BUCKETS_US) + 2)
        row[bisect_left(BUCKETS_US, noted.duration_us)] += 1
        row[-1] += noted.duration_us
        if operation in self._sends:
            body = noted.body or request.body
        else:
            body = answer.body if answer is not None and written.code == 0 else b""
        if (body or request.query) and (world, operation, request.query, body) != self._last:
            self._put_by(Carried(world, operation, request.query, body))

    def _new(self, kind: Kind) -> tuple[Kind, int]:
        """Begin to count a kind of calls; where there are too many, the world, code and step are forgotten."""
        if len(self.counts) < MOST_KINDS:
            return kind, 0
        self.folded += 1
        kind = ("", kind[1], None, "")
        return kind, self.counts.get(kind, 0)

    def _put_by(self, carried: Carried) -> None:
        """Keep what a call carried; a call that repeats the one before it was not given here."""
        self._last = carried
        size = len(carried.body) + len(carried.query)
        is_full = len(self.pending) >= MOST_PENDING or self._pending_bytes + size > MOST_PENDING_BYTES
        if is_full or len(carried.body) > LONGEST_BODY:
            self.missed += 1
            return
        self._pending_bytes += size
        self.pending.append(carried)

    def take(self) -> Carried | None:
        """Give the oldest that was put by; None where there is none."""
        if not self.pending:
            return None
        carried = self.pending.popleft()
        self._pending_bytes -= len(carried.body) + len(carried.query)
        return carried
