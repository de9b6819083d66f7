"""What is sent again after each kind of failure, for calls that may be repeated and for those that may not."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_okr import (
    Ambiguous,
    ContractBroken,
    NoPermission,
    OKRDataNotFound,
    OKRError,
    RateLimited,
    Refused,
    Retries,
    ServerError,
    Unreachable,
)
from feishu_okr.client.call import Call, having
from feishu_okr.client.course import Course
from feishu_okr.client.secret import Secret
from tests.feishu_okr.client.conftest import Answers, Clients, content, refused, report, success

Act = Callable[[Any], Any]
TOKEN = Secret("t")
RETRIES = Retries(times=3, first=0.5, longest=2.0, patience=100.0)


def fails(kind: type[httpx2.TransportError]) -> Answers:
    """Fail on the way."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        raise kind("broken", request=request)

    return answer


def page(status: int) -> Answers:
    """Answer with the page of a web server."""
    return lambda _: httpx2.Response(status, html="<h1>Gateway</h1>")


def no(code: int, status: int, **headers: str) -> Answers:
    """Refuse."""
    return lambda _: refused(code, status, **headers)


JSON = {"content-type": "application/json; charset=utf-8"}
IN_DOUBT = {
    "read error": (fails(httpx2.ReadError), Unreachable),
    "read time-out": (fails(httpx2.ReadTimeout), Unreachable),
    "write error": (fails(httpx2.WriteError), Unreachable),
    "no answer": (fails(httpx2.RemoteProtocolError), Unreachable),
    "page 502": (page(502), Unreachable),
    "page 504": (page(504), Unreachable),
    "service failed": (no(1009999, 500), ServerError),
    "overloaded": (no(2200, 400), ServerError),
    "unknown code": (no(4711, 503), ServerError),
    "no JSON": (lambda _: httpx2.Response(200, text='{"code":0,"da'), ContractBroken),
    "damaged refusal": (lambda _: httpx2.Response(400, content=b'{"code":', headers=JSON), ContractBroken),
    "no code": (lambda _: httpx2.Response(200, json=["code"]), ContractBroken),
    "no data": (lambda _: httpx2.Response(200, json={"code": 0, "msg": "success"}), ContractBroken),
    "0 and 500": (lambda _: httpx2.Response(500, json={"code": 0, "msg": "success"}), ContractBroken),
}
"""Failures after which a call may have been carried out, and what a call that may be repeated fails with in the end."""
UNSENT = {
    "no connection": fails(httpx2.ConnectError),
    "connect time-out": fails(httpx2.ConnectTimeout),
    "no free connection": fails(httpx2.PoolTimeout),
    "rate limit": no(99991400, 429, **{"x-ogw-ratelimit-reset": "0.01"}),
    "old rate limit": no(99991400, 400, **{"Retry-After": "0.01"}),
}
"""Failures before which nothing was carried out, and which pass by themselves."""
ACTS: dict[str, Act] = {
    "get": lambda client: client.progress_records.get("1"),
    "update": lambda client: client.progress_records.update("1", content=content()),
    "patch": lambda client: client.periods.patch("1", status=3),
    "upload": lambda client: client.images.upload(b"GIF89a", target_id="1", target_type=2),
    "list": lambda client: client.periods.list(),
}
WRITES: dict[str, Act] = {
    "record": lambda client: client.progress_records.create(**report()),
    "period": lambda client: client.periods.create(period_rule_id="1", start_month="2026-01"),
}
EVERYTHING = {"progress_id": "1", "file_token": "box", "url": "http://x/", "items": [], "has_more": False}


class Sequence:
    """Answers with one function after the other, and then as if nothing had been.

    Args:
        answers: the functions.
        last: the answer after them.
    """

    def __init__(self, *answers: Answers, last: httpx2.Response | None = None) -> None:
        self.calls = 0
        self._answers: Iterator[Answers] = iter(answers)
        self._last = last

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a call."""
        request.read()
        self.calls += 1
        answer = next(self._answers, None)
        return answer(request) if answer else self._last or success(**EVERYTHING)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize(
    "failure", [*(one for one, _ in IN_DOUBT.values()), *UNSENT.values()], ids=[*IN_DOUBT, *UNSENT]
)
def test_what_may_be_repeated_is(clients: Clients, act: Act, failure: Answers) -> None:
    """A call that reads, replaces or uploads is sent again after every failure that passes by itself."""
    service = Sequence(failure, failure)
    clients.answered(service, check=False)(act)
    assert service.calls == 3


@pytest.mark.parametrize(("failure", "kind"), IN_DOUBT.values(), ids=IN_DOUBT)
def test_repeating_ends(clients: Clients, failure: Answers, kind: type[OKRError]) -> None:
    """After so many repetitions the last failure is raised, with what is known of it."""
    service = Sequence(*[failure] * 9)
    with pytest.raises(kind) as caught:
        clients.answered(service)(ACTS["get"])
    assert service.calls == 4
    assert (caught.value.operation, caught.value.carried_out) == ("okr.v1.progress_record.get", True)


@pytest.mark.parametrize("act", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize(("failure", "kind"), IN_DOUBT.values(), ids=IN_DOUBT)
def test_a_create_in_doubt_is_not_sent_again(
    clients: Clients, act: Act, failure: Answers, kind: type[OKRError]
) -> None:
    """A create that may have been carried out is sent once; the error says what is known and what caused it."""
    service = Sequence(failure)
    with pytest.raises(Ambiguous) as caught:
        clients.answered(service)(act)
    assert service.calls == 1
    assert type(caught.value.__cause__) is kind
    assert caught.value.since is not None
    assert caught.value.until is not None
    assert caught.value.since <= caught.value.until


def test_an_ambiguous_error_knows_its_record(clients: Clients) -> None:
    """The error of a create in doubt carries target and content, and the log id where an answer had one."""
    answer = no(1009999, 500, **{"X-Tt-Logid": "20261125202803342BD86CA6025633C99E"})
    with pytest.raises(Ambiguous) as caught:
        clients.answered(answer)(WRITES["record"])
    known = (caught.value.target_id, caught.value.target_type, caught.value.content, caught.value.log_id)
    assert known == (report()["target_id"], 3, content(), "20261125202803342BD86CA6025633C99E")


@pytest.mark.parametrize("act", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("failure", UNSENT.values(), ids=UNSENT)
def test_a_create_that_was_not_carried_out_is_sent_again(clients: Clients, act: Act, failure: Answers) -> None:
    """A create that certainly was not carried out is sent again like any other call."""
    service = Sequence(failure, failure)
    clients.answered(service)(act)
    assert service.calls == 3


@pytest.mark.parametrize("act", [*ACTS.values(), *WRITES.values()], ids=[*ACTS, *WRITES])
@pytest.mark.parametrize("failure", [no(1001002, 400), no(4711, 400), no(9499, 400), page(403), page(302)])
def test_what_does_not_pass_is_not_repeated(clients: Clients, act: Act, failure: Answers) -> None:
    """Refusals that no repetition changes, and pages of something in between, are raised at once."""
    service = Sequence(failure)
    with pytest.raises((Refused, Unreachable)) as caught:
        clients.answered(service, check=False)(act)
    assert service.calls == 1
    assert not caught.value.retryable


def test_a_delete_that_was_carried_out_is_done(clients: Clients) -> None:
    """A delete whose answer was lost, and which finds nothing when it is repeated, has succeeded."""
    service = Sequence(fails(httpx2.ReadError), last=refused(1001004))
    assert clients.answered(service)(lambda client: client.progress_records.delete("1")) is None
    assert service.calls == 2
    service = Sequence(fails(httpx2.ConnectError), last=refused(1001004))
    with pytest.raises(OKRDataNotFound):
        clients.answered(service)(lambda client: client.progress_records.delete("1"))


def test_a_limit_that_lasts_too_long_is_raised(clients: Clients) -> None:
    """A rate limit that ends later than the client is patient is raised at once and says when it ends."""
    service = Sequence(no(99991400, 429, **{"x-ogw-ratelimit-reset": "86400"}))
    with pytest.raises(RateLimited) as caught:
        clients.answered(service)(ACTS["get"])
    assert (service.calls, caught.value.retry_after) == (1, 86400)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ogw-ratelimit-reset": "7"}, 7),
        ({"Retry-After": "8"}, 8),
        ({"x-ogw-ratelimit-reset": "7", "Retry-After": "8"}, 7),
        ({"x-ogw-ratelimit-reset": "soon", "Retry-After": "8"}, 8),
        ({"x-ogw-ratelimit-reset": "-1"}, None),
        ({"x-ogw-ratelimit-reset": "nan"}, None),
        ({"x-ogw-ratelimit-reset": "inf"}, None),
        ({"Retry-After": "Wed, 25 Nov 2026 20:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_the_wait_is_the_header(clients: Clients, headers: dict[str, str], seconds: float | None) -> None:
    """The wait is what the vendor's header says, else the usual one; nonsense counts as not said."""
    with pytest.raises(RateLimited) as caught:
        clients.answered(no(99991400, 429, **headers), retries=Retries(patience=0))(ACTS["get"])
    assert caught.value.retry_after == seconds
    error = RateLimited("", retry_after=seconds, retryable=True)
    pause = Course(call(), RETRIES).pause(error, TOKEN, renewable=True)
    assert pause == seconds if seconds is not None else RETRIES.first <= pause <= 2 * RETRIES.first


@given(st.lists(st.floats(0, 60), max_size=20))
def test_patience_is_bounded(waits: list[float]) -> None:
    """A call never waits longer for rate limits in all than its patience, however short the single waits are."""
    course, waited = Course(call(), RETRIES), 0.0
    for seconds in [*waits, *[0.0] * 3000]:
        try:
            waited += course.pause(RateLimited("", retry_after=seconds, retryable=True), TOKEN, renewable=True)
        except RateLimited:
            break
    else:
        raise AssertionError("it never gave up")
    assert waited <= RETRIES.patience


def test_pauses_grow_and_are_drawn() -> None:
    """Pauses double with each failure until the longest one; none is short, and a part of each is drawn."""
    retries = Retries(times=4, first=0.5, longest=4.2)
    drawn: list[list[float]] = [[], [], [], []]
    for _ in range(200):
        course = Course(call(), retries)
        for pauses in drawn:
            pauses.append(course.pause(ServerError("", retryable=True), TOKEN, renewable=True))
    least, most = (0.5, 1.0, 2.0, 4.0), (1.0, 1.5, 2.5, 4.2)
    assert all(low <= min(pauses) for pauses, low in zip(drawn, least, strict=True))
    assert all(max(pauses) <= high for pauses, high in zip(drawn, most, strict=True))
    assert all(len(set(pauses)) > 50 for pauses in drawn)


def test_no_retries(clients: Clients) -> None:
    """A client without retries sends every call once."""
    service = Sequence(no(1009999, 500))
    with pytest.raises(ServerError):
        clients.answered(service, retries=0)(ACTS["get"])
    assert service.calls == 1


def test_nothing_is_judged_by_its_text(clients: Clients) -> None:
    """A refusal is told by its code, whatever its message says."""
    with pytest.raises(NoPermission) as caught:
        clients.answered(lambda _: refused(1001002, 403, "success"))(ACTS["get"])
    assert (caught.value.http_status, caught.value.msg) == (403, "success")


def call() -> Call[Any]:
    return Call("okr.v1.progress_record.get", having(), {"progress_id": "1"})
