"""What a client remembers of its own creates, so that none is taken for another."""

import threading
import time
from collections import Counter, deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from feishu_okr.client.errors import Ambiguous, OKRError

_MOST_IDS = 10_000
_MOST_DOUBTS = 1_000


class Memory:
    """Creates that are under way, records that were acknowledged, and creates that stayed in doubt; bounded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: Counter[Hashable] = Counter()
        self._known: dict[str, None] = {}
        self._doubts: deque[tuple[Hashable, float]] = deque(maxlen=_MOST_DOUBTS)

    @contextmanager
    def open(self, key: Hashable) -> Iterator[None]:
        """Remember a create while it is under way, and longer if it stays in doubt.

        Args:
            key: what it has in common with others that could be taken for it.
        """
        with self._lock:
            self._open[key] += 1
        try:
            yield
        except BaseException as error:
            if isinstance(error, Ambiguous) or not isinstance(error, OKRError):  # such as a cancelled task
                with self._lock:
                    self._doubts.append((key, time.monotonic()))
            raise
        finally:
            with self._lock:
                self._open[key] -= 1
                if not self._open[key]:
                    del self._open[key]

    def know(self, progress_id: str) -> None:
        """Remember the record of a create.

        Args:
            progress_id: its id.
        """
        with self._lock:
            self._known[progress_id] = None
            if len(self._known) > _MOST_IDS:
                del self._known[next(iter(self._known))]

    def __contains__(self, progress_id: object) -> bool:
        return progress_id in self._known

    def has_twin(self, key: Hashable, since: float) -> bool:
        """Say whether another create could have written what one is looking for.

        Args:
            key: what they have in common.
            since: moment on the monotonic clock after which a doubt counts.
        """
        with self._lock:
            return self._open[key] > 1 or any(one == key and moment >= since for one, moment in self._doubts)
