"""Tokens of self-built apps. Source: dochub (authentication pages), nonebot for the remaining `expire`."""

from typing import Any

import orjson

from okr_mock.call import Call, Result
from okr_mock.gateway.tokens import LIFE, RENEWAL, Token
from okr_mock.store import Changes

_REFUSALS = ("app_not_found", "app_secret_invalid", "tenant_token_failed")


async def tenant(call: Call) -> Result:
    """Answer the app's tenant access token, the same one while it has half an hour to live.

    Args:
        call: carries `app_id` and `app_secret`.

    Raises:
        Refusal: the app is not declared or its secret is wrong, where apps must be declared; it may have no such token.
    """
    return await _issue(call, ("tenant_access_token",))


async def app(call: Call) -> Result:
    """Answer the same token under both names.

    Args:
        call: carries `app_id` and `app_secret`.

    Raises:
        Refusal: as `tenant`.
    """
    return await _issue(call, ("app_access_token", "tenant_access_token"))


async def _issue(call: Call, names: tuple[str, ...]) -> Result:
    app_id: str = call.message["body"]["app_id"]
    call.admission.vouch(app_id, call.message["body"]["app_secret"], "tenant", _REFUSALS)
    token, life, changes = await tenant_token(call, app_id)
    data: dict[str, Any] = {"expire": life, "msg": "ok"} | dict.fromkeys(names, token)
    return Result(data, changes)


async def tenant_token(call: Call, app_id: str) -> tuple[str, int, Changes]:
    """Give an app its tenant token, the seconds it lives, and what to commit.

    Args:
        call: asks for it.
        app_id: id of the app.
    """
    key = ("token", app_id)
    now = call.turn.now // 1000
    stored = await call.rest_on(key)
    expires: int = orjson.loads(stored)["expires"] if stored else 0
    changes: dict[tuple[str, str], bytes | None] = {}
    if not RENEWAL <= expires - now <= LIFE:  # a clock that was set back makes new ones too
        expires = now + LIFE
        changes[key] = orjson.dumps({"expires": expires})
    token = call.admission.signer.write(Token("tenant", app_id, call.turn.world, call.turn.generation, expires))
    return token, expires - now, changes
