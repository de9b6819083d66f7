"""The turnstile: where calls wait that others have overtaken, to be made anew one at a time."""

from asyncio import Lock
from collections.abc import Awaitable, Callable
from contextlib import suppress

from okr_mock.store import StoreError
from okr_mock.store.basis import OvertakenError

_TRIES = 100


class Turnstile:
    """Lets one call of this process through at a time, so that calls that were overtaken do not overtake each other."""

    def __init__(self) -> None:
        self._lock = Lock()

    async def let_through(self, make: Callable[[], Awaitable[None]]) -> None:
        """Make a call anew until no other one comes in between.

        Args:
            make: makes it, in the world as it is then.

        Raises:
            StoreError: too many have come in between.
        """
        async with self._lock:
            for _ in range(_TRIES):
                with suppress(OvertakenError):
                    return await make()
        raise StoreError(f"other calls have changed {_TRIES} times what a call rests on")
