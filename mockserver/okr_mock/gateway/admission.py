"""Who calls, which world the call leads to, whether its token admits it. Source: probe_2026_09."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from okr_mock.gateway.envelope import Refusal
from okr_mock.gateway.request import Request
from okr_mock.gateway.tokens import DEFAULT_WORLD, Signer, Token, development_token, is_name
from okr_mock.journal import NO_WORLD
from okr_mock.world.turn import Turn


@dataclass(frozen=True)
class Caller:
    """Who calls.

    Args:
        world: world the call leads to; `-` for none.
        token: the token, if it is one of ours, be it expired or not.
        verdict: name of the refusal that the token earns by its text alone, or "".
    """

    world: str
    token: Token | None = None
    verdict: str = ""


class Admission:
    """The gateway's door.

    Args:
        signer: writes and reads tokens.
        auth: `open`, `strict` or `off`; see the setting of that name.
        apps: secrets of the declared apps.
    """

    def __init__(self, signer: Signer, auth: str, apps: Mapping[str, str]) -> None:
        self.signer = signer
        self._auth = auth
        self._apps = apps

    def applicant(self, request: Request) -> Caller:
        """Name who asks for a token: the world is the app's, if its id is one.

        Args:
            request: a call of a token route.
        """
        try:
            body = orjson.loads(request.body)
        except orjson.JSONDecodeError:
            return Caller(NO_WORLD)
        app = body.get("app_id") if isinstance(body, dict) else None
        return Caller(app if isinstance(app, str) and self._is_app(app) else NO_WORLD)

    def caller(self, request: Request) -> Caller:
        """Name who calls by the Authorization header alone.

        Args:
            request: any other call.
        """
        text = request.token
        token = self.signer.read(text) or (development_token(text) if self._auth != "strict" else None)
        if token:
            return Caller(token.world, token)
        if self._auth == "off":
            return Caller(DEFAULT_WORLD)
        if not text:
            return Caller(NO_WORLD, verdict="token_missing")
        return Caller(NO_WORLD, verdict=_invalid("tenant" if text.startswith("t-") else "user"))

    def admit(self, caller: Caller, turn: Turn) -> None:
        """Let a call pass.

        Args:
            caller: who calls.
            turn: the call's place.

        Raises:
            Refusal: the token is missing, not one of ours, expired or revoked.
        """
        if caller.verdict:
            raise Refusal(caller.verdict)
        token = caller.token
        if token and token.expires is not None:
            is_dead = token.expires * 1000 <= turn.now or token.generation < turn.generation
            if is_dead and self._auth != "off":
                raise Refusal(_invalid(token.kind))

    def vouch(self, app: str, secret: str) -> None:
        """Check the credentials of an app that asks for a token.

        Args:
            app: id of the app.
            secret: its secret.

        Raises:
            Refusal: `app_not_found` or `app_secret_invalid`; only where apps must be declared.
        """
        if self._auth != "strict":
            return
        if app not in self._apps:
            raise Refusal("app_not_found")
        if self._apps[app] != secret:
            raise Refusal("app_secret_invalid")

    def _is_app(self, app: str) -> bool:
        return app in self._apps if self._auth == "strict" else is_name(app)


def _invalid(kind: str) -> str:
    return f"{kind}_token_invalid"
