"""The scanner: proves that nothing secret is left in what is about to be written."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from feishu_okr.recording.finder import Finder
from feishu_okr.recording.pseudonym import PATTERNS, PSEUDONYM, percent_encoded

_OURS = re.compile(rf"{PSEUDONYM.pattern}|\brecorded$|^[tu]-dev(\.|$)")
"""How pseudonyms look, and the tokens that the emulator takes from everybody."""
_BEARER = re.compile(r"(?i)\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_URL_SAFE = str.maketrans("+/", "-_")


class Scanner:
    """Looks for originals in all forms in which they may hide, and for whatever looks like a secret."""

    def __init__(self) -> None:
        self._finder = Finder()
        self._lengths: dict[str, int] = {}

    def learn(self, original: str) -> None:
        """Look for an original from now on.

        Args:
            original: must not be found.
        """
        for form in forms(original):
            self._finder.add(form)
            self._lengths[form] = len(original)

    def leaks(self, data: bytes) -> Iterator[str]:
        """Say what kinds of secrets are left in a file.

        Args:
            data: the file.
        """
        text = data.decode("utf-8", "replace")
        for _, form in self._finder.find(text):
            yield f"an original of {self._lengths[form]} characters is left"
        for kind, pattern in [*PATTERNS.items(), ("credential", _BEARER)]:
            if any(not _OURS.search(found[0]) for found in pattern.finditer(text)):
                yield f"something that looks like a {kind} is left"


def leaks(data: bytes, originals: Iterable[str] = ()) -> Iterator[str]:
    """Say what kinds of secrets are left in a file.

    Args:
        data: the file.
        originals: texts that must not be in it.
    """
    scanner = Scanner()
    for original in originals:
        scanner.learn(original)
    return scanner.leaks(data)


def forms(original: str) -> Iterator[str]:
    """Give the forms in which a text may hide: plain, in JSON, in an address, reversed, in hexadecimal and base64.

    Args:
        original: the text.
    """
    data = original.encode("utf-8", "surrogatepass")
    yield from plain_forms(original)
    yield quote(quote(original, safe=""), safe="")
    yield original[::-1]
    yield data.hex()
    yield data.hex().upper()
    for shift in range(3):
        whole = b64encode(bytes(shift) + data).decode().rstrip("=")
        coded = whole[(0, 2, 3)[shift] : len(whole) - 1]
        yield coded
        yield coded.translate(_URL_SAFE)


def plain_forms(original: str) -> Iterator[str]:
    """Give the forms in which a text stands in files, addresses and bodies without anybody hiding it.

    Args:
        original: the text.
    """
    yield original
    yield from percent_encoded(original)
    yield json.dumps(original, ensure_ascii=False)[1:-1]
    yield json.dumps(original)[1:-1]
