"""The store in a file: worlds outlive the process, and several processes of one machine share them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from time import time

from feishu_okr.contract import Operation
from okr_mock.exchange import Exchange
from okr_mock.journal import NO_WORLD
from okr_mock.store import Changes, Meter, Page, WorldFacts, life
from okr_mock.store.basis import Basis
from okr_mock.store.claim import Claim, Counts, Fired
from okr_mock.store.database import PATIENCE, Database
from okr_mock.store.held import Bounds, merged
from okr_mock.store.lives import Lives, Parted, ended, set_clock
from okr_mock.store.own_starts import OwnStarts
from okr_mock.store.row import COLUMNS, Life, Size, exchange_of
from okr_mock.store.sqlite_tail import SQLiteTail
from okr_mock.store.transaction import Transaction
from okr_mock.world.clock import Clock
from okr_mock.world.fixture import Entities, Key
from okr_mock.world.start import Start, Starts
from okr_mock.world.turn import Quota, Turn

_LOOK = 0.02
"""Seconds between two looks for the exchanges of other processes."""


class SQLiteStore:
    """Worlds in a SQLite file; each holds what differs from its fixture.

    Args:
        path: the file.
        starts: what each world starts from; those of worlds' own are kept as the file has them.
        clock: the real time, in milliseconds since the epoch.
        most: how much a journal keeps.
        bounds: how much is kept of the rest; what goes beyond is refused.
        uptime: seconds that go on over a restart and for all processes, for the idleness of worlds.
        parting: told of each world whose journal is forgotten here, and what stood in it.
        patience: seconds for which the lock of another process is waited for.
    """

    def __init__(
        self,
        path: Path,
        starts: Starts,
        clock: Callable[[], int],
        most: Size,
        bounds: Bounds,
        uptime: Callable[[], float] = time,
        parting: Callable[[str, Sequence[Exchange], int], None] = lambda *_: None,
        patience: float = PATIENCE,
    ) -> None:
        self._starts = starts
        self._clock = clock
        self._bounds = bounds
        self._parting = parting
        self._own = OwnStarts(starts)
        self._lives = Lives(starts, self._own, clock, bounds, uptime)
        self._database = Database(path, most, self._own.learn, self._own.forget, patience)
        self.tail = SQLiteTail(self._database)

    async def begin(self, world: str, app: str = "", operation: Operation | None = None) -> Turn:
        if not self._bounds.idle:
            turn: Turn = await self._database.change(partial(self._lives.begin, world, app, operation))
            return turn
        parted: list[Parted] = []
        try:
            turn = await self._database.change(partial(self._begin_among_idle, parted, world, app, operation))
        finally:
            self._part(parted)
        return turn

    def _begin_among_idle(
        self, parted: list[Parted], world: str, app: str, operation: Operation | None, database: Transaction
    ) -> Turn:
        parted[:] = self._lives.forget_idle(database)
        self._lives.use(database, world)
        return self._lives.begin(world, app, operation, database)

    async def read(self, world: str, key: Key) -> bytes | None:
        query = (
            "SELECT value FROM entity JOIN world USING (life) WHERE world.name = ? AND family = ? AND entity.name = ?"
        )
        found = await self._database.ask(query, world, *key)
        if found:
            value: bytes | None = found[0][0]
            return value
        group, name = key
        return self._starts[world].fixture.entities.get(group, {}).get(name)

    async def scan(self, world: str, groups: Sequence[str]) -> list[Mapping[str, bytes]]:
        marks = ", ".join("?" * len(groups))
        held = await self._held(world, f"AND family IN ({marks})", *groups)
        first = self._starts[world].fixture.entities
        return [merged(first.get(group, {}), held.get(group)) for group in groups]

    async def entities(self, world: str) -> Entities:
        held = await self._held(world, "")
        first = self._starts[world].fixture.entities
        return {group: merged(first.get(group, {}), held.get(group)) for group in {**first, **held}}

    async def _held(self, world: str, condition: str, *values: str) -> dict[str, dict[str, bytes | None]]:
        query = f"""SELECT family, entity.name, value FROM entity JOIN world USING (life)
            WHERE world.name = ? {condition} ORDER BY entity.id"""  # noqa: S608 - question marks only
        held: dict[str, dict[str, bytes | None]] = {}
        for group, name, value in await self._database.ask(query, world, *values):
            held.setdefault(group, {})[name] = value
        return held

    async def commit(self, turn: Turn, changes: Changes, exchange: Exchange, basis: Basis = ()) -> None:
        await self._database.change(partial(self._commit, turn, changes, exchange, basis))

    def _commit(self, turn: Turn, changes: Changes, exchange: Exchange, basis: Basis, database: Transaction) -> None:
        found = database.life(turn.world)
        if found is None or found.life != turn.life:  # this call belongs to a world that is gone
            return
        if changes:
            first = self._starts[turn.world].fixture.entities
            life.check_basis(database, found.life, basis, first)
            found = life.change(database, found, changes, self._bounds, first)
        database.write_down(turn.world, found, exchange)

    async def claim(self, turn: Turn, claims: Sequence[Claim]) -> Fired | None:
        def work(database: Transaction) -> Fired | None:
            found = database.life(turn.world)
            return life.claim(database, found.life, claims, turn.start.seed) if found else None

        return await self._database.change(work)  # type: ignore[no-any-return]

    async def counts(self, world: str) -> Mapping[tuple[str, str], Counts]:
        query = "SELECT scenario, step, seen, fired FROM step JOIN world USING (life) WHERE name = ?"
        rows = await self._database.ask(query, world)
        return {(scenario, step): Counts(seen, fired) for scenario, step, seen, fired in rows}

    async def states(self, world: str) -> Mapping[str, str]:
        query = "SELECT scenario, state FROM state JOIN world USING (life) WHERE name = ?"
        return dict(await self._database.ask(query, world))

    async def fired(self) -> set[tuple[str, str]]:
        query = "SELECT scenario, step FROM fired UNION SELECT scenario, step FROM step WHERE fired > 0"
        return set(await self._database.ask(query))

    async def forget_counts(self, world: str) -> None:
        def work(database: Transaction) -> None:
            found = database.life(world)
            if found:
                life.begin_scenarios(database, found.life)

        await self._database.change(work)

    async def count(self, world: str, meter: Meter) -> Quota:
        def work(database: Transaction) -> Quota:
            found = self._lives.find(database, world)
            now = found.clock.read(self._clock())
            return life.count(database, found.life, meter, now, self._starts[world].profile["quota_window"])

        return await self._database.change(work)  # type: ignore[no-any-return]

    async def expire_tokens(self, world: str) -> int:
        def work(database: Transaction) -> int:
            update = "UPDATE world SET generation = generation + 1 WHERE life = ? RETURNING generation"
            found = self._lives.find(database, world)
            return database.execute(update, (found.life,)).fetchone()[0]  # type: ignore[no-any-return]

        return await self._database.change(work)  # type: ignore[no-any-return]

    async def journal(self, world: str) -> Page:
        query = """SELECT evicted, exchange.n, operation, code, status, exchange.size, head, rest
            FROM world LEFT JOIN exchange USING (life) WHERE name = ? ORDER BY exchange.id"""
        rows = await self._database.ask(query, world)
        kept = tuple(exchange_of(row[1:]) for row in rows if row[1] is not None)
        return Page(kept, rows[0][0] if rows else 0)

    async def next_exchange(self, world: str, seconds: float) -> None:
        now = asyncio.get_running_loop().time
        end, last = now() + seconds, await self._last(world)
        while (left := end - now()) > 0:
            await asyncio.sleep(min(left, _LOOK))
            if await self._last(world) > last:
                return

    async def _last(self, world: str) -> int:
        """Give the number of the newest exchange of a world; all exchanges are numbered in their order."""
        query = "SELECT max(exchange.id) FROM exchange JOIN world USING (life) WHERE name = ?"
        return (await self._database.ask(query, world))[0][0] or 0

    async def clear_journal(self, world: str) -> None:
        def work(database: Transaction) -> list[Parted]:
            found = database.settled(world)
            if not found:
                return []
            gone = life.exchanges(database, found.life)
            database.execute("DELETE FROM exchange WHERE life = ?", (found.life,))
            database.execute("UPDATE world SET kept = 0, kept_bytes = 0, evicted = 0 WHERE life = ?", (found.life,))
            return [(world, gone, found.evicted)]

        self._part(await self._database.change(work))

    async def reset(self, world: str) -> None:
        def work(database: Transaction) -> list[Parted]:
            parted = ended(database, world)
            if parted and world in self._starts.own:
                self._lives.find(database, world)
            return parted

        self._part(await self._database.change(work))

    async def create(self, world: str, start: Start) -> bool:
        def work(database: Transaction) -> bool:
            if database.life(world):
                return False
            self._lives.find(database, world, start)
            self._own.put(database, world, start)
            return True

        return await self._database.change(work)  # type: ignore[no-any-return]

    async def restart(self, world: str, start: Start, *, is_new: bool) -> None:
        def work(database: Transaction) -> list[Parted]:
            found, before = self._lives.find(database, world), self._starts[world]
            self._own.put(database, world, start)
            if is_new:
                parted = ended(database, world)
                self._lives.find(database, world)
                return parted
            if start.sets_clock or before.sets_clock:
                set_clock(database, found.life, start.clock(self._clock()))
            life.begin_scenarios(database, found.life)
            return []

        self._part(await self._database.change(work))

    async def delete(self, world: str) -> bool:
        def work(database: Transaction) -> list[Parted]:
            if world in self._starts.own:
                self._own.put(database, world, None)
            return ended(database, world)

        parted = await self._database.change(work)
        self._part(parted)
        return bool(parted)

    async def worlds(self) -> list[WorldFacts]:
        await self.learn()
        query = f"SELECT name, life IN (SELECT life FROM snapshot), {COLUMNS} FROM world ORDER BY used, life"  # noqa: S608
        rows = await self._database.ask(query)
        return [self._lives.facts(name, Life(*columns), has) for name, has, *columns in rows if name != NO_WORLD]

    async def facts(self, world: str) -> WorldFacts:
        def work(database: Transaction) -> WorldFacts:
            found = database.settled(world) or self._lives.find(database, world)
            has = database.execute("SELECT 1 FROM snapshot WHERE life = ?", (found.life,)).fetchone()
            return self._lives.facts(world, found, bool(has))

        return await self._database.change(work)  # type: ignore[no-any-return]

    async def set_clock(self, world: str, clock: Clock) -> None:
        await self._database.change(lambda database: set_clock(database, self._lives.find(database, world).life, clock))

    async def snapshot(self, world: str) -> None:
        await self._database.change(lambda database: life.snapshot(database, self._lives.find(database, world).life))

    async def restore(self, world: str) -> bool:
        def work(database: Transaction) -> bool:
            found = database.life(world)
            return found is not None and life.restore(database, found.life)

        return await self._database.change(work)  # type: ignore[no-any-return]

    async def learn(self) -> None:
        await self._database.change(lambda _: None)

    async def check(self) -> None:
        await self._database.change(lambda database: database.execute("UPDATE meta SET lives = lives"))

    def open(self) -> None:
        """Open the file, so that a mistake in its name shows at once.

        Raises:
            StoreError: it cannot be opened, or is none of ours.
        """
        self._database.open()

    def close(self) -> None:
        self._database.close()

    def _part(self, parted: Sequence[Parted]) -> None:
        for world, exchanges, evicted in parted:
            self._parting(world, exchanges, evicted)
