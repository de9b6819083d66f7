"""Pseudonyms: stable names in place of what is secret or tells who somebody is, so that references still hold."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import orjson

from feishu_okr.recording.finder import SHORTEST, Finder

TOKEN = re.compile(r"(?<![A-Za-z0-9_-])[tua]r?-[A-Za-z0-9._~+=-]{8,}")
JWT = re.compile(r"eyJ[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]*")
APP = re.compile(r"(?<![A-Za-z0-9])cli_[A-Za-z0-9_-]+")
PERSON = re.compile(r"(?<![A-Za-z0-9])(ou|on)_(?=[A-Za-z]*[0-9])[0-9A-Za-z]{8,}")
TICKET = re.compile(r"(?<=ticket=)[^&\s\"'<>]+")
PATTERNS = {"jwt": JWT, "ticket": TICKET, "token": TOKEN, "app": APP, "person": PERSON}
"""What is secret or tells who somebody is by its form alone."""
PSEUDONYM = re.compile(
    r"recorded(?: name |-(?:value|person|secret|ticket)-)[0-9]+|o[un]_0{24}[0-9a-f]{8}|70{9}[0-9]{9}"
    r"|cli_recorded[0-9]{8}|[tua]-dev\.recorded-[0-9]+|eyJ[\w-]*\.[\w-]*\.recorded[0-9]{8}"
)
"""What stands in place of an original, but for numbers."""
_SECRET = re.compile(r"(?i)(secret|password|app_?ticket|code_?verifier|ticket)$")
_TOKEN_NAME = re.compile(r"(?i)(access|refresh)_?token$")
_APP_NAMES = ("app_id", "client_id")
_PERSON_NAMES = re.compile(r"(?i)^(open_?id|union_?id|user_?id|people_admin_?id|user_ids)$")
_ESCAPE = re.compile("%[0-9A-F]{2}")
_NAMED_IN_TEXT = re.compile(
    r"(?i)\b((?:app_?|client_?)?(?:secret|password)|app_?ticket|code_?verifier|ticket|(?:\w+_)?(?:access|refresh)_?token)"
    r"\\?[\"']?\s*[:=]\s*\\?[\"']?([^\s\"'&,}\\<>]+)"
)
"""A secret by its name, in what is no JSON."""
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
    """Gives each original one pseudonym, in the order in which they are met.

    `fresh` has kind and text of what was learned and is looked for everywhere; whoever has seen it empties the list.
    """

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._ours: set[str] = set()
        self._finder = Finder()
        self._originals: dict[str, str] = {}
        self.fresh: list[tuple[str, str]] = []
        self._makers: dict[str, Callable[[str, int], str]] = {
            "token": lambda text, n: f"{text[:1] if text[1:2] == '-' else 't'}-dev.recorded-{n}",
            "secret": lambda _, n: f"recorded-secret-{n}",
            "ticket": lambda _, n: f"recorded-ticket-{n}",
            "jwt": _jwt,
            "app": lambda _, n: f"cli_recorded{n:08d}",
            "person": _person,
            "name": lambda _, n: f"recorded name {n}",
            "query": lambda _, n: f"recorded-value-{n}",
        }

    def of(self, kind: str, text: str) -> str:
        """Give the pseudonym of a text.

        Args:
            kind: what it is.
            text: the original.
        """
        if text not in self._given and text not in self._ours:
            kind = "jwt" if JWT.fullmatch(text) else kind
            self._given[text] = self._makers[kind](text, len(self._given) + 1)
            self._ours.add(self._given[text])
            if len(text) >= SHORTEST:
                self._seek(kind, text)
        return self._given.get(text, text)

    def _seek(self, kind: str, text: str) -> None:
        self.fresh.append((kind, text))
        for form in (text, *percent_encoded(text)):
            self._finder.add(form)
            self._originals[form] = text

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
            self._learn_text(value)

    def _learn_text(self, text: str) -> None:
        for found in _NAMED_IN_TEXT.finditer(text):
            self.of("token" if _TOKEN_NAME.search(found[1]) else "secret", found[2])
        for kind, pattern in PATTERNS.items():
            for found in pattern.finditer(text):
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
        parts, end = [], 0
        for at, form in self._finder.find(text):
            parts += [text[end:at], self._given[self._originals[form]]]
            end = at + len(form)
        return "".join([*parts, text[end:]]) if parts else text


def _jwt(text: str, n: int) -> str:
    """Make a JWT that ends when the original does."""
    middle = text.split(".")[1]
    try:
        known = orjson.loads(urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except ValueError:
        known = {}
    ends = known.get("exp") if isinstance(known, dict) else None
    kept = {"exp": ends} if isinstance(ends, int) else {}
    head, body = (urlsafe_b64encode(orjson.dumps(part)).decode().rstrip("=") for part in ({"recorded": 1}, kept))
    return f"{head}.{body}.recorded{n:08d}"


def percent_encoded(text: str) -> Iterator[str]:
    """Give the forms of a text in addresses.

    Args:
        text: any text.
    """
    for safe in ("", "/:@"):
        coded = quote(text, safe=safe, errors="surrogatepass")
        yield coded
        yield _ESCAPE.sub(lambda found: found[0].lower(), coded)


def _person(text: str, n: int) -> str:
    start, underscore, _ = text.partition("_")
    if underscore and start in ("ou", "on"):
        return f"{start}_{n:032x}"
    return f"7000000000{n:09d}" if text.isdecimal() else f"recorded-person-{n}"
