"""The tail of the SQLite store."""

from okr_mock.store.database import Database
from okr_mock.store.tail import Latest, Tail


class SQLiteTail(Tail):
    """Reads exchanges by their numbers, which all worlds share.

    Args:
        database: the file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def mark(self) -> int:
        rows = await self._database.ask("SELECT max(id) FROM exchange")
        return rows[0][0] or 0

    async def since(self, mark: int, world: str, most: int) -> Latest:
        last = await self.mark()
        condition = "FROM exchange JOIN world USING (life) WHERE id > ? AND id <= ? AND (? = '' OR name = ?)"
        values = (mark, last, world, world)
        query = f"SELECT head, count(*) OVER () {condition} ORDER BY id DESC LIMIT ?"
        rows = await self._database.ask(query, *values, most)
        heads = [head + b"}" for head, _ in reversed(rows)]
        return Latest(last, heads, rows[0][1] - len(rows) if rows else 0)
