"""A turn: one call's number in its world, and the ids that follow from it."""

from functools import lru_cache
from hashlib import blake2b
from time import gmtime, strftime
from typing import NamedTuple

from feishu_okr.contract import Profile
from okr_mock.world.fixture import Fixture
from okr_mock.world.start import Start

_TAIL = 0x14  # the low byte of every OKR id seen in the vendor's examples
_COUNTER = 0xFFFFFF


class Quota(NamedTuple):
    """How a call stands to the quota of its app and operation.

    Args:
        limit: calls that the window allows.
        reset: seconds until a call is allowed again.
        is_spent: whether this call is one too many.
    """

    limit: int
    reset: int
    is_spent: bool


class Turn(NamedTuple):
    """One call's place in its world; the same place gives the same ids.

    Args:
        world: name of the world.
        n: number of the call in its world, from 1.
        now: milliseconds since the epoch, on the world's clock.
        start: what the world started from.
        generation: tokens of an earlier generation are no longer valid.
        log_id: the call's id in the vendor's form: UTC time and twenty upper-case hexadecimal digits.
        request_id: the call's id for `X-Request-Id`.
        quota: None where calls are not counted.
        life: which life of the world it belongs to; a world that begins anew has another.
    """

    world: str
    n: int
    now: int
    start: Start
    generation: int
    log_id: str
    request_id: str
    quota: Quota | None = None
    life: int = 0

    @property
    def profile(self) -> Profile:
        """The world's choice of options."""
        return self.start.profile

    @property
    def fixture(self) -> Fixture:
        """The world's people, apps and OKRs."""
        return self.start.fixture

    @property
    def entity_id(self) -> str:
        """An id that sorts by time: seconds, number of the call, the vendor's tail byte."""
        return str(self.now // 1000 << 32 | (self.n & _COUNTER) << 8 | _TAIL)

    def draw(self, purpose: str, size: int) -> bytes:
        """Draw bytes that follow from the call's place alone.

        Args:
            purpose: what they are for; each purpose has its own.
            size: how many, 64 at most.
        """
        place = f"{self.start.seed}\n{self.world}\n{self.now}\n{self.n}\n{purpose}"
        return blake2b(place.encode(), digest_size=size).digest()


def open_turn(
    world: str, n: int, now: int, start: Start, generation: int = 0, quota: Quota | None = None, life: int = 0
) -> Turn:
    """Open a turn, with the ids that follow from its place.

    Args:
        world: name of the world.
        n: number of the call in its world, from 1.
        now: milliseconds since the epoch, on the world's clock.
        start: what the world started from.
        generation: tokens of an earlier generation are no longer valid.
        quota: how the call stands to its quota.
        life: which life of the world it belongs to.
    """
    digest = blake2b(f"{start.seed}\n{world}\n{now}\n{n}".encode(), digest_size=26).hexdigest()
    log_id = _second(now // 1000) + digest[:20].upper()
    return Turn(world, n, now, start, generation, log_id, digest[20:], quota, life)


@lru_cache(maxsize=16)
def _second(second: int) -> str:
    return strftime("%Y%m%d%H%M%S", gmtime(second))
