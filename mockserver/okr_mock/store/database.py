"""The database of the SQLite store: one connection, and changes that are made together."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import uniform
from typing import Any

from okr_mock.gateway.envelope import Refusal
from okr_mock.store import StoreError
from okr_mock.store.basis import OvertakenError
from okr_mock.store.row import Size
from okr_mock.store.transaction import Transaction

SCHEMA = Path(__file__).with_name("schema.sql")
APPLICATION, FORM = 0x6F6B726D, 1
"""Marks of our files: whose they are, and the number of the schema; any other is refused."""
PATIENCE = 5.0
"""Seconds for which the lock of another process is waited for."""
_EARLY_ATTEMPTS = 20
"""Attempts between which only other tasks run: most locks are gone sooner than a timer goes off."""
_PAUSES = (0.0001, 0.001)
"""Seconds between later attempts, drawn so that processes do not keep in step."""
_ONLY_OWNER = 0o600
_HINTS = {
    "BUSY": "another program holds its lock",
    "FULL": "make room on its disk",
    "CANTOPEN": "see that its folder is there and may be written to",
    "READONLY": "see that the file and its folder may be written to",
    "NOTADB": "name another file",
}
"""What to do, by the name of SQLite's error."""

Rows = list[Any]
Work = Callable[[Transaction], Any]


class Database:
    """Changes that come in one turn of the event loop are one transaction, and each is told after its commit.

    So a call costs a share of a commit when many come at once, a process takes the lock seldom, and what was
    acknowledged is on file. A failure of the file fails the changes that were under way; the next one opens it anew.

    Args:
        path: the file; made if it is not there.
        most: how much a journal keeps.
        prepare: done first in every transaction.
        forget: told when a transaction comes to nothing, so that nothing is known that was read in it.
        patience: seconds for which the lock of another process is waited for.
    """

    def __init__(
        self,
        path: Path,
        most: Size,
        prepare: Work,
        forget: Callable[[], None] = lambda: None,
        patience: float = PATIENCE,
    ) -> None:
        self._path = path
        self._most = most
        self._prepare = prepare
        self._forget = forget
        self._patience = patience
        self._connection: sqlite3.Connection | None = None
        self._waiting: list[tuple[Work, asyncio.Future[Any]]] = []
        self._writer: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Open the file.

        Raises:
            StoreError: it cannot be opened, or is none of ours.
        """
        try:
            self._open()
        except (sqlite3.Error, OSError) as error:
            raise self._failure(error) from error

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = _opened(self._path)
        return self._connection

    def close(self) -> None:
        """Close the file; whatever comes later opens it again."""
        connection, self._connection = self._connection, None
        self._forget()
        if connection is not None:
            connection.close()

    async def ask(self, sql: str, *values: Any) -> Rows:
        """Read what is committed.

        Args:
            sql: a SELECT.
            values: of its parameters.

        Raises:
            StoreError: it cannot be read.
        """
        rows: Rows = await self._patiently(lambda connection: connection.execute(sql, values).fetchall())
        return rows

    async def change(self, work: Work) -> Any:
        """Do something in a transaction; gives what it gives once that is committed.

        Args:
            work: what is done; it leaves the database as it was if it raises what follows, and may be done again.

        Raises:
            Refusal: the work's own.
            OvertakenError: the work's own.
            StoreError: the file cannot be written.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        self._waiting.append((work, done))
        if self._writer is None or self._writer.done() or self._writer.get_loop() is not loop:
            self._writer = loop.create_task(self._write())
        return await done

    async def _write(self) -> None:
        """Write until nothing waits."""
        while self._waiting:
            failure: Exception | None = None
            try:
                connection = await self._patiently(_begin)
            except StoreError as error:
                failure = error
            works, self._waiting = self._waiting, []
            if failure is None:
                failure = self._commit(connection, works)
            if failure is not None:
                self.close()
                for _, done in works:
                    _tell(done, failure)

    async def _patiently(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """Do something as soon as no other process is in its way; the event loop goes on meanwhile."""
        now = asyncio.get_running_loop().time
        end = now() + self._patience
        attempts = 0
        while True:
            try:
                return work(self._open())
            except (sqlite3.Error, OSError) as error:
                if not _is_busy(error) or now() > end:
                    self.close()
                    raise self._failure(error) from error
                attempts += 1
                await asyncio.sleep(0 if attempts < _EARLY_ATTEMPTS else uniform(*_PAUSES))  # noqa: S311 - no secret

    def _commit(
        self, connection: sqlite3.Connection, works: list[tuple[Work, asyncio.Future[Any]]]
    ) -> Exception | None:
        """Do what waits and commit it; gives the failure if all of it failed. A bug of one work fails it alone."""
        results: list[Any] = []
        transaction = Transaction(connection, self._most)
        try:
            self._prepare(transaction)
            for work, _ in works:
                results.append(_outcome(transaction, work))
            transaction.write_back()
            connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            return self._failure(error)
        except Exception as error:
            connection.execute("ROLLBACK")
            self._forget()
            _tell(works.pop(len(results))[1], error)
            self._waiting = [*works, *self._waiting]
            return None
        for (_, done), result in zip(works, results, strict=True):
            _tell(done, result)
        return None

    def _failure(self, error: Exception) -> StoreError:
        text = f"the store {self._path} fails: {error}"
        hint = _HINTS.get(getattr(error, "sqlite_errorname", "").partition("_")[2].partition("_")[0], "")
        return StoreError(f"{text}; {hint}" if hint else text)


def _begin(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("BEGIN IMMEDIATE")
    return connection


def _outcome(transaction: Transaction, work: Work) -> Any:
    try:
        return work(transaction)
    except (Refusal, OvertakenError) as reason:
        return reason


def _tell(done: "asyncio.Future[Any]", result: Any) -> None:
    if done.done():  # nobody waits any more
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)


def _is_busy(error: Exception) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def _opened(path: Path) -> sqlite3.Connection:
    """Open a file and give it its form if it has none; only its owner may read what callers have sent."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, _ONLY_OWNER))
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")  # a commit outlives the process, if not a loss of power
        connection.execute("PRAGMA wal_autocheckpoint = 4000")  # pages of a journal change often, and are copied once
        _form(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _form(connection: sqlite3.Connection) -> None:
    if _mark(connection) == (APPLICATION, FORM):
        return
    connection.execute("BEGIN IMMEDIATE")  # of several processes that start at once, one does it
    try:
        mark = _mark(connection)
        if mark == (APPLICATION, FORM):
            return
        if mark != (0, 0) or connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise sqlite3.DatabaseError("it was made by another program or version; name another file")
        for statement in SCHEMA.read_text(encoding="utf-8").split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {FORM}")
    finally:
        connection.execute("COMMIT")


def _mark(connection: sqlite3.Connection) -> tuple[int, int]:
    read = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    application, form = read
    return application, form
