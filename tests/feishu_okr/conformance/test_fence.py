"""The fence lets no call pass that could do harm, whatever a test means to do."""

import httpx2
import pytest

from feishu_okr.conformance.budget import Budget, GuardError
from feishu_okr.conformance.fence import Fence
from feishu_okr.conformance.permission import Permission
from feishu_okr.contract import load

HOST = "https://open.feishu.cn"
RECORDS = "/open-apis/okr/v1/progress_records"
MINE, FOREIGN, WRITTEN = "7041430377642082323", "7041430377642082999", "7041430377642080001"


def fence(*targets: str) -> Fence:
    """A fence around targets, in a run that has written a record."""
    built = Fence(Permission("open.feishu.cn", targets), load())
    built.own |= {WRITTEN}
    return built


def call(method: str, path: str, body: bytes = b"", host: str = HOST) -> httpx2.Request:
    """A call with its body read."""
    request = httpx2.Request(method, host + path, content=body)
    request.read()
    return request


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/open-apis/okr/v1/periods", b""),
        ("GET", "/open-apis/okr/v2/objectives/1", b""),
        ("POST", "/open-apis/auth/v3/tenant_access_token/internal", b'{"app_id": "a"}'),
        ("POST", RECORDS, b'{"target_id": "%b"}' % MINE.encode()),
        ("POST", RECORDS, b'{"target_id": "1"}'),
        ("POST", RECORDS + "/", b"not JSON"),
        ("PUT", f"{RECORDS}/{WRITTEN}", b"{}"),
        ("DELETE", f"{RECORDS}/{WRITTEN}/", b""),
        ("DELETE", f"{RECORDS}/7000000000000000001", b""),
    ],
)
def test_what_does_no_harm_passes(method: str, path: str, body: bytes) -> None:
    """Reads, tokens, records on named targets, records of this run and ids that nobody has are let through."""
    fence(MINE).check(call(method, path, body))


@pytest.mark.parametrize(
    ("method", "path", "body", "sentence"),
    [
        ("POST", RECORDS, b'{"target_id": "%b"}' % FOREIGN.encode(), f"write to {FOREIGN}"),
        ("POST", RECORDS, b'{"x": {"targetId": %b}}' % FOREIGN.encode(), f"write to {FOREIGN}"),
        (
            "POST",
            "/open-apis//okr/v1/progress_records",
            b'{"target_id": "%b"}' % FOREIGN.encode(),
            f"write to {FOREIGN}",
        ),
        ("POST", RECORDS, b'{"target_id": "\\u0037041430377642082999"}', f"write to {FOREIGN}"),
        ("POST", RECORDS, b'{"target\\u005fid": "%b"}' % FOREIGN.encode(), f"write to {FOREIGN}"),
        ("POST", RECORDS, b'name="target_id"\r\n\r\n%b\r\n--' % FOREIGN.encode(), f"write to {FOREIGN}"),
        ("DELETE", "/open-apis/okr/v1//progress_records/7041430377642080009", b"", "which this run did not write"),
        ("PUT", f"{RECORDS}/7041430377642080009", b"{}", "which this run did not write"),
        ("DELETE", f"{RECORDS}/7041430377642080009", b"", "which this run did not write"),
        ("POST", "/open-apis/okr/v1/periods", b"{}", "okr.v1.period.create; what that does cannot be taken back"),
        ("PATCH", "/open-apis/okr/v1/periods/1", b"{}", "okr.v1.period.patch"),
        ("DELETE", "/open-apis/okr/v2/objectives/1", b"", "okr.v2.objective.delete"),
        ("POST", "/open-apis/okr/v2/comments", b"{}", "okr.v2.comment.create"),
    ],
)
def test_harm_ends_the_run(method: str, path: str, body: bytes, sentence: str) -> None:
    """Foreign targets and records, and whatever cannot be taken back, end the run with a sentence."""
    with pytest.raises(GuardError, match=sentence):
        fence(MINE).check(call(method, path, body))


@pytest.mark.parametrize("host", ["https://evil.example.com", "http://open.feishu.cn", "https://open.feishu.cn:8443"])
def test_one_host(host: str) -> None:
    """Only the one address is called, by https alone."""
    with pytest.raises(GuardError, match=r"only https://open\.feishu\.cn is allowed"):
        fence(MINE).check(call("GET", "/open-apis/okr/v1/periods", host=host))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_run_that_reads(method: str) -> None:
    """Without a target that may be written to, nothing that could write passes, known or not."""
    for path in (RECORDS, f"{RECORDS}/{WRITTEN}", "/open-apis/okr/v1/new_thing"):
        request = call(method, path)
        if fence().is_write(request):
            with pytest.raises(GuardError, match="in a run that only reads"):
                fence().check(request)
    assert fence().is_write(call(method, "/open-apis/okr/v1/new_thing"))


def test_budgets() -> None:
    """The call after the last that a budget allows is not made; 0 is no bound."""
    budget = Budget(3, 2)
    for is_write in (True, True, False):
        budget.spend("x", is_write=is_write)
    with pytest.raises(GuardError, match="3 requests is spent; raise it with --max-requests"):
        budget.spend("x", is_write=False)
    assert (budget.made, budget.written, dict(budget.calls)) == (3, 2, {"x": 3})
    endless = Budget(0, 1)
    endless.spend("", is_write=True)
    with pytest.raises(GuardError, match="1 writes is spent; raise it with --max-writes"):
        endless.spend("", is_write=True)
