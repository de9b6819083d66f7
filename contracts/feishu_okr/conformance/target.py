"""A target: what the suite looks at, be it the emulator or the live API, and who calls it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from secrets import token_hex
from time import monotonic
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from feishu_okr.conformance.pace import Pace, tell
from feishu_okr.conformance.wire import Answer, Request, StopRun, Wire
from feishu_okr.contract import Contract, Profile

TENANT_TOKEN = "auth.v3.tenant_access_token.internal"  # noqa: S105 - an operation
USER_TOKEN = "authen.v2.oauth.token"  # noqa: S105 - an operation
ADMIN = "/__admin"
JSON = "application/json; charset=utf-8"
MARGIN = 60.0
"""Seconds before the end of its life at which a token is no longer used."""
AGENT = "okr-verify"
_OF_NAMES = "/._-[]"
KINDS = ("tenant", "user", "other_user")
TOO_MANY = 429
MOST_WAITS = 2
"""How often a call of an app that all tests share is made again when its quota is spent."""


@dataclass(frozen=True)
class App:
    """An app and its secret.

    Args:
        id: its id.
        secret: its secret.
    """

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, eq=False)
class Target:
    """What the suite looks at.

    Args:
        name: how reports call it.
        wire: sends every call.
        contract: what is expected of it.
        profile: which options are expected.
        capabilities: what it lets a test do.
        known: ids that calls can name.
        app: the one app there is; None where any app will do and every caller is a new one.
        tokens: tokens that are known from the start, by kind.
        is_direct: whether what is sent and answered goes through unchanged, with no guard in between.
        pace: waits where the target asks for fewer calls.
    """

    name: str
    wire: Wire
    contract: Contract
    profile: Profile
    capabilities: frozenset[str]
    known: Mapping[str, str]
    app: App | None = None
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_direct: bool = True
    pace: Pace = field(default_factory=lambda: Pace(0, tell=tell), repr=False)
    _run: str = field(default_factory=lambda: token_hex(4), repr=False)
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict, repr=False)
    _numbers: "count[int]" = field(default_factory=lambda: count(1), repr=False)

    def caller(self, world: Mapping[str, Any] | None = None, case: str = "") -> "Caller":
        """Give a caller; where apps are not declared, one that nobody was before.

        Args:
            world: start of its world, where it is not the usual one; wants the capability `steer`.
            case: what it plays; a recording of its calls tells them by that from those of other cases.
        """
        caller = Caller(self, self.app, _tokens=self._tokens) if self.app else self.stranger()
        if case:
            caller.agent = f"{AGENT} ({quote(case, safe=_OF_NAMES)} {next(self._numbers)})"
        if world:
            caller.control("POST", "/worlds", {"name": caller.app.id, **world}, wanted=201)
        return caller

    def stranger(self) -> "Caller":
        """Give a caller whose app nobody has heard of; where apps must be declared, it is yet to be."""
        return Caller(self, App(f"verify-{self._run}-{next(self._numbers)}", "any secret"))


@dataclass
class Caller:
    """Somebody who calls a target; remembers what was asked and answered.

    Args:
        target: what is called.
        app: the app it calls as.
        agent: how its calls name it, or "".
    """

    target: Target
    app: App
    agent: str = ""
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict, repr=False)
    answers: list[Answer] = field(default_factory=list)

    def call(
        self,
        operation: str,
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        raw: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
        who: str = "tenant",
        suffix: str = "",
        purpose: str = "",
    ) -> Answer:
        """Call an operation of the contract.

        Args:
            operation: its id.
            path: values of the path's parameters.
            query: parameters of the query; a list repeats the key.
            body: JSON value of the body.
            raw: bytes of the body, in place of `body`.
            headers: further headers; None takes one away.
            who: `tenant`, `user`, `other_user`, `none`, or a text to be sent as Authorization.
            suffix: what is put behind the path, such as a slash.
            purpose: what for, if not what the operation tells.
        """
        known = self.target.contract.operations[operation]
        values = {name: quote(str(value), safe="") for name, value in (path or {}).items()}
        data = raw if raw is not None or body is None else orjson.dumps(body)
        sent = {"Content-Type": JSON} if data is not None else {}
        if not known.issues_tokens:
            sent |= self._authorization(who)
        merged = {**sent, **(headers or {})}
        kept = tuple((name, value) for name, value in merged.items() if value is not None)
        address = known.path.format(**values) + suffix + _query(query)
        purpose = purpose or _purpose(known.method, known.issues_tokens)
        return self.send(Request(known.method, address, kept, data, purpose, operation))

    def send(self, request: Request) -> Answer:
        """Send any call.

        Args:
            request: the call.
        """
        request = replace(request, agent=self.agent)
        answer = self.target.wire.send(request)
        is_patient = self.app is self.target.app and self.target.is_direct  # all tests share its quota
        for _ in range(MOST_WAITS if is_patient else 0):
            if answer.status == TOO_MANY:
                self.target.pace.obey(answer.headers)
                answer = self.target.wire.send(request)
        if request.purpose != "control":
            self.answers.append(answer)
        return answer

    def control(self, method: str, path: str, body: Any = None, wanted: int = 200) -> Any:
        """Use a control route of the target; wants the capability `steer`.

        Args:
            method: HTTP method.
            path: path below the control routes.
            body: JSON value of the body.
            wanted: status that is expected.

        Raises:
            StopRun: the answer is another one.
        """
        data = None if body is None else orjson.dumps(body)
        headers = (("Content-Type", "application/json"),) if data else ()
        answer = self.send(Request(method, ADMIN + path, headers, data, "control"))
        if answer.status != wanted:
            raise StopRun(
                f"{method} {ADMIN}{path} answered {answer.status}: {answer.body[:200].decode(errors='replace')}"
            )
        return answer.json

    def token(self, kind: str) -> str:
        """Give a token, got at the first call of its kind and again when its life ends; callers of one app share it.

        Args:
            kind: `tenant`, `user` or `other_user`.

        Raises:
            StopRun: none was given.
        """
        if kind in self.target.tokens:
            return self.target.tokens[kind]
        token, ends = self._tokens.get(kind, ("", 0.0))
        if monotonic() >= ends:
            token, ends = self._tokens[kind] = self._tenant_token() if kind == "tenant" else self._user_token(kind)
        return token

    def _tenant_token(self) -> tuple[str, float]:
        body = {"app_id": self.app.id, "app_secret": self.app.secret}
        answer = self.call(TENANT_TOKEN, body=body, purpose="login")
        return _token_of(answer, "tenant_access_token", "expire")

    def _user_token(self, kind: str) -> tuple[str, float]:
        code = self.target.known["code" if kind == "user" else "other_code"]
        body = {"grant_type": "authorization_code", "client_id": self.app.id, "client_secret": self.app.secret}
        answer = self.call(USER_TOKEN, body=body | {"code": code}, purpose="login")
        return _token_of(answer, "access_token", "expires_in")

    def _authorization(self, who: str) -> dict[str, str]:
        if who == "none":
            return {}
        return {"Authorization": f"Bearer {self.token(who)}" if who in KINDS else who}


def _purpose(method: str, issues_tokens: bool) -> str:
    return "token" if issues_tokens else "read" if method == "GET" else "write"


def _query(query: Mapping[str, Any] | None) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in (query or {}).items():
        values: Sequence[Any] = value if isinstance(value, list) else [value]
        pairs += [(name, str(item)) for item in values]
    return f"?{urlencode(pairs)}" if pairs else ""


def _token_of(answer: Answer, name: str, life: str) -> tuple[str, float]:
    """Give the token of an answer, and when to ask for another one."""
    found = answer.json if isinstance(answer.json, dict) else {}
    token, seconds = found.get(name), found.get(life)
    if not isinstance(token, str):
        raise AssertionError(f"no token was given: HTTP {answer.status}, code {answer.code}")
    return token, monotonic() + (seconds if isinstance(seconds, int) else 0) - MARGIN
