"""The life of a world, in rows: what it holds, and what goes when it ends."""

import sqlite3
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from okr_mock.exchange import Exchange
from okr_mock.store import STEP, Changes, Meter
from okr_mock.store.basis import Basis, OvertakenError
from okr_mock.store.claim import Claim, Counts, Fired
from okr_mock.store.held import Bounds, Held, merged
from okr_mock.store.tally import Tally
from okr_mock.store.window import Window
from okr_mock.world.clock import Clock
from okr_mock.world.fixture import IMAGE, RECORD, Entities, Key
from okr_mock.world.turn import Quota

COLUMNS = "life, n, generation, shift, frozen, records, images, size, kept, kept_bytes, evicted"
EXCHANGE = "n, operation, code, status, size, head, rest"


class Life(NamedTuple):
    """The row of a world; its fields are the columns of the table.

    Args:
        life: number of this life, which no other world has or had.
        n: calls it has seen.
        generation: generation of its tokens.
        shift: of its clock.
        frozen: of its clock.
        records: progress records it holds.
        images: images it holds.
        size: bytes of entities.
        kept: exchanges in its journal.
        kept_bytes: their bytes.
        evicted: exchanges that gave way to newer ones.
    """

    life: int
    n: int
    generation: int
    shift: int
    frozen: int | None
    records: int
    images: int
    size: int
    kept: int
    kept_bytes: int
    evicted: int

    @property
    def clock(self) -> Clock:
        """How the world tells the time."""
        return Clock(self.shift, self.frozen)


class Size(NamedTuple):
    """How much a journal keeps.

    Args:
        exchanges: exchanges.
        bytes: their bytes.
    """

    exchanges: int
    bytes: int


def check_basis(database: sqlite3.Connection, life: int, basis: Basis, first: Entities) -> None:
    """See that what changes rest on is as it was read.

    Args:
        database: in a transaction.
        life: the world's.
        basis: what was read.
        first: the fixture's part.

    Raises:
        OvertakenError: it is not.
    """
    for (family, *names), read in basis:
        where = "life = ? AND family = ? AND name = ?" if names else "life = ? AND family = ?"
        query = f"SELECT name, value FROM entity WHERE {where}"  # noqa: S608 - ours
        held = dict(database.execute(query, (life, family, *names)).fetchall())
        group = merged(first.get(family, {}), held)
        if (group.get(names[0]) if names else group) != read:
            raise OvertakenError


def change(database: sqlite3.Connection, life: Life, changes: Changes, bounds: Bounds, first: Entities) -> Life:
    """Change entities, within the bounds; gives the row as it is then, not yet written.

    Args:
        database: in a transaction.
        life: the world.
        changes: bytes by key; None removes.
        bounds: how much it may hold.
        first: the fixture's part.

    Raises:
        Refusal: of the bound that is met first; nothing is changed then.
    """
    held = Held(counts={RECORD: life.records, IMAGE: life.images}, size=life.size)
    for family, name in changes:
        key = (life.life, family, name)
        before = database.execute("SELECT value FROM entity WHERE life = ? AND family = ? AND name = ?", key).fetchone()
        if before is not None:
            held.groups.setdefault(family, {})[name] = before[0]
    held.admit(changes, bounds)
    held.apply(changes, first)
    for family, name in changes:
        _put(database, life.life, (family, name), held)
    return life._replace(records=held.counts[RECORD], images=held.counts[IMAGE], size=held.size)


def _put(database: sqlite3.Connection, life: int, key: Key, held: Held) -> None:
    family, name = key
    if name in held.groups[family]:
        row = (life, family, name, held.groups[family][name])
        database.execute("INSERT OR REPLACE INTO entity (life, family, name, value) VALUES (?, ?, ?, ?)", row)
    else:
        database.execute("DELETE FROM entity WHERE life = ? AND family = ? AND name = ?", (life, family, name))


def write_down(database: sqlite3.Connection, life: Life, exchange: Exchange, most: Size) -> Life:
    """Add an exchange to a journal; the oldest give way. Gives the row as it is then, not yet written.

    Args:
        database: in a transaction.
        life: the world.
        exchange: the call.
        most: how much is kept.
    """
    head, rest = exchange.parts[0], b"".join(exchange.parts[1:])
    facts = (exchange.n, exchange.operation, exchange.code, exchange.status, exchange.size)
    insert = f"INSERT INTO exchange (life, {EXCHANGE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - columns
    database.execute(insert, (life.life, *facts, head, rest))
    kept, size, evicted = life.kept + 1, life.kept_bytes + exchange.size, life.evicted
    while kept > most.exchanges or size > most.bytes:
        oldest = database.execute("SELECT id, size FROM exchange WHERE life = ? ORDER BY id LIMIT 1", (life.life,))
        number, gone = oldest.fetchone()
        database.execute("DELETE FROM exchange WHERE id = ?", (number,))
        kept, size, evicted = kept - 1, size - gone, evicted + 1
    return life._replace(kept=kept, kept_bytes=size, evicted=evicted)


def exchanges(database: sqlite3.Connection, life: int) -> tuple[Exchange, ...]:
    """Read a journal, oldest first.

    Args:
        database: any state.
        life: the world's.
    """
    rows = database.execute(f"SELECT {EXCHANGE} FROM exchange WHERE life = ? ORDER BY id", (life,))  # noqa: S608
    return tuple(exchange_of(row) for row in rows)


def exchange_of(row: Sequence[Any]) -> Exchange:
    """Read an exchange.

    Args:
        row: values of EXCHANGE.
    """
    n, operation, code, status, size, head, rest = row
    return Exchange(n, operation, code, status, size, (head, rest))


def claim(database: sqlite3.Connection, life: int, claims: Sequence[Claim], seed: int) -> Fired | None:
    """Let the first step fire that is due.

    Args:
        database: in a transaction.
        life: the world's.
        claims: of the steps that match a call, in their order.
        seed: seed of the world.
    """
    tally = Tally()
    for asked in claims:
        key = (life, asked.scenario, asked.step)
        found = database.execute(
            "SELECT seen, fired FROM step WHERE life = ? AND scenario = ? AND step = ?", key
        ).fetchone()
        if found is not None:
            tally.counts[asked.scenario, asked.step] = Counts(*found)
    tally.states.update(database.execute("SELECT scenario, state FROM state WHERE life = ?", (life,)).fetchall())
    counts, states = dict(tally.counts), dict(tally.states)
    fired = tally.claim(claims, seed)
    new_counts = [(life, *name, *count) for name, count in tally.counts.items() if counts.get(name) != count]
    new_states = [(life, name, state) for name, state in tally.states.items() if states.get(name) != state]
    database.executemany("INSERT OR REPLACE INTO step VALUES (?, ?, ?, ?, ?)", new_counts)
    database.executemany("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", new_states)
    return fired


def count(database: sqlite3.Connection, life: int, meter: Meter, now: int, kind: str) -> Quota:
    """Count a call against a quota.

    Args:
        database: in a transaction.
        life: the world's.
        meter: the quota.
        now: the world's time.
        kind: of its window.
    """
    key = (life, *meter.name)
    found = database.execute("SELECT times FROM meter WHERE life = ? AND app = ? AND operation = ?", key).fetchone()
    window = Window(deque(orjson.loads(found[0])) if found else deque())
    quota = window.count(meter.calls, meter.seconds, now, kind)
    database.execute("INSERT OR REPLACE INTO meter VALUES (?, ?, ?, ?)", (*key, orjson.dumps(list(window.times))))
    return quota


def begin_scenarios(database: sqlite3.Connection, life: int) -> None:
    """Forget what steps have counted, and their rate limits; which have ever fired is remembered.

    Args:
        database: in a transaction.
        life: the world's.
    """
    fired = "INSERT OR IGNORE INTO fired SELECT scenario, step FROM step WHERE life = ? AND fired > 0"
    database.execute(fired, (life,))
    database.execute("DELETE FROM step WHERE life = ?", (life,))
    database.execute("DELETE FROM state WHERE life = ?", (life,))
    database.execute("DELETE FROM meter WHERE life = ? AND app = ?", (life, STEP))


def snapshot(database: sqlite3.Connection, life: int) -> None:
    """Remember entities and clock; an earlier snapshot is forgotten.

    Args:
        database: in a transaction.
        life: the world's.
    """
    facts = "SELECT life, shift, frozen, records, images, size FROM world WHERE life = ?"
    database.execute(f"INSERT OR REPLACE INTO snapshot {facts}", (life,))
    _copy(database, life, -life)


def restore(database: sqlite3.Connection, life: int) -> bool:
    """Return to the snapshot; False if there is none.

    Args:
        database: in a transaction.
        life: the world's.
    """
    facts = "(SELECT shift, frozen, records, images, size FROM snapshot WHERE snapshot.life = world.life)"
    update = f"UPDATE world SET (shift, frozen, records, images, size) = {facts} WHERE life = ?"  # noqa: S608 - ours
    if not database.execute("SELECT 1 FROM snapshot WHERE life = ?", (life,)).fetchone():
        return False
    database.execute(update, (life,))
    _copy(database, -life, life)
    return True


def _copy(database: sqlite3.Connection, source: int, target: int) -> None:
    database.execute("DELETE FROM entity WHERE life = ?", (target,))
    rows = "SELECT ?, family, name, value FROM entity WHERE life = ? ORDER BY id"
    database.execute(f"INSERT INTO entity (life, family, name, value) {rows}", (target, source))


def end(database: sqlite3.Connection, life: int) -> None:
    """Forget everything of a life.

    Args:
        database: in a transaction.
        life: the world's.
    """
    begin_scenarios(database, life)
    for table in ("world", "entity", "snapshot", "meter", "exchange"):
        database.execute(f"DELETE FROM {table} WHERE life = ?", (life,))  # noqa: S608 - a name of ours
    database.execute("DELETE FROM entity WHERE life = ?", (-life,))
