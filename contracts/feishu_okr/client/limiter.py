"""Keeps the calls of an operation below a rate, first come first served."""

import re
import threading
import time
from collections import deque
from collections.abc import Callable

_FORM = re.compile(r"([1-9][0-9]*)\s*/\s*(s|sec|second|min|minute|h|hour)")
_SECONDS = {"s": 1.0, "sec": 1.0, "second": 1.0, "min": 60.0, "minute": 60.0, "h": 3600.0, "hour": 3600.0}


class Limiter:
    """Gives every call the moment at which it may be sent.

    No window of the given length ever holds more calls than allowed. A call's moment is settled when it asks, so that
    threads and tasks alike are served in the order in which they come.

    Args:
        rate: such as `100/min`: a number, and `s`, `min` or `h`.
        clock: seconds that only grow.

    Raises:
        ValueError: the rate has another form.
    """

    def __init__(self, rate: str, clock: Callable[[], float] = time.monotonic) -> None:
        form = _FORM.fullmatch(rate.strip())
        if not form:
            raise ValueError(f"rate {rate!r} is not of the form '100/min'; a number, and s, min or h")
        self._calls = int(form[1])
        self._window = _SECONDS[form[2]]
        self._clock = clock
        self._moments: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def reserve(self, operation: str) -> float:
        """Reserve the next free moment; gives the seconds until then.

        Args:
            operation: operation id; the API counts each by itself.
        """
        with self._lock:
            moments = self._moments.setdefault(operation, deque(maxlen=self._calls))
            now = self._clock()
            moment = now if len(moments) < self._calls else max(now, moments[0] + self._window)
            moments.append(moment)
            return moment - now
