"""The lives of worlds in a database: how they begin, how a call counts in them, and how they end."""

from collections.abc import Callable, Sequence
from typing import Any

from feishu_okr.contract import Operation
from okr_mock.exchange import Exchange
from okr_mock.gateway.envelope import Refusal
from okr_mock.journal import NO_WORLD
from okr_mock.store import Meter, WorldFacts, life
from okr_mock.store.held import Bounds
from okr_mock.store.own_starts import OwnStarts
from okr_mock.store.row import COLUMNS, Life
from okr_mock.store.transaction import Transaction
from okr_mock.world.clock import Clock
from okr_mock.world.start import Start, Starts
from okr_mock.world.turn import Turn, open_turn

Parted = tuple[str, Sequence[Exchange], int]
"""A world that is no more, its journal, and how many exchanges that had lost."""


class Lives:
    """Brings worlds to life, and forgets idle ones.

    Args:
        starts: what each world starts from.
        own: gives worlds a start of their own.
        clock: the real time, in milliseconds since the epoch.
        bounds: how much is kept.
        uptime: seconds, for the idleness of worlds.
    """

    def __init__(
        self, starts: Starts, own: OwnStarts, clock: Callable[[], int], bounds: Bounds, uptime: Callable[[], float]
    ) -> None:
        self._starts = starts
        self._own = own
        self._clock = clock
        self._bounds = bounds
        self._uptime = uptime

    def begin(self, world: str, app: str, operation: Operation | None, database: Transaction) -> Turn:
        """Open the next turn of a world.

        Args:
            database: in a transaction.
            world: name of the world.
            app: id of the calling app.
            operation: what is asked; None where calls are not counted.
        """
        before = self.find(database, world)
        found = before._replace(n=before.n + 1)
        database.put(world, found)
        start = self._starts[world]
        now = found.clock.read(self._clock())
        quota = None
        if operation is not None and operation.quota and start.quota != "off":
            calls, seconds = operation.quota
            meter = Meter((app, operation.id), start.allowed(calls), seconds)
            quota = life.count(database, found.life, meter, now, start.profile["quota_window"])
        return open_turn(world, found.n, now, start, found.generation, quota, found.life)

    def find(self, database: Transaction, world: str, start: Start | None = None) -> Life:
        """Find a world or bring it to life.

        Args:
            database: in a transaction.
            world: name of the world.
            start: what it starts from; None for what is known.

        Raises:
            Refusal: there are too many worlds.
        """
        found = database.life(world)
        if found is not None:
            return found
        (worlds,) = database.execute("SELECT count(*) FROM world").fetchone()
        if worlds >= self._bounds.worlds and world != NO_WORLD:
            raise Refusal("world_limit", limit=str(self._bounds.worlds))
        start = start or self._starts[world]
        clock = start.clock(self._clock())
        (number,) = database.execute("UPDATE meta SET lives = lives + 1 RETURNING lives").fetchone()
        row: tuple[Any, ...] = (number, start.fixture.document.get("calls", 0), 0, *clock, *[0] * 6)
        used = self._uptime() if self._bounds.idle else 0.0
        insert = f"INSERT INTO world (name, used, {COLUMNS}) VALUES (?, ?{', ?' * len(row)})"  # noqa: S608 - columns
        database.execute(insert, (world, used, *row))
        return Life(*row)

    def use(self, database: Transaction, world: str) -> None:
        """Remember that a world is called.

        Args:
            database: in a transaction.
            world: name of the world.
        """
        database.beside("UPDATE world SET used = ? WHERE name = ?", (self._uptime(), world))

    def forget_idle(self, database: Transaction) -> list[Parted]:
        """Forget the worlds that nobody has called for the time that is set; gives them.

        Args:
            database: in a transaction.
        """
        oldest = self._uptime() - self._bounds.idle
        names = database.beside("SELECT name FROM world WHERE used < ? ORDER BY used", (oldest,)).fetchall()
        for (name,) in names:
            if name in self._starts.own:
                self._own.put(database, name, None)
        return [parted for (name,) in names for parted in ended(database, name)]

    def facts(self, name: str, found: Life, has_snapshot: bool | int) -> WorldFacts:
        """Tell about a world.

        Args:
            name: its name.
            found: its row.
            has_snapshot: whether it has one.
        """
        now, start = found.clock.read(self._clock()), self._starts[name]
        sizes = (found.n, found.records, found.size)
        return WorldFacts(name, start, found.clock, now, *sizes, bool(has_snapshot), found.evicted)


def set_clock(database: Transaction, number: int, clock: Clock) -> None:
    """Change how a world tells the time.

    Args:
        database: in a transaction.
        number: the world's life.
        clock: its clock from now on.
    """
    database.execute("UPDATE world SET shift = ?, frozen = ? WHERE life = ?", (*clock, number))


def ended(database: Transaction, world: str) -> list[Parted]:
    """End the life of a world; gives what is told of it, nothing where there is none.

    Args:
        database: in a transaction.
        world: name of the world.
    """
    found = database.settled(world)
    if found is None:
        return []
    exchanges = life.exchanges(database, found.life)
    life.end(database, found.life)
    return [(world, exchanges, found.evicted)]
