"""Who calls, which world the call leads to, whether its token admits it. Source: probe_2026_09, feishu_cli."""

from dataclasses import dataclass
from functools import lru_cache

from feishu_okr.contract import Operation
from okr_mock.gateway.envelope import Refusal
from okr_mock.gateway.request import Request
from okr_mock.gateway.tokens import REFRESH, REFRESH_V3, Signer, Token, development_token, is_name
from okr_mock.journal import NO_WORLD
from okr_mock.world.fixture import App
from okr_mock.world.people import Person
from okr_mock.world.start import DEFAULT_WORLD, Starts
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

    @property
    def app(self) -> str:
        """Id of the app, or "" where it is not known."""
        return self.token.app if self.token else ""


class Admission:
    """The gateway's door.

    Args:
        signer: writes and reads tokens.
        auth: `open`, `strict` or `off`; see the setting of that name.
        starts: knows the declared apps and where they lead.
    """

    def __init__(self, signer: Signer, auth: str, starts: Starts) -> None:
        self.signer = signer
        self._auth = auth
        self._starts = starts
        self._known = lru_cache(maxsize=4096)(self._caller)

    def applicant(self, request: Request, field: str) -> Caller:
        """Name who asks for a token: the world is that of the app, if its id is one.

        Args:
            request: a call of a token route.
            field: field of the body that names the app.
        """
        app = request.text_of(field)
        is_known = self._starts.app(app) is not None if self._auth == "strict" else is_name(app)
        return Caller(self._starts.home(app) if is_known else NO_WORLD)

    def caller(self, request: Request) -> Caller:
        """Name who calls by the Authorization header alone; callers send the same one again and again.

        Args:
            request: any other call.
        """
        return self._known(request.token)

    def _caller(self, text: str) -> Caller:
        token = self.signer.read(text) or (development_token(text) if self._auth != "strict" else None)
        if token and token.kind not in (REFRESH, REFRESH_V3):
            return Caller(token.world, token)
        if self._auth == "off":
            return Caller(DEFAULT_WORLD)
        if not text:
            return Caller(NO_WORLD, verdict="token_missing")
        return Caller(NO_WORLD, verdict=_invalid("tenant" if text.startswith("t-") else "user"))

    def admit(self, caller: Caller, operation: Operation, turn: Turn) -> Person | None:
        """Let a call pass; gives the person a user token acts as, None for a tenant.

        Args:
            caller: who calls.
            operation: what is asked.
            turn: the call's place.

        Raises:
            Refusal: the token is missing, not one of ours, expired, revoked or of the wrong kind; the app is disabled;
                a scope is wanting; the quota is spent.
        """
        if operation.issues_tokens:
            return None
        if caller.verdict:
            raise Refusal(caller.verdict)
        person = None
        token = caller.token
        if token:
            person = self._judge(token, operation, turn)
        if turn.quota is not None and turn.quota.is_spent:
            raise Refusal("rate_limited")
        return person

    def _judge(self, token: Token, operation: Operation, turn: Turn) -> Person | None:
        if token.expires is not None:
            is_dead = token.expires * 1000 <= turn.now or token.generation < turn.generation
            if is_dead and self._auth != "off":
                raise Refusal(_invalid(token.kind))
        if token.kind not in operation.tokens:
            raise Refusal(f"{token.kind}_token_not_supported")
        app = turn.start.fixture.apps.get(token.app)
        if app is not None and not app.is_enabled:
            raise Refusal("app_not_in_use")
        if token.kind == "tenant":
            if app is not None:
                _want_scope("app_scope_missing", app.scopes, operation, token.app)
            return None
        _want_scope("user_scope_missing", token.scopes, operation, token.app)
        people = turn.fixture.people
        person = people.find(token.user) if token.user else people.all[0]
        if person is None:
            raise Refusal("user_token_invalid")
        return person

    def vouch(self, app: str, secret: str, kind: str, names: tuple[str, str, str]) -> App | None:
        """Check the credentials of an app that asks for a token; gives the app if it is a declared one.

        Args:
            app: id of the app.
            secret: its secret.
            kind: kind of token it asks for.
            names: refusals of an unknown app, a wrong secret, and a kind that the app may not have.

        Raises:
            Refusal: one of the three, the first two only where apps must be declared.
        """
        found = self._starts.app(app)
        if self._auth == "strict":
            if found is None:
                raise Refusal(names[0])
            if found.secret != secret:
                raise Refusal(names[1])
        if found is not None and kind not in found.tokens:
            raise Refusal(names[2])
        return found


def _want_scope(name: str, granted: frozenset[str] | None, operation: Operation, app: str) -> None:
    """Refuse unless any one of the operation's scopes was granted."""
    if granted is None or not operation.scopes or not granted.isdisjoint(operation.scopes):
        return
    scopes = operation.scopes
    raise Refusal(name, scopes=", ".join(scopes), query=",".join(scopes), app_id=app)


def _invalid(kind: str) -> str:
    return f"{kind}_token_invalid"
