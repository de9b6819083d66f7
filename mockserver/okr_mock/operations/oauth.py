"""The OAuth token routes: tokens of people for codes of the fixture, and tenant tokens. Source: dochub, lark_cli."""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import blake2b
from typing import Any

from okr_mock.call import Call, Result
from okr_mock.gateway.envelope import Refusal
from okr_mock.gateway.tokens import LIFE, REFRESH, REFRESH_LIFE, REFRESH_V3, Token
from okr_mock.operations.access_tokens import tenant_token
from okr_mock.world.fixture import CODE

_REFUSALS = ("oauth_app_not_found", "oauth_client_secret_invalid", "oauth_user_not_allowed")
_REFRESHED = "refresh_token"
V3 = "/oauth/v3/token"
_OFFLINE = "offline_access"
Grant = Callable[[Call, dict[str, str]], Awaitable[Result]]


async def person(call: Call) -> Result:
    """Give a person's token for an authorization code or a refresh token.

    Args:
        call: carries the grant.

    Raises:
        Refusal: the grant, the code or the refresh token does not hold.
    """
    return await _granted(call, {"authorization_code": _by_code, "refresh_token": _by_refresh_token})


async def any_token(call: Call) -> Result:
    """Give a person's token, or the tenant's for the credentials alone.

    Args:
        call: carries the grant.

    Raises:
        Refusal: as `person`.
    """
    grants = {"authorization_code": _by_code, "refresh_token": _by_refresh_token, "client_credentials": _by_credentials}
    return await _granted(call, grants)


async def _granted(call: Call, grants: Mapping[str, Grant]) -> Result:
    body = call.message["body"]
    grant = grants.get(body["grant_type"])
    if grant is None:
        raise Refusal("oauth_grant_type_unsupported")
    return await grant(call, body)


def _vouch(call: Call, body: dict[str, str], kind: str) -> None:
    call.admission.vouch(body["client_id"], body["client_secret"], kind, _REFUSALS)


async def _by_credentials(call: Call, body: dict[str, str]) -> Result:
    _vouch(call, body, "tenant")
    token, life, changes = await tenant_token(call, body["client_id"])
    return Result({"access_token": token, "expires_in": life, "token_type": "Bearer"}, changes)


async def _by_code(call: Call, body: dict[str, str]) -> Result:
    code = body.get("code")
    if not code:
        raise Refusal("oauth_parameter_missing")
    entry = call.fixture.codes.get(code)
    if entry is None:
        raise Refusal("oauth_code_not_found")
    _vouch(call, body, "user")
    if await call.rest_on((CODE, code)) is not None:
        raise Refusal("oauth_code_used")
    if _is_v3(call) and body.get("code_verifier"):  # no code of a fixture was issued with a challenge
        raise Refusal("oauth_pkce_failed")
    if "redirect_uri" in entry and body.get("redirect_uri") != entry["redirect_uri"]:
        raise Refusal("oauth_redirect_uri_mismatch")
    granted = frozenset(entry["scopes"]) if "scopes" in entry else None
    return _issued(call, body, entry["user"], granted, {(CODE, code): b"used"})


async def _by_refresh_token(call: Call, body: dict[str, str]) -> Result:
    _vouch(call, body, "user")
    text = body.get("refresh_token")
    if not text:
        raise Refusal("oauth_parameter_missing")
    token = call.admission.signer.read(text)
    if token is None or token.kind not in _takes(call):
        raise Refusal("oauth_refresh_token_invalid")
    if token.app != body["client_id"]:
        raise Refusal("oauth_client_mismatch")
    if token.world != call.turn.world:
        raise Refusal("oauth_refresh_token_invalid")
    if token.expires is not None and token.expires * 1000 <= call.turn.now:
        raise Refusal("oauth_refresh_token_expired")
    if token.generation < call.turn.generation:
        raise Refusal("oauth_refresh_token_revoked")
    used = (_REFRESHED, blake2b(text.encode(), digest_size=16).hexdigest())
    if await call.rest_on(used) is not None:
        raise Refusal("oauth_refresh_token_used")
    return _issued(call, body, token.user, token.scopes, {used: b"used"})


def _is_v3(call: Call) -> bool:
    return call.operation.path == V3


def _takes(call: Call) -> tuple[str, ...]:
    """Name the kinds of refresh token that a route takes, its own last: the newer route takes the older one's too."""
    return (REFRESH, REFRESH_V3) if _is_v3(call) else (REFRESH,)


def _issued(
    call: Call,
    body: dict[str, str],
    user: str,
    granted: frozenset[str] | None,
    changes: Mapping[tuple[str, str], bytes | None],
) -> Result:
    """Write both tokens, the second where it was granted; a `scope` that is asked for narrows what was granted."""
    scopes = _narrowed(body.get("scope"), granted)
    now, turn = call.turn.now // 1000, call.turn

    def write(kind: str, life: int) -> str:
        return call.admission.signer.write(
            Token(kind, body["client_id"], turn.world, turn.generation, now + life, user, scopes, turn.n)
        )

    shown = call.effective.scopes | {_OFFLINE} if scopes is None else scopes
    data: dict[str, Any] = {
        "access_token": write("user", LIFE),
        "expires_in": LIFE,
        "scope": " ".join(sorted(shown)),
        "token_type": "Bearer",
    }
    if _OFFLINE in shown:
        data |= {"refresh_token": write(_takes(call)[-1], REFRESH_LIFE), "refresh_token_expires_in": REFRESH_LIFE}
    return Result(data, changes)


def _narrowed(asked: str | None, granted: frozenset[str] | None) -> frozenset[str] | None:
    scopes = (asked or "").split()
    if not scopes:
        return granted
    wanted = frozenset(scopes)
    if len(wanted) < len(scopes):
        raise Refusal("oauth_scopes_duplicated")
    if granted is not None and not wanted <= granted:
        raise Refusal("oauth_scopes_not_permitted")
    return wanted
