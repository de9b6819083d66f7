"""The scanner: proves that nothing secret is left in what is about to be written."""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote

import orjson

from feishu_okr.recording.pseudonym import PATTERNS

OURS = re.compile(r"recorded|^(ou|on)_0{20,}|^[tu]-dev(\.|$)")
"""How pseudonyms look."""
_BEARER = re.compile(r"(?i)\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")


class LeakError(Exception):
    """Something secret would be written; says what kind and where, and never the thing itself."""


def leaks(data: bytes, originals: Iterable[str] = ()) -> Iterator[str]:
    """Say what kinds of secrets are left in a file.

    Args:
        data: the file.
        originals: texts that must not be in it, in any of the forms in which they may hide.
    """
    text = data.decode("utf-8", "replace")
    for original in originals:
        if any(form in text for form in _forms(original)):
            yield f"an original of {len(original)} characters is left"
    for kind, pattern in [*PATTERNS.items(), ("credential", _BEARER)]:
        if any(not OURS.search(found[0]) for found in pattern.finditer(text)):
            yield f"something that looks like a {kind} is left"


def _forms(original: str) -> Iterator[str]:
    """Give the forms in which a text may hide: plain, in JSON, in an address, reversed, in hexadecimal and base64."""
    data = original.encode("utf-8", "surrogatepass")
    yield original
    yield orjson.dumps(original).decode()[1:-1] if original.isprintable() else original
    yield quote(original, safe="")
    yield quote(quote(original, safe=""), safe="")
    yield original[::-1]
    yield data.hex()
    for shift in range(3):
        whole = b64encode(bytes(shift) + data).decode().rstrip("=")
        yield whole[(0, 2, 3)[shift] : len(whole) - 1]
