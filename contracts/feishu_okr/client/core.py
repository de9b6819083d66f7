"""What both clients are inside: decides what is sent, again or once, and does none of it."""

import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx2

from feishu_okr.client.action import Answer, Flow, Send, Sleep
from feishu_okr.client.agreement import agreement
from feishu_okr.client.auth import Auth
from feishu_okr.client.call import Call
from feishu_okr.client.cooldown import Cooldown
from feishu_okr.client.course import Course
from feishu_okr.client.errors import OKRError, RateLimited
from feishu_okr.client.limiter import Limiter
from feishu_okr.client.progress_records import CREATE
from feishu_okr.client.reconcile import Writer
from feishu_okr.client.secret import Secret
from feishu_okr.client.settings import Reconcile, Retries
from feishu_okr.client.wire import build, read, unreachable

T = TypeVar("T")
_NO_TOKEN = Secret("")
_log = logging.getLogger("feishu_okr.client")


class Core:
    """The decisions of a client.

    Args:
        app_id: id of the app.
        app_secret: its secret.
        base_url: address of the API; that of the brand if None.
        brand: `feishu` or `lark`.
        timeout: seconds by phase.
        retries: how calls are repeated.
        reconcile: how a create whose answer is lost is looked for; None to leave that to the caller.
        user_access_token: token of a person, for the operations that take one.
        rate: calls of an operation in a time, such as `100/min`; None for any number.
        check: whether calls are checked against the contract before they are sent.
    """

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        *,
        base_url: str | None,
        brand: str,
        timeout: Mapping[str, float | None],
        retries: Retries,
        reconcile: Reconcile | None,
        user_access_token: str | None,
        rate: str | None,
        check: bool,
    ) -> None:
        self.retries = retries
        self._brand = brand
        self._base_url = base_url
        self._timeout = timeout
        self._auth = Auth(app_id, app_secret, self._fetch_token, retries)
        self._user_token = Secret(user_access_token) if user_access_token else None
        self._date: tuple[str, float] | None = None
        self._writer = Writer(reconcile, retries.times, self._repeat, self._now) if reconcile else None
        self._limiter = Limiter(rate) if rate else None
        self._cooldown = Cooldown()
        self._check = check

    @property
    def base_url(self) -> str:
        """Address of the API."""
        return self._base_url or agreement().server(self._brand)

    def perform(self, call: Call[T]) -> Flow[T]:
        """Carry out a call, as often as it takes and is safe.

        Args:
            call: the call.

        Raises:
            OKRError: it failed.
        """
        if self._check:
            agreement().check(call)
        if self._writer and call.operation == CREATE:
            record: T = yield from self._writer.write(call)
            return record
        return (yield from self._repeat(call))

    def _repeat(self, call: Call[T]) -> Flow[T]:
        course = Course(call, self.retries)
        while True:
            token = yield from self._token(call, course.refused)
            try:
                return (yield from self._send(call, token, course))
            except OKRError as error:
                if course.is_done(error):
                    return call.read({})
                if isinstance(error, RateLimited):
                    self._cooldown.heed(call.operation, error)
                renewable = token not in (self._user_token, _NO_TOKEN)
                seconds = course.pause(error, token, renewable=renewable)
                _log.info("%s again in %.2f s: %s", call.operation, seconds, error)
            if seconds:
                yield Sleep(seconds)

    def _token(self, call: Call[Any], refused: Secret | None) -> Flow[Secret]:
        operation = agreement().operation(call.operation)
        if operation.issues_tokens:
            return _NO_TOKEN
        if self._user_token and "user" in operation.tokens:
            return self._user_token
        return (yield from self._auth.token(refused))

    def _fetch_token(self, call: Call[Any]) -> Flow[Any]:
        if self._check:
            agreement().check(call)
        return (yield from self._repeat(call))

    def _send(self, call: Call[T], token: Secret, course: Course) -> Flow[T]:
        yield from self._wait(call, token, course)
        request = build(self.base_url, call, token.reveal(), self._timeout)
        try:
            answer: Answer = yield Send(request)
        except httpx2.RequestError as error:
            # The frames of the transport hold headers; what happened is in the text.
            raise unreachable(call.operation, self.base_url, error) from error.with_traceback(None)
        self._date = (answer.headers.get("date", ""), time.monotonic())
        return read(call, answer)

    def _wait(self, call: Call[Any], token: Secret, course: Course) -> Flow[None]:
        """Wait for the call's turn, and for the end of a rate limit that another call was told of meanwhile."""
        if self._limiter and token is not _NO_TOKEN:
            seconds = self._limiter.reserve(call.operation)
            if seconds > 0:
                yield Sleep(seconds)
        seconds = course.heed(self._cooldown.left(call.operation))
        if seconds > 0:
            yield Sleep(seconds)

    def _now(self) -> datetime:
        """Tell the service's time from its last answer; this machine's where it did not say."""
        if self._date is None:
            return datetime.now(UTC)
        header, seen = self._date
        try:
            date = parsedate_to_datetime(header)
            return date.replace(tzinfo=date.tzinfo or UTC) + timedelta(seconds=time.monotonic() - seen)
        except ValueError:
            return datetime.now(UTC)
