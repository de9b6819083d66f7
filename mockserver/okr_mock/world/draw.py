"""What a generated world is drawn from: one seed for its chances, ids and moments, and the calendar they fall in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import count
from random import Random
from string import ascii_letters, digits
from typing import NamedTuple

HOUR = 3_600_000
DAY = 24 * HOUR
_BEIJING = 8 * HOUR
_FIRST_COUNT = 0x800000  # ids that a world makes count from 0, so the two never meet
_TAIL = 0x14  # the low byte of the vendor's ids
_TRIES = 20
_SHARES: dict[int, tuple[tuple[float, ...], ...]] = {
    2: ((50, 50), (60, 40), (70, 30), (40, 60)),
    3: ((40, 30, 30), (50, 25, 25), (33.34, 33.33, 33.33), (30, 30, 40), (45, 35, 20)),
    4: ((25, 25, 25, 25), (40, 20, 20, 20), (30, 30, 20, 20), (35, 25, 22.5, 17.5)),
}


class Period(NamedTuple):
    """A period as a generated world sees it.

    Args:
        id: its id.
        start_month: first month.
        end_month: last month.
        start: first millisecond.
        end: first millisecond after it.
        today: nothing happened later; before `end` where the period is not over.
    """

    id: str
    start_month: str
    end_month: str
    start: int
    end: int
    today: int

    @property
    def is_over(self) -> bool:
        """Whether its results are known."""
        return self.today >= self.end

    @property
    def pace(self) -> float:
        """Share of the period that has passed."""
        return (min(self.today, self.end) - self.start) / (self.end - self.start)


@dataclass
class Draw:
    """Everything drawn from one seed; the same draws in the same order are the same.

    Args:
        seed: the seed.
    """

    seed: int
    random: Random = field(init=False)
    _count: Iterator[int] = field(default_factory=lambda: count(_FIRST_COUNT))

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - made-up data

    def id(self, moment: int) -> str:
        """Make an id as the vendor's look: seconds, a counter, a tail.

        Args:
            moment: when what it names was made, in milliseconds since the epoch.
        """
        return str(moment // 1000 << 32 | next(self._count) << 8 | _TAIL)

    def hex(self, purpose: str, digits: int) -> str:
        """Make hexadecimal digits that follow from the seed and the purpose alone.

        Args:
            purpose: what they are for.
            digits: how many, an even number.
        """
        return blake2b(f"{self.seed}\n{purpose}".encode(), digest_size=digits // 2).hexdigest()

    def document(self) -> str:
        """Make the address of a document."""
        token = "".join(self.random.choices(ascii_letters + digits, k=22))
        return f"https://example.feishu.cn/docx/doxcn{token}"

    def chance(self, share: float) -> bool:
        """Decide.

        Args:
            share: how often the answer is yes, from 0 to 1.
        """
        return self.random.random() < share

    def moment(self, start: int, end: int) -> int:
        """Pick a moment, nearly always of working hours in Beijing.

        Args:
            start: the earliest.
            end: the first that is too late.
        """
        for _ in range(_TRIES):
            moment = self.random.randrange(start, end)
            day, time = divmod(moment + _BEIJING, DAY)
            if (day + 3) % 7 < 5 and 9 <= time // HOUR < 20:  # the epoch began on a Thursday
                break
        return moment

    def shares(self, siblings: int) -> tuple[float, ...]:
        """Pick weights that make 100 together.

        Args:
            siblings: how many, 2 to 4.
        """
        return self.random.choice(_SHARES[siblings])
