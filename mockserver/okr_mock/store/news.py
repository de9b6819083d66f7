"""News: wakes those who wait for a world's next exchange."""

import asyncio
import contextlib


class News:
    """Who waits, by world; while nobody does, `waiting` is empty, and to look at it is all that a call pays."""

    def __init__(self) -> None:
        self.waiting: dict[str, set[asyncio.Future[None]]] = {}

    def tell(self, world: str) -> None:
        """Wake those who wait for a world.

        Args:
            world: name of the world.
        """
        for waiter in self.waiting.pop(world, ()):
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, world: str, seconds: float) -> None:
        """Wait until there is something new of a world, or the time is over.

        Args:
            world: name of the world.
            seconds: longest wait.
        """
        waiter = asyncio.get_running_loop().create_future()
        self.waiting.setdefault(world, set()).add(waiter)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await waiter
        finally:
            left = self.waiting.get(world, set())
            left.discard(waiter)
            if not left:
                self.waiting.pop(world, None)
