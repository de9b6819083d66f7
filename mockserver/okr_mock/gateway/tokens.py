"""Access tokens that say everything about themselves and are signed, so that checking them needs no table."""

import base64
import binascii
import hmac
import re
from dataclasses import dataclass
from hashlib import blake2b, shake_256

from okr_mock.world.start import DEFAULT_WORLD

LIFE = 7200
"""Seconds an access token lives. Source: dochub, authentication pages."""
RENEWAL = 1800
"""Seconds of remaining life below which a new token is issued beside the old one. Source: as above."""
REFRESH_LIFE = 604_800
"""Seconds a refresh token lives. Source: as above."""

REFRESH, REFRESH_V3 = "refresh", "refresh_v3"
"""Kinds of refresh token."""

_NAME = r"[A-Za-z0-9_.-]{1,64}"
_DEVELOPMENT = re.compile(rf"([tu])-dev(?:\.({_NAME}))?(?:@(ou_[0-9a-f]{{32}}))?")
_KINDS = {"t": "tenant", "u": "user"}
_SIGNATURE = 16
_JWT = "eyJ"
_ALGORITHM = "HS512"
_FILLING = 384  # bytes that bring a user's token to the vendor's length of one to two kilobytes


@dataclass(frozen=True)
class Token:
    """What a token says.

    Args:
        kind: `tenant`, `user`, `refresh` or `refresh_v3`, by the route that issued it.
        app: id of the app it was issued to; "" for a development token.
        world: world it leads to.
        generation: generation of the world it was issued in.
        expires: seconds since the epoch; None for a development token, which never expires.
        user: open id of the person it acts as; "" for a tenant, and for the first person of the world.
        scopes: what the person granted; None for every scope.
        n: number of the call that issued it, where two of the same second must differ.
    """

    kind: str
    app: str
    world: str
    generation: int = 0
    expires: int | None = None
    user: str = ""
    scopes: frozenset[str] | None = None
    n: int = 0


def development_token(text: str) -> Token | None:
    """Read a development token such as `t-dev`, `t-dev.my_world` or `u-dev.my_world@ou_…`.

    Args:
        text: the token as it was sent.
    """
    match = _DEVELOPMENT.fullmatch(text)
    return Token(_KINDS[match[1]], "", match[2] or DEFAULT_WORLD, user=match[3] or "") if match else None


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

    def write(self, token: Token) -> str:
        """Write a token; the same facts give the same text.

        Args:
            token: what it says; must have an expiry. A tenant's is short; a person's is a JWT, long as the vendor's.
        """
        if token.kind != "tenant":
            return self._write_jwt(token)
        facts = "\n".join((token.kind, token.app, token.world, str(token.generation), str(token.expires))).encode()
        return f"t-{base64.urlsafe_b64encode(self._sign(facts) + facts).decode().rstrip('=')}"

    def seal(self, claims: dict[str, object]) -> str:
        """Write claims as a JWT.

        Args:
            claims: JSON object.
        """
        import jwt  # slow to load

        return jwt.encode(claims, self._key, _ALGORITHM)

    def open(self, text: str) -> dict[str, object] | None:
        """Read the claims of a JWT; None if it is not one of ours. Its expiry is not looked at.

        Args:
            text: what the caller sent.
        """
        import jwt

        try:
            return jwt.decode(text, self._key, [_ALGORITHM], {"verify_exp": False, "verify_sub": False})
        except jwt.InvalidTokenError:
            return None

    def _write_jwt(self, token: Token) -> str:
        claims: dict[str, object] = {
            "app": token.app,
            "exp": token.expires,
            "generation": token.generation,
            "kind": token.kind,
            "n": token.n,
            "scope": None if token.scopes is None else " ".join(sorted(token.scopes)),
            "user": token.user,
            "world": token.world,
        }
        filling = shake_256(self._key + repr(claims).encode()).hexdigest(_FILLING)
        return self.seal(claims | {"filling": filling})

    def read(self, text: str) -> Token | None:
        """Read a token; None if it is not one of ours.

        Args:
            text: what the caller sent.
        """
        if text.startswith(_JWT):
            return _person_token(self.open(text))
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


def _person_token(claims: dict[str, object] | None) -> Token | None:
    if claims is None or claims.get("kind") not in ("user", REFRESH, REFRESH_V3):  # a ticket has the same key
        return None
    scope = claims["scope"]
    return Token(
        kind=str(claims["kind"]),
        app=str(claims["app"]),
        world=str(claims["world"]),
        generation=int(str(claims["generation"])),
        expires=int(str(claims["exp"])),
        user=str(claims["user"]),
        n=int(str(claims["n"])),
        scopes=None if scope is None else frozenset(str(scope).split()),
    )
