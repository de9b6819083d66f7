"""The clock of a world: real, shifted or frozen."""

from datetime import UTC, datetime
from typing import NamedTuple

EARLIEST = int(datetime(2001, 9, 10, tzinfo=UTC).timestamp() * 1000)
LATEST = int(datetime(2037, 12, 31, tzinfo=UTC).timestamp() * 1000)
"""Between these two all times have thirteen digits and all ids fit an int64."""


class Clock(NamedTuple):
    """How a world tells the time; unset, it is real.

    Args:
        shift: milliseconds added to the real time.
        frozen: milliseconds since the epoch at which it stands; None while it runs.
    """

    shift: int = 0
    frozen: int | None = None

    def read(self, real: int) -> int:
        """Tell the world's time, in milliseconds since the epoch.

        Args:
            real: the real time, likewise.
        """
        return real + self.shift if self.frozen is None else self.frozen

    def set(self, time: int, real: int) -> "Clock":
        """Set the time; a frozen clock stays frozen.

        Args:
            time: the world's time from now on.
            real: the real time.
        """
        return Clock(frozen=time) if self.frozen is not None else Clock(shift=time - real)

    def freeze(self, real: int) -> "Clock":
        """Let the clock stand still.

        Args:
            real: the real time.
        """
        return Clock(frozen=self.read(real))

    def run(self, real: int) -> "Clock":
        """Let the clock go on from the time it shows.

        Args:
            real: the real time.
        """
        return Clock(shift=self.read(real) - real)
