"""Remembers how long the API wants no call of an operation, so that all of a client's calls heed what one was told."""

import time
from collections.abc import Callable

from feishu_okr.client.errors import RateLimited


class Cooldown:
    """Knows until when each operation is not to be called.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def heed(self, operation: str, error: RateLimited) -> None:
        """Remember what a call was told; an answer that names no time tells nothing of other calls.

        Args:
            operation: operation id; the API counts each by itself.
            error: what the call failed with.
        """
        if error.retry_after is not None:
            self._until[operation] = max(self._clock() + error.retry_after, self._until.get(operation, 0.0))

    def left(self, operation: str) -> float:
        """Give the seconds until the operation may be called.

        Args:
            operation: operation id.
        """
        until = self._until.get(operation)
        return 0.0 if until is None else max(until - self._clock(), 0.0)
