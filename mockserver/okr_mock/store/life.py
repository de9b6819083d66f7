"""The life of a world, in rows: what it holds, and what goes when it ends."""

from collections import deque
from collections.abc import Sequence

import orjson

from okr_mock.exchange import Exchange
from okr_mock.store import STEP, Changes, Meter
from okr_mock.store.basis import Basis, OvertakenError
from okr_mock.store.claim import Claim, Counts, Fired
from okr_mock.store.held import Bounds, Held, merged
from okr_mock.store.row import EXCHANGE, Life, exchange_of
from okr_mock.store.tally import Tally
from okr_mock.store.transaction import Transaction
from okr_mock.store.window import Window
from okr_mock.world.fixture import IMAGE, RECORD, Entities, Key
from okr_mock.world.turn import Quota


def check_basis(database: Transaction, life: int, basis: Basis, first: Entities) -> None:
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
        held = dict(database.beside(query, (life, family, *names)).fetchall())
        group = merged(first.get(family, {}), held)
        if (group.get(names[0]) if names else group) != read:
            raise OvertakenError


def change(database: Transaction, life: Life, changes: Changes, bounds: Bounds, first: Entities) -> Life:
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
        before = database.beside("SELECT value FROM entity WHERE life = ? AND family = ? AND name = ?", key).fetchone()
        if before is not None:
            held.groups.setdefault(family, {})[name] = before[0]
    held.admit(changes, bounds)
    held.apply(changes, first)
    for family, name in changes:
        _put(database, life.life, (family, name), held)
    return life._replace(records=held.counts[RECORD], images=held.counts[IMAGE], size=held.size)


def _put(database: Transaction, life: int, key: Key, held: Held) -> None:
    family, name = key
    if name in held.groups[family]:
        row = (life, family, name, held.groups[family][name])
        database.beside("INSERT OR REPLACE INTO entity (life, family, name, value) VALUES (?, ?, ?, ?)", row)
    else:
        database.beside("DELETE FROM entity WHERE life = ? AND family = ? AND name = ?", (life, family, name))


def exchanges(database: Transaction, life: int) -> tuple[Exchange, ...]:
    """Read a journal, oldest first.

    Args:
        database: any state.
        life: the world's.
    """
    rows = database.execute(f"SELECT {EXCHANGE} FROM exchange WHERE life = ? ORDER BY id", (life,))  # noqa: S608
    return tuple(exchange_of(row) for row in rows)


def claim(database: Transaction, life: int, claims: Sequence[Claim], seed: int) -> Fired | None:
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
        found = database.beside(
            "SELECT seen, fired FROM step WHERE life = ? AND scenario = ? AND step = ?", key
        ).fetchone()
        if found is not None:
            tally.counts[asked.scenario, asked.step] = Counts(*found)
    tally.states.update(database.beside("SELECT scenario, state FROM state WHERE life = ?", (life,)).fetchall())
    counts, states = dict(tally.counts), dict(tally.states)
    fired = tally.claim(claims, seed)
    for name, count in tally.counts.items():
        if counts.get(name) != count:
            database.beside("INSERT OR REPLACE INTO step VALUES (?, ?, ?, ?, ?)", (life, *name, *count))
    for scenario, state in tally.states.items():
        if states.get(scenario) != state:
            database.beside("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", (life, scenario, state))
    return fired


def count(database: Transaction, life: int, meter: Meter, now: int, kind: str) -> Quota:
    """Count a call against a quota.

    Args:
        database: in a transaction.
        life: the world's.
        meter: the quota.
        now: the world's time.
        kind: of its window.
    """
    key = (life, *meter.name)
    found = database.beside("SELECT times FROM meter WHERE life = ? AND app = ? AND operation = ?", key).fetchone()
    window = Window(deque(orjson.loads(found[0])) if found else deque())
    quota = window.count(meter.calls, meter.seconds, now, kind)
    database.beside("INSERT OR REPLACE INTO meter VALUES (?, ?, ?, ?)", (*key, orjson.dumps(list(window.times))))
    return quota


def begin_scenarios(database: Transaction, life: int) -> None:
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


def snapshot(database: Transaction, life: int) -> None:
    """Remember entities and clock; an earlier snapshot is forgotten.

    Args:
        database: in a transaction.
        life: the world's.
    """
    facts = "SELECT life, shift, frozen, records, images, size FROM world WHERE life = ?"
    database.execute(f"INSERT OR REPLACE INTO snapshot {facts}", (life,))
    _copy(database, life, -life)


def restore(database: Transaction, life: int) -> bool:
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


def _copy(database: Transaction, source: int, target: int) -> None:
    database.execute("DELETE FROM entity WHERE life = ?", (target,))
    rows = "SELECT ?, family, name, value FROM entity WHERE life = ? ORDER BY id"
    database.execute(f"INSERT INTO entity (life, family, name, value) {rows}", (target, source))


def end(database: Transaction, life: int) -> None:
    """Forget everything of a life.

    Args:
        database: in a transaction.
        life: the world's.
    """
    begin_scenarios(database, life)
    for table in ("world", "entity", "snapshot", "meter", "exchange"):
        database.execute(f"DELETE FROM {table} WHERE life = ?", (life,))  # noqa: S608 - a name of ours
    database.execute("DELETE FROM entity WHERE life = ?", (-life,))
