"""A turn: one call's number in its world, and the ids that follow from it."""

from functools import lru_cache
from hashlib import blake2b
from time import gmtime, strftime
from typing import NamedTuple

from feishu_okr.contract import Profile

_TAIL = 0x14  # the low byte of every OKR id seen in the vendor's examples
_COUNTER = 0xFFFFFF


class Turn(NamedTuple):
    """One call's place in its world; the same place gives the same ids.

    Args:
        world: name of the world.
        n: number of the call in its world, from 1.
        now: milliseconds since the epoch.
        profile: the world's choice of options.
        generation: tokens of an earlier generation are no longer valid.
        log_id: the call's id in the vendor's form: UTC time and twenty upper-case hexadecimal digits.
        request_id: the call's id for `X-Request-Id`.
    """

    world: str
    n: int
    now: int
    profile: Profile
    generation: int
    log_id: str
    request_id: str

    @property
    def entity_id(self) -> str:
        """An id that sorts by time: seconds, number of the call, the vendor's tail byte."""
        return str(self.now // 1000 << 32 | (self.n & _COUNTER) << 8 | _TAIL)


def open_turn(world: str, n: int, seed: int, now: int, profile: Profile, generation: int) -> Turn:
    """Open a turn, with the ids that follow from its place.

    Args:
        world: name of the world.
        n: number of the call in its world, from 1.
        seed: seed of the emulator.
        now: milliseconds since the epoch.
        profile: the world's choice of options.
        generation: tokens of an earlier generation are no longer valid.
    """
    digest = blake2b(f"{seed}\n{world}\n{now}\n{n}".encode(), digest_size=26).hexdigest()
    return Turn(world, n, now, profile, generation, _second(now // 1000) + digest[:20].upper(), digest[20:])


@lru_cache(maxsize=16)
def _second(second: int) -> str:
    return strftime("%Y%m%d%H%M%S", gmtime(second))
