"""Tokens: one request for however many calls need one, once more when one is refused, nothing of them shown."""

import asyncio
import itertools
import logging
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import httpx2
import orjson
import pytest

from feishu_okr import (
    AsyncOKRClient,
    ContractBroken,
    OKRClient,
    OKRError,
    Retries,
    ServerError,
    TokenInvalid,
    Unreachable,
)
from feishu_okr.client.action import Alone, Flow, Sleep
from feishu_okr.client.auth import Auth
from feishu_okr.client.call import Call, having
from feishu_okr.client.course import Course
from feishu_okr.client.secret import Secret
from tests.conftest import TENANT_TOKEN
from tests.feishu_okr.client.conftest import (
    QUICK,
    Answers,
    Clients,
    record,
    refused,
    report,
    sent,
    success,
    token_answer,
)

CALLS = 50
EXPIRED = 99991663


class Service:
    """Answers calls that carry its newest token and counts what it is asked for.

    Args:
        wait: waits while a token is made, so that all calls meet there.
    """

    def __init__(self, wait: float = 0.0) -> None:
        self.issued = 0
        self.refused = 0
        self._wait = wait
        self._lock = threading.Lock()

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a call."""
        with self._lock:
            if request.url.path == TENANT_TOKEN:
                self.issued += 1
                time.sleep(self._wait)
                return token_answer(f"t-{self.issued}")
            if request.headers["Authorization"] == f"Bearer t-{self.issued}":
                return record()
            self.refused += 1
            return refused(EXPIRED, msg="Invalid access token for authorization.")

    async def later(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a call of an event loop, which goes on meanwhile."""
        await asyncio.sleep(self._wait)
        return self(request)

    def expire(self) -> None:
        """Let no token be valid that was issued so far."""
        self.issued += 1


def test_threads_share_one_request_for_a_token() -> None:
    """Fifty threads that start without a token, and later with an expired one, make one token request each time."""
    service = Service(wait=0.01)
    with (
        OKRClient("app", "s", transport=httpx2.MockTransport(service), base_url="http://okr.test") as client,
        ThreadPoolExecutor(CALLS) as pool,
    ):
        barrier = threading.Barrier(CALLS)

        def call(_: int) -> Any:
            barrier.wait()
            return client.progress_records.get("1")

        assert len(list(pool.map(call, range(CALLS)))) == CALLS
        assert (service.issued, service.refused) == (1, 0)
        service.expire()
        assert len(list(pool.map(call, range(CALLS)))) == CALLS
        assert service.issued == 3  # one before, one that expired everything, one now
        assert service.refused >= 1


def test_tasks_share_one_request_for_a_token() -> None:
    """Fifty tasks that start without a token, and later with an expired one, make one token request each time."""
    service = Service(wait=0.001)

    async def main() -> None:
        transport = httpx2.MockTransport(service.later)
        async with AsyncOKRClient("app", "s", transport=transport, base_url="http://okr.test") as client:
            await asyncio.gather(*(client.progress_records.get("1") for _ in range(CALLS)))
            assert (service.issued, service.refused) == (1, 0)
            service.expire()
            await asyncio.gather(*(client.progress_records.get("1") for _ in range(CALLS)))
            assert (service.issued, service.refused) == (3, CALLS)

    asyncio.run(main())


def test_a_cancelled_request_for_a_token_is_taken_over() -> None:
    """When the task that fetches the token is cancelled, the next one that waits fetches it."""
    service = Service(wait=0.01)

    async def main() -> None:
        transport = httpx2.MockTransport(service.later)
        async with AsyncOKRClient("app", "s", transport=transport, base_url="http://okr.test") as client:
            first, *others = [asyncio.create_task(client.progress_records.get("1")) for _ in range(5)]
            await asyncio.sleep(0.001)
            first.cancel()
            assert len(await asyncio.gather(*others)) == 4
            assert first.cancelled()

    asyncio.run(main())
    assert service.issued == 1


def test_who_waits_learns_of_the_failure() -> None:
    """When no token is to be had, the calls that wait for the same request fail with it instead of asking each."""
    asked = itertools.count()

    async def handle(request: httpx2.Request) -> httpx2.Response:
        next(asked)
        await asyncio.sleep(0.01)
        return refused(10014, 200, "app secret invalid")

    async def main() -> list[Any]:
        transport = httpx2.MockTransport(handle)
        async with AsyncOKRClient("app", "s", transport=transport, base_url="http://okr.test") as client:
            calls = (client.progress_records.get("1") for _ in range(CALLS))
            failed: list[Any] = await asyncio.gather(*calls, return_exceptions=True)
            return failed

    errors = asyncio.run(main())
    assert {type(error) for error in errors} == {TokenInvalid}
    assert next(asked) == 1


def test_a_refused_token_is_fetched_anew_once(clients: Clients) -> None:
    """A token that is refused is replaced once; when the new one is refused too, the refusal is raised."""
    seen: list[str] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.url.path)
        return token_answer(f"t-{len(seen)}") if request.url.path == TENANT_TOKEN else refused(EXPIRED)

    do = clients.make(transport=httpx2.MockTransport(handle), base_url="http://okr.test")
    with pytest.raises(TokenInvalid) as caught:
        do(lambda client: client.progress_records.create(**report()))
    assert [path == TENANT_TOKEN for path in seen] == [True, False, True, False]
    assert caught.value.code == EXPIRED


def test_a_token_may_end_again_later() -> None:
    """A token is renewed once for each time that it ends, also when one call, which waits in between, sees two ends."""
    old, new = Secret("old"), Secret("new")
    course = Course(Call("okr.v1.progress_record.get", having(), {"progress_id": "1"}), QUICK)
    ended, busy = TokenInvalid("", retryable=True), ServerError("", retryable=True)
    assert course.pause(ended, old, renewable=True) == 0  # `new` was there already, fetched by another call
    assert course.pause(ended, new, renewable=True) == 0
    newer = Secret("newer")
    assert course.pause(busy, newer, renewable=True) > 0
    assert course.pause(ended, newer, renewable=True) == 0
    with pytest.raises(TokenInvalid):
        course.pause(ended, Secret("newest"), renewable=True)


def test_a_token_is_kept_while_it_lives() -> None:
    """A token is used until the last tenth of its life, five minutes at most; one without a life serves its call."""
    now = 0.0
    lives = iter([0, 100, 7200, 7200])

    def fetch(call: Call[Any]) -> Flow[Any]:
        yield Sleep(0)
        life = next(lives)
        return {"tenant_access_token": f"t-{life}-{now:g}", "expire": life}

    auth = Auth("app", "secret", fetch, Retries(), clock=lambda: now)
    used = []
    for moment in (0, 0, 89, 90, 90 + 6899, 90 + 6900):
        now = float(moment)
        used.append(finish(auth.token()).reveal())
    assert used == ["t-0-0", "t-100-0", "t-100-0", "t-7200-90", "t-7200-90", "t-7200-6990"]


def finish(flow: Flow[Secret], slept: list[float] | None = None) -> Secret:
    """Carry out a flow that needs nothing of the world but time, and note how long it would have slept."""
    result: Any = None
    while True:
        try:
            action = flow.send(result)
        except StopIteration as end:
            found: Secret = end.value
            return found
        if isinstance(action, Sleep) and slept is not None:
            slept.append(action.seconds)
        result = finish(action.flow, slept) if isinstance(action, Alone) else None


@pytest.mark.parametrize(
    ("failure", "retries", "least"),
    [
        (Unreachable("", retryable=True), Retries(), [0.5, 1.0, 2.0, 0.5]),
        (Unreachable("", retryable=True), Retries(times=0), []),
        (TokenInvalid("", code=10014), Retries(), []),
    ],
    ids=["down", "nothing is repeated", "never"],
)
def test_a_gateway_that_is_down_is_left_in_peace(failure: OKRError, retries: Retries, least: list[float]) -> None:
    """Calls that follow one that got no token wait before they ask, longer each time, until one is given."""
    outcomes = iter([failure, failure, failure, None, failure, None])

    def fetch(_: Call[Any]) -> Flow[Any]:
        yield from ()
        outcome = next(outcomes)
        if outcome:
            raise outcome
        return {"tenant_access_token": "t-1", "expire": 0}

    auth = Auth("app", "secret", fetch, retries, clock=lambda: 0.0)
    slept: list[float] = []
    for _ in range(6):
        with suppress(OKRError):
            finish(auth.token(), slept)
    assert len(slept) == len(least)
    assert all(low <= seconds <= low + 0.5 for low, seconds in zip(least, slept, strict=True))


def test_a_users_token_is_used_where_it_may_be(clients: Clients) -> None:
    """A person's token is sent to operations that take one, the app's to the others; the client never renews it."""
    used: dict[str, str] = {}

    def handle(request: httpx2.Request) -> httpx2.Response:
        used[request.url.path.rsplit("/", 1)[-1]] = request.headers["Authorization"]
        return success(period_rules=[], progress_id="7")

    do = clients.answered(handle, user_access_token="u-1")
    do(lambda client: client.progress_records.get("7"))
    do(lambda client: client.period_rules.list())
    assert used == {"7": "Bearer u-1", "period_rules": "Bearer t-made-up"}
    do = clients.answered(lambda _: refused(99991668), user_access_token="u-1")
    with pytest.raises(TokenInvalid):
        do(lambda client: client.progress_records.get("7"))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda _: refused(10014, 200, "app secret invalid"), TokenInvalid),
        (lambda _: refused(2200, 200, "Internal Error"), ServerError),
        (lambda _: httpx2.Response(502, html="<h1>502</h1>"), Unreachable),
        (lambda _: refused(99991663, 400), TokenInvalid),
        (lambda _: token_answer("t-\x80"), ContractBroken),
    ],
)
def test_without_a_token_nothing_was_written(clients: Clients, answer: Answers, kind: type[OKRError]) -> None:
    """A create that gets no token fails with the reason and is not in doubt: it was never sent."""
    do = clients.make(transport=httpx2.MockTransport(answer), base_url="http://okr.test")
    with pytest.raises(kind) as caught:
        do(lambda client: client.progress_records.create(**report()))
    assert not caught.value.carried_out


def test_secrets_are_shown_nowhere(clients: Clients, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the app's secret nor a token is in a repr, a log at any level, an error, its chain or its attributes."""
    caplog.set_level(logging.DEBUG)
    secret, token = "dskLLdkasdjlasdKK", "t-7f1bcd13fc57d46bac21793a18e560"

    def handle(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == TENANT_TOKEN:
            assert sent(request)["app_secret"] == secret
            return token_answer(token)
        if request.method == "GET":
            return refused(EXPIRED)
        raise httpx2.ReadError("connection reset", request=request)

    do = clients.make("app", secret, transport=httpx2.MockTransport(handle), base_url="http://okr.test")
    shown = [do(repr), do(lambda client: repr(vars(client))), do(lambda client: repr(vars(client._core)))]
    shown.append(do(lambda client: repr(vars(client._core._auth))))
    for act in (
        lambda client: client.progress_records.get("1"),
        lambda client: client.progress_records.create(**report()),
    ):
        with pytest.raises(OKRError) as caught:
            do(act)
        shown.append("".join(traceback.format_exception(caught.value)))
        error: BaseException | None = caught.value
        while error:
            shown.append(f"{error!r} {vars(error)}")
            frames = traceback.TracebackException.from_exception(error, capture_locals=True).stack
            shown += [str(frame.locals) for frame in frames if "/tests/" not in frame.filename]
            error = error.__cause__ or error.__context__
    assert caplog.records
    everything = " ".join([*shown, caplog.text])
    assert secret not in everything
    assert token not in everything


def test_a_wrong_secret_is_not_shown_by_the_check(clients: Clients) -> None:
    """When the app's id breaks the contract the error names the place and no value."""
    do = clients.make("no app!", "dskLLdkasdjlasdKK", base_url="http://127.0.0.1:1", retries=QUICK)
    with pytest.raises(OKRError, match="body/app_id") as caught:
        do(lambda client: client.period_rules.list())
    assert orjson.dumps(caught.value.field_violations).count(b"value") == 0  # type: ignore[attr-defined]
