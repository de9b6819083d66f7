"""What a client remembers of its own creates, so that none is taken for another."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from feishu_okr.client.errors import Ambiguous, OKRError

_MOST_IDS = 10_000
_MOST_DOUBTS = 1_000


class Written(Protocol):
    """A create."""

    @property
    def key(self) -> object:
        """What it has in common with others that could be taken for it; takes a while to find out."""
        ...


class Memory:
    """Creates that are under way, records that were acknowledged, and creates that stayed in doubt; bounded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: list[Written] = []
        self._known: dict[str, None] = {}
        self._doubts: deque[tuple[object, float]] = deque(maxlen=_MOST_DOUBTS)

    @contextmanager
    def open(self, create: Written) -> Iterator[None]:
        """Remember a create while it is under way, and longer if it stays in doubt.

        Args:
            create: the create.
        """
        with self._lock:
            self._open.append(create)
        try:
            yield
        except BaseException as error:
            if isinstance(error, Ambiguous) or not isinstance(error, OKRError):  # such as a cancelled task
                with self._lock:
                    self._doubts.append((create.key, time.monotonic()))
            raise
        finally:
            with self._lock:
                self._open.remove(create)

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

    def has_twin(self, create: Written, since: float) -> bool:
        """Say whether another create could have written what this one wrote.

        Args:
            create: the create.
            since: moment on the monotonic clock after which a doubt counts.
        """
        with self._lock:
            keys = [one.key for one in self._open if one is not create]
            keys += [key for key, moment in self._doubts if moment >= since]
        return create.key in keys
