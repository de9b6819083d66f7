"""Pseudonyms: stable names in place of what is secret or tells who somebody is, so that references still hold."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

SHORTEST = 8
"""Characters of a text that is looked for everywhere; a shorter one is replaced where it stands and nowhere else."""
TOKEN = re.compile(r"(?<![A-Za-z0-9_-])[tua]r?-[A-Za-z0-9._~+=-]{8,}")
JWT = re.compile(r"eyJ[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]*")
APP = re.compile(r"(?<![A-Za-z0-9])cli_[A-Za-z0-9_-]+")
PERSON = re.compile(r"(?<![A-Za-z0-9])(ou|on)_[0-9A-Za-z]{8,}")
TICKET = re.compile(r"(?<=ticket=)[^&\s\"'<>]+")
PATTERNS = {"jwt": JWT, "ticket": TICKET, "token": TOKEN, "app": APP, "person": PERSON}
"""What is secret or tells who somebody is by its form alone."""
_SECRET = re.compile(r"(?i)(secret|password|app_?ticket|code_?verifier|ticket)$")
_TOKEN_NAME = re.compile(r"(?i)(access|refresh)_?token$")
_APP_NAMES = ("app_id", "client_id")
_PERSON_NAMES = re.compile(r"(?i)^(open_?id|union_?id|user_?id|people_admin_?id|user_ids)$")
_CALLED = ("name", "en_name", "nickname", "email", "mobile", "avatar_url")


def kind_of(name: str, value: str, siblings: Any = ()) -> str:
    """Say what a text is by the name of its member, "" for nothing that has to go.

    Args:
        name: name of the member or parameter.
        value: the text.
        siblings: names beside it; a name is somebody's where an id of a person stands beside it.
    """
    if not value:
        return ""
    if _TOKEN_NAME.search(name):
        return "token"
    if _SECRET.search(name) or name == "code":
        return "secret"
    if name in _APP_NAMES:
        return "app"
    if _PERSON_NAMES.match(name):
        return "person"
    is_somebody = name in _CALLED and any(_PERSON_NAMES.match(other) for other in siblings)
    return "name" if is_somebody else ""


class Pseudonyms:
    """Gives each original one pseudonym, in the order in which they are met."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._makers: dict[str, Callable[[str, int], str]] = {
            "token": lambda text, n: f"{text[:1] if text[1:2] == '-' else 't'}-dev.recorded-{n}",
            "secret": lambda _, n: f"recorded-secret-{n}",
            "ticket": lambda _, n: f"recorded-ticket-{n}",
            "jwt": lambda _, n: f"eyJyZWNvcmRlZCI6MX0.e30.recorded-{n}",
            "app": lambda _, n: f"cli_recorded{n:08d}",
            "person": _person,
            "name": lambda _, n: f"recorded name {n}",
            "query": lambda _, n: f"recorded-value-{n}",
        }

    @property
    def originals(self) -> list[str]:
        """Everything that must not be found any more."""
        return [text for text in self._given if len(text) >= SHORTEST]

    def of(self, kind: str, text: str) -> str:
        """Give the pseudonym of a text.

        Args:
            kind: what it is.
            text: the original.
        """
        if text not in self._given and text not in self._given.values():
            self._given[text] = self._makers[kind](text, len(self._given) + 1)
        return self._given.get(text, text)

    def learn(self, value: Any) -> None:
        """Find what has to go in a JSON value or a text, by names and by form.

        Args:
            value: JSON value.
        """
        if isinstance(value, dict):
            self._learn_members(value)
        elif isinstance(value, list):
            for item in value:
                self.learn(item)
        elif isinstance(value, str):
            for kind, pattern in PATTERNS.items():
                for found in pattern.finditer(value):
                    self.of(kind, found[0])

    def _learn_members(self, value: dict[str, Any]) -> None:
        for name, item in value.items():
            for text in item if isinstance(item, list) else [item]:
                if isinstance(text, str) and (kind := kind_of(name, text, value)):
                    self.of(kind, text)
            self.learn(name)
            self.learn(item)

    def replaced(self, value: Any) -> Any:
        """Give a JSON value with pseudonyms in place of every original that was learned.

        Args:
            value: JSON value.
        """
        if isinstance(value, dict):
            return {self._text(name): self._member(name, item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.replaced(item) for item in value]
        return self._text(value) if isinstance(value, str) else value

    def _member(self, name: str, item: Any) -> Any:
        short = isinstance(item, str) and item in self._given and kind_of(name, item, ("open_id",))
        return self._given[item] if short else self.replaced(item)

    def _text(self, text: str) -> str:
        for original in sorted(self.originals, key=len, reverse=True):
            for form in (original, quote(original, safe="")):
                text = text.replace(form, self._given[original])
        return text


def _person(text: str, n: int) -> str:
    start, underscore, _ = text.partition("_")
    if underscore and start in ("ou", "on"):
        return f"{start}_{n:032x}"
    return f"7000000000{n:09d}" if text.isdecimal() else f"recorded-person-{n}"
