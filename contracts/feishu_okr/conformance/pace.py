"""Pace: calls stay below the API's quota of a minute, and wait where it says so."""

import sys
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

MINUTE = 60.0
LONGEST_WAIT = 120.0
"""Seconds that are waited at most, whatever a header says."""
USUAL_WAIT = 10.0
"""Seconds that are waited where a refusal does not say how long."""
NO_OPERATION = "unknown paths"
HEADERS = ("x-ogw-ratelimit-reset", "retry-after")


def tell(text: str) -> None:
    """Tell whoever sits before the run something at once.

    Args:
        text: one line.
    """
    with suppress(OSError):  # the terminal may be closed, and what is going on must go on
        sys.stderr.write(f"okr-mock: {text}\n")
        sys.stderr.flush()


@dataclass
class Time:
    """The time as it is."""

    def now(self) -> float:
        """Tell the time in seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait.

        Args:
            seconds: how long.
        """
        time.sleep(seconds)

    def pass_call(self) -> None:
        """Go on after a call."""


@dataclass
class RehearsedTime(Time):
    """A time that passes at once, to learn how long a run would take.

    Args:
        a_call: seconds that a call takes.
        passed: seconds so far.
    """

    a_call: float
    passed: float = 0.0

    def now(self) -> float:
        """Tell the time in seconds."""
        return self.passed

    def sleep(self, seconds: float) -> None:
        """Let time pass.

        Args:
            seconds: how long.
        """
        self.passed += seconds

    def pass_call(self) -> None:
        """Let the time of a call pass."""
        self.passed += self.a_call


@dataclass
class Pace:
    """Keeps calls of one operation below a number a minute.

    Args:
        per_minute: calls of an operation that any minute may hold.
        time: tells the time and waits.
        tell: told of every wait of more than a second, in words.
        waited: seconds waited.
    """

    per_minute: int
    time: Time = field(default_factory=Time)
    tell: Callable[[str], None] = lambda _: None
    waited: float = 0.0
    _made: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque), repr=False)

    def wait(self, operation: str) -> None:
        """Wait until a call may be made, and count it.

        Args:
            operation: id of the operation; "" for none.
        """
        made = self._made[operation]
        if len(made) >= self.per_minute:
            self._sleep(
                made.popleft() + MINUTE - self.time.now(),
                f"{operation or NO_OPERATION} has had its calls of this minute",
            )
        made.append(self.time.now())

    def obey(self, headers: Mapping[str, str]) -> None:
        """Wait as long as a refusal for too many calls asks.

        Args:
            headers: of the refusal, names in lower case.
        """
        told = next((headers[name] for name in HEADERS if headers.get(name, "").isdecimal()), "")
        seconds = min(float(told), LONGEST_WAIT) if told else USUAL_WAIT
        self._sleep(max(seconds, 1.0), "the target asks for fewer calls")

    def _sleep(self, seconds: float, why: str) -> None:
        if seconds <= 0:
            return
        if seconds > 1:
            self.tell(f"{why}; waiting {seconds:.0f} s")
        self.waited += seconds
        self.time.sleep(seconds)
