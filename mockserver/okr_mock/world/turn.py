"""A turn: one call's number in its world, and the ids that follow from it."""

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from time import gmtime, strftime

from feishu_okr.contract import Profile

_TAIL = 0x14  # the low byte of every OKR id seen in the vendor's examples
_COUNTER = 0xFFFFFF


@dataclass(frozen=True)
class Turn:
    """One call's place in its world; the same place gives the same ids.

    Args:
        world: name of the world.
        n: number of the call in its world, from 1.
        seed: seed of the emulator.
        now: milliseconds since the epoch.
        profile: the world's choice of options.
        generation: tokens of an earlier generation are no longer valid.
    """

    world: str
    n: int
    seed: int
    now: int
    profile: Profile
    generation: int

    log_id: str = field(init=False)
    """The call's id in the vendor's form: UTC time and twenty upper-case hexadecimal digits."""
    request_id: str = field(init=False)
    """The call's id for `X-Request-Id`."""

    def __post_init__(self) -> None:
        place = f"{self.seed}\n{self.world}\n{self.now}\n{self.n}"
        digest = blake2b(place.encode(), digest_size=26).hexdigest()
        object.__setattr__(self, "log_id", _written_second(self.now // 1000) + digest[:20].upper())
        object.__setattr__(self, "request_id", digest[20:])

    @property
    def entity_id(self) -> str:
        """An id that sorts by time: seconds, number of the call, the vendor's tail byte."""
        return str(self.now // 1000 << 32 | (self.n & _COUNTER) << 8 | _TAIL)


@lru_cache(maxsize=16)
def _written_second(second: int) -> str:
    return strftime("%Y%m%d%H%M%S", gmtime(second))
