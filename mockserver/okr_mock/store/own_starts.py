"""Starts of worlds' own, as all processes that share a database know them."""

from okr_mock.store import StoreError
from okr_mock.store.transaction import Transaction
from okr_mock.world.start import Start, Starts
from okr_mock.world.start_text import read_start, start_text

_REMEMBERED = 10_000
"""Changes after which a start that was taken away is forgotten; who knows less than that reads all anew."""
_NOTHING = -1


class OwnStarts:
    """Keeps the starts of this process as the database has them.

    Args:
        starts: what this process knows.
    """

    def __init__(self, starts: Starts) -> None:
        self._starts = starts
        self._version = _NOTHING

    def forget(self) -> None:
        """Read all anew next time: what was read is not certain any more."""
        self._version = _NOTHING

    def learn(self, database: Transaction) -> None:
        """Take over what has changed.

        Args:
            database: in a transaction.

        Raises:
            StoreError: a world starts from a fixture that this process was not given.
        """
        (version,) = database.beside("SELECT version FROM meta").fetchone()
        if version == self._version:
            return
        if not version - _REMEMBERED <= self._version <= version:
            self._version = _NOTHING
            for world in list(self._starts.own):
                self._starts.remove(world)
        known = self._starts.fixtures
        changed = database.execute("SELECT world, start FROM own WHERE version > ?", (self._version,))
        for world, text in changed.fetchall():
            self._starts.remove(world)
            if text is not None:
                try:
                    self._starts.add(world, read_start(text, known))
                except KeyError as error:
                    told = f"world {world!r} of the store starts from the fixture {error}; name it in --fixtures"
                    raise StoreError(told) from error
        self._version = version

    def put(self, database: Transaction, world: str, start: Start | None) -> None:
        """Give a world a start of its own, or take it away.

        Args:
            database: in a transaction.
            world: name of the world.
            start: its start; None for none of its own.
        """
        text = None if start is None else start_text(start, self._starts.fixtures)
        (version,) = database.execute("UPDATE meta SET version = version + 1 RETURNING version").fetchone()
        database.execute("INSERT OR REPLACE INTO own VALUES (?, ?, ?)", (world, text, version))
        database.execute("DELETE FROM own WHERE version < ? AND start IS NULL", (version - _REMEMBERED,))
        self.learn(database)
