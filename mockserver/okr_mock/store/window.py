"""The window of a quota: which calls count, and how long to wait when there were too many."""

from collections import deque
from dataclasses import dataclass, field

from okr_mock.world.turn import Quota


@dataclass
class Window:
    """The calls that count at present.

    Args:
        times: when they came, in milliseconds since the epoch.
    """

    times: deque[int] = field(default_factory=deque)

    def count(self, calls: int, seconds: int, now: int, kind: str) -> Quota:
        """Count a call, unless it is one too many. Source: claim `quota_window`.

        Args:
            calls: how many the window allows.
            seconds: how long it is.
            now: milliseconds since the epoch.
            kind: `fixed`, begun by its first call, or `sliding`.
        """
        times, length = self.times, seconds * 1000
        if times and not 0 <= now - times[0] < length:
            self._slide(now - length, now, kind)
        is_spent = len(times) >= calls
        if not is_spent:
            times.append(now)
        reset = -(-(times[0] + length - now) // 1000) if times else seconds
        return Quota(calls, reset, is_spent)

    def _slide(self, oldest: int, now: int, kind: str) -> None:
        if kind == "fixed" or now < self.times[0]:  # a clock that was set back begins anew
            self.times.clear()
        while self.times and self.times[0] <= oldest:
            self.times.popleft()
