"""A transaction of the SQLite store: what each of its calls changes anew is written once, at its end."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from okr_mock.exchange import Exchange
from okr_mock.store.row import COLUMNS, EXCHANGE, Life, Size

_UPDATE = f"UPDATE world SET ({COLUMNS}) = ({', '.join('?' * len(Life._fields))}) WHERE life = ?"  # noqa: S608 - columns
_INSERT = f"INSERT INTO exchange (life, {EXCHANGE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - columns


class Transaction:
    """An open transaction; the rows of worlds and the new exchanges in it wait until its end, or until SQL asks.

    Calls that come at once are mostly of one world, and each counts in it and adds to its journal; so the lock is held
    for less time.

    Args:
        connection: has begun it.
        most: how much a journal keeps.
    """

    def __init__(self, connection: sqlite3.Connection, most: Size) -> None:
        self._connection = connection
        self._most = most
        self._lives: dict[str, Life | None] = {}
        self._changed: dict[str, Life] = {}
        self._exchanges: list[tuple[Any, ...]] = []

    def execute(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute SQL, which finds everything written that has waited.

        Args:
            sql: a statement.
            values: of its parameters.
        """
        self.write_back()
        return self._connection.execute(sql, values)

    def beside(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute SQL about anything but journals and what is kept of the rows of worlds.

        Args:
            sql: a statement.
            values: of its parameters.
        """
        return self._connection.execute(sql, values)

    def life(self, world: str) -> Life | None:
        """Find the row of a world; None where there is none.

        Args:
            world: name of the world.
        """
        if world not in self._lives:
            query = f"SELECT {COLUMNS} FROM world WHERE name = ?"  # noqa: S608 - columns
            row = self._connection.execute(query, (world,)).fetchone()
            self._lives[world] = Life(*row) if row else None
        return self._lives[world]

    def settled(self, world: str) -> Life | None:
        """Find the row of a world that counts what gave way in its journal too; None where there is none.

        Args:
            world: name of the world.
        """
        self.write_back()
        return self.life(world)

    def put(self, world: str, life: Life) -> None:
        """Change the row of a world.

        Args:
            world: name of the world.
            life: its row from now on.
        """
        self._lives[world] = self._changed[world] = life

    def write_down(self, world: str, life: Life, exchange: Exchange) -> None:
        """Add an exchange to a journal.

        Args:
            world: name of the world.
            life: its row but for the journal.
            exchange: the call.
        """
        head, rest = exchange.parts[0], b"".join(exchange.parts[1:])
        facts = (exchange.n, exchange.operation, exchange.code, exchange.status, exchange.size)
        self._exchanges.append((life.life, *facts, head, rest))
        self.put(world, life._replace(kept=life.kept + 1, kept_bytes=life.kept_bytes + exchange.size))

    def write_back(self) -> None:
        """Write what waits, and forget what was read; the oldest exchanges of a journal give way."""
        if self._exchanges:
            self._connection.executemany(_INSERT, self._exchanges)
            self._exchanges.clear()
        for life in self._changed.values():
            self._connection.execute(_UPDATE, (*self._evicted(life), life.life))
        self._changed.clear()
        self._lives.clear()

    def _evicted(self, life: Life) -> Life:
        """Let the oldest exchanges of a journal give way to newer ones."""
        kept, size = life.kept, life.kept_bytes
        if kept <= self._most.exchanges and size <= self._most.bytes:
            return life
        last = 0
        query = "SELECT id, size FROM exchange WHERE life = ? ORDER BY id"
        for number, gone in self._connection.execute(query, (life.life,)):
            if kept <= self._most.exchanges and size <= self._most.bytes:
                break
            last, kept, size = number, kept - 1, size - gone
        self._connection.execute("DELETE FROM exchange WHERE life = ? AND id <= ?", (life.life, last))
        return life._replace(kept=kept, kept_bytes=size, evicted=life.evicted + life.kept - kept)
