"""People: who has OKRs, writes records and is mentioned, found by any of their ids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

OPEN_ID, UNION_ID, USER_ID, ADMIN_ID = "open_id", "union_id", "user_id", "people_admin_id"


@dataclass(frozen=True)
class Person:
    """One person; the kinds of id are those that `user_id_type` names.

    Args:
        open_id: id in an app.
        union_id: id among the apps of one developer.
        user_id: id that the tenant gave.
        lark_id: the vendor's internal id; people_admin_id is read as this one.
        name: name in Chinese.
        en_name: name in English.
    """

    open_id: str
    union_id: str
    user_id: str
    lark_id: str
    name: str
    en_name: str

    def id(self, kind: str) -> str:
        """Give the id of a kind.

        Args:
            kind: a value of `user_id_type`; "" is an open id.
        """
        return {UNION_ID: self.union_id, USER_ID: self.user_id, ADMIN_ID: self.lark_id}.get(kind, self.open_id)


class People:
    """The people of a fixture.

    Args:
        people: the first one is who development user tokens act as.
    """

    def __init__(self, people: Iterable[Person]) -> None:
        self.all = tuple(people)
        self._by = {
            kind: {person.id(kind): person for person in self.all} for kind in (OPEN_ID, UNION_ID, USER_ID, ADMIN_ID)
        }

    def __getitem__(self, open_id: str) -> Person:
        return self._by[OPEN_ID][open_id]

    def find(self, id: str, kind: str = OPEN_ID) -> Person | None:  # noqa: A002 - the API's word
        """Find a person.

        Args:
            id: id of the person.
            kind: kind of the id, a value of `user_id_type`; "" is an open id.
        """
        return self._by[kind or OPEN_ID].get(id)


def read_person(entry: Mapping[str, Any]) -> Person:
    """Read a person of a fixture file; ids that are left out are made from the open id.

    Args:
        entry: an entry of `users`.
    """
    digest = blake2b(entry["open_id"].encode(), digest_size=24).hexdigest()
    return Person(
        open_id=entry["open_id"],
        union_id=entry.get("union_id", f"on_{digest[:32]}"),
        user_id=entry.get("user_id", digest[32:40]),
        lark_id=entry.get("lark_id", str(7 * 10**18 + int(digest[32:46], 16))),
        name=entry["name"],
        en_name=entry.get("en_name", entry["name"]),
    )
