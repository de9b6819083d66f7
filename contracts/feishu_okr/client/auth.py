"""The token of an app: fetched when it is needed, kept while it lives, fetched anew once when it is refused."""

import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

from feishu_okr.client.action import Alone, Flow, Sleep
from feishu_okr.client.call import Call
from feishu_okr.client.errors import ContractBroken, OKRError
from feishu_okr.client.secret import Secret, is_token
from feishu_okr.client.settings import Retries

TOKEN = "auth.v3.tenant_access_token.internal"  # noqa: S105 - the name of an operation
_MARGIN = 300.0


@dataclass(frozen=True)
class Token:
    """A token and the moment until which it is used, on the monotonic clock."""

    secret: Secret
    until: float


class Auth:
    """Gives every call its token; however many calls need a new one, one request fetches it.

    While none is to be had, as when the gateway is down, each call fails after its repetitions. A program that then
    goes on to its next call, and the next, would ask for the same token without a pause between the calls and cannot
    know; so the pause is made here, and grows with each call that failed.

    Args:
        app_id: id of the app.
        app_secret: its secret.
        fetch: the flow that carries out the token call and gives its whole answer.
        retries: how long the pauses are; where nothing is repeated there are none.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        fetch: Callable[[Call[Any]], Flow[Any]],
        retries: Retries,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app_id = app_id
        self._app_secret = Secret(app_secret)
        self._fetch = fetch
        self._retries = retries
        self._clock = clock
        self._token: Token | None = None
        self._failures = 0
        self._failure: OKRError | None = None
        self._in_vain = 0
        self._not_before = 0.0

    def __repr__(self) -> str:
        return f"Auth(app_id={self._app_id!r}, app_secret={self._app_secret!r})"

    def token(self, refused: Secret | None = None) -> Flow[Secret]:
        """Give a token that is thought to be valid.

        Args:
            refused: a token that the API has refused; one that came since is given without asking.

        Raises:
            OKRError: there is none to be had; all who waited for the same request learn of it.
        """
        kept = self._kept(refused)
        if kept is not None:
            return kept
        found: Secret = yield Alone(self._renew(refused, self._failures))
        return found

    def _renew(self, refused: Secret | None, seen: int) -> Flow[Secret]:
        kept = self._kept(refused)
        if kept is not None:
            return kept
        if self._failures > seen and self._failure:
            raise copy(self._failure)
        rest = self._not_before - self._clock()
        if rest > 0:
            yield Sleep(rest)
        try:
            self._token = _read((yield from self._fetch(self._call())), self._clock())
        except OKRError as error:
            error.carried_out = False  # what the token was wanted for has not even been sent
            self._failures, self._failure = self._failures + 1, error
            self._rest(error)
            raise
        self._in_vain, self._not_before = 0, 0.0
        return self._token.secret

    def _rest(self, error: OKRError) -> None:
        if error.retryable and self._retries.times:
            self._in_vain += 1
            self._not_before = self._clock() + self._retries.pause(self._in_vain)

    def _kept(self, refused: Secret | None) -> Secret | None:
        token = self._token
        if token is None or token.secret is refused or self._clock() >= token.until:
            return None
        return token.secret

    def _call(self) -> Call[Any]:
        body = {"app_id": self._app_id, "app_secret": self._app_secret.reveal()}
        return Call(TOKEN, lambda answer: answer, body=body)


def _read(answer: Any, now: float) -> Token:
    """Read the token; its last tenth, five minutes at most, is left unused."""
    token, expire = answer.get("tenant_access_token"), answer.get("expire")
    if not isinstance(token, str) or not is_token(token) or not isinstance(expire, int | float):
        raise ContractBroken(f"{TOKEN}: the answer has no token or no expire", operation=TOKEN, http_status=200)
    return Token(Secret(token), now + expire - min(_MARGIN, expire / 10))
