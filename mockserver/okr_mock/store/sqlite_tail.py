"""The tail of the SQLite store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from okr_mock.store.database import Database
from okr_mock.store.tail import Follower, Latest, Tail


class SQLiteTail(Tail):
    """Reads exchanges by their numbers, which all worlds share.

    Args:
        database: the file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def follow(self, world: str) -> AsyncIterator[Follower]:
        yield _Follower(self._database, world, await _last(self._database))


class _Follower(Follower):
    def __init__(self, database: Database, world: str, mark: int) -> None:
        self._database = database
        self._world = world
        self._mark = mark

    async def latest(self, most: int) -> Latest:
        mark, self._mark = self._mark, await _last(self._database)
        condition = "FROM exchange JOIN world USING (life) WHERE id > ? AND id <= ? AND (? = '' OR name = ?)"
        values = (mark, self._mark, self._world, self._world)
        query = f"SELECT head, count(*) OVER () {condition} ORDER BY id DESC LIMIT ?"
        rows = await self._database.ask(query, *values, most)
        heads = [head + b"}" for head, _ in reversed(rows)]
        return Latest(heads, rows[0][1] - len(rows) if rows else 0)


async def _last(database: Database) -> int:
    return (await database.ask("SELECT max(id) FROM exchange"))[0][0] or 0
