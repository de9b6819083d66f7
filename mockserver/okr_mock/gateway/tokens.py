"""Access tokens that say everything about themselves and are signed, so that checking them needs no table."""

import base64
import binascii
import hmac
import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

LIFE = 7200
"""Seconds a token lives. Source: dochub, authentication pages."""
RENEWAL = 1800
"""Seconds of remaining life below which a new token is issued beside the old one. Source: as above."""

_NAME = r"[A-Za-z0-9_.-]{1,64}"
_DEVELOPMENT = re.compile(rf"([tu])-dev(?:\.({_NAME}))?")
_KINDS = {"t": "tenant", "u": "user"}
_SIGNATURE = 16
DEFAULT_WORLD = "default"


@dataclass(frozen=True)
class Token:
    """What a token says.

    Args:
        kind: `tenant` or `user`.
        app: id of the app it was issued to; "" for a development token.
        world: world it leads to.
        generation: generation of the world it was issued in.
        expires: seconds since the epoch; None for a development token, which never expires.
    """

    kind: str
    app: str
    world: str
    generation: int = 0
    expires: int | None = None


def development_token(text: str) -> Token | None:
    """Read a development token such as `t-dev` or `t-dev.my_world`.

    Args:
        text: the token as it was sent.
    """
    match = _DEVELOPMENT.fullmatch(text)
    return Token(_KINDS[match[1]], "", match[2] or DEFAULT_WORLD) if match else None


def is_name(text: str) -> bool:
    """Say whether a text can name an app, and so a world.

    Args:
        text: what the caller sent.
    """
    return re.fullmatch(_NAME, text) is not None


class Signer:
    """Writes and reads signed tokens.

    Args:
        key: secret key; whoever knows it can make tokens.
    """

    def __init__(self, key: bytes) -> None:
        self._key = blake2b(key).digest()
        self.read = lru_cache(maxsize=4096)(self._read)

    def write(self, token: Token) -> str:
        """Write a token; the same facts give the same text.

        Args:
            token: what it says; must have an expiry.
        """
        facts = "\n".join((token.kind, token.app, token.world, str(token.generation), str(token.expires))).encode()
        return f"{token.kind[0]}-{base64.urlsafe_b64encode(self._sign(facts) + facts).decode().rstrip('=')}"

    def _read(self, text: str) -> Token | None:
        """Read a token; None if it is not one of ours."""
        try:
            raw = base64.b64decode(text[2:] + "=" * (-len(text[2:]) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        signature, facts = raw[:_SIGNATURE], raw[_SIGNATURE:]
        if not hmac.compare_digest(signature, self._sign(facts)):
            return None
        kind, app, world, generation, expires = facts.decode().split("\n")
        return Token(kind, app, world, int(generation), int(expires)) if text.startswith(f"{kind[0]}-") else None

    def _sign(self, facts: bytes) -> bytes:
        return blake2b(facts, key=self._key, digest_size=_SIGNATURE).digest()
