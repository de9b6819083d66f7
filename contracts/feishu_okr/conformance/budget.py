"""Budgets: how many calls and writes a guarded run may make."""

from collections import Counter
from dataclasses import dataclass, field

from feishu_okr.conformance.pace import NO_OPERATION
from feishu_okr.conformance.wire import StopRun


class GuardError(StopRun):
    """The guard of a live run says no; says what, and what to do, in one sentence."""


@dataclass
class Budget:
    """Counts calls, and stops the run when there are too many.

    Args:
        requests: calls that may be made; 0 for any number.
        writes: calls among them that may write; 0 for any number.
        calls: calls made, by operation id.
        written: calls made that may write.
        cleanup: calls made to take back what was written; no budget holds them.
    """

    requests: int
    writes: int
    calls: Counter[str] = field(default_factory=Counter)
    written: int = 0
    cleanup: int = 0

    def spend(self, operation: str, *, is_write: bool) -> None:
        """Count a call that is about to be made.

        Args:
            operation: id of the operation; "" for none.
            is_write: whether it may write.

        Raises:
            GuardError: the budget is spent; the call must not be made.
        """
        if self.requests and self.made >= self.requests:
            raise GuardError(f"the budget of {self.requests} requests is spent; raise it with --max-requests")
        if is_write and self.writes and self.written >= self.writes:
            raise GuardError(f"the budget of {self.writes} writes is spent; raise it with --max-writes")
        self.calls[operation or NO_OPERATION] += 1
        self.written += is_write

    @property
    def made(self) -> int:
        """Calls made."""
        return self.calls.total()
