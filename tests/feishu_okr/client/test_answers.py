"""Answers of any form: whatever comes back, a call ends, and what it raises is the client's own error."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feishu_okr import OKRClient, OKRError, Reconcile, Retries
from tests.conftest import TENANT_TOKEN
from tests.feishu_okr.client.conftest import report, token_answer

MOST_CALLS = 200
HASTY = Retries(times=1, first=0.0, longest=0.0, patience=0.2)
ACTS: list[Callable[[OKRClient], Any]] = [
    lambda client: client.progress_records.create(**report()),
    lambda client: client.progress_records.get("1"),
    lambda client: client.progress_records.update("1", content={"blocks": []}),
    lambda client: client.progress_records.delete("1"),
    lambda client: client.images.upload(b"GIF89a", target_id="1", target_type=2),
    lambda client: list(client.periods.list()),
    lambda client: list(client.users.okrs("ou_1")),
    lambda client: client.okrs.batch_get(["1"]),
    lambda client: client.period_rules.list(),
    lambda client: list(client.objectives.progresses("1")),
    lambda client: client.key_results.get("1"),
    lambda client: client.reviews.query(user_ids=["ou_1"], period_ids=["1"]),
]
KEYS = [
    "items", "has_more", "page_token", "okr_list", "total", "progress_id", "file_token", "url", "id", "create_time",
    "content", "objective", "key_result", "review_list", "period_rules", "field_violations", "permission_violations",
    "log_id", "blocks", "field", "description", "value", "subject",
]  # fmt: skip
CODES = [0, 0, 0, 1001001, 1009999, 99991400, 99991663, 5, "x", True, None]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("1795638447722")
VALUES = st.recursive(
    LEAVES,
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.sampled_from(KEYS), parts, max_size=6),
    max_leaves=12,
)
ENVELOPES = st.fixed_dictionaries(
    {"code": st.sampled_from(CODES), "data": VALUES},
    optional={"msg": LEAVES, "error": VALUES, "tenant_access_token": LEAVES, "expire": LEAVES},
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "date": st.sampled_from(["x", "Thu, 26 Nov 2026 13:00:00", "Mon, 01 Jan 0001 00:00:00 +1400"]),
        "retry-after": st.sampled_from(["-1", "nan", "inf", "0", "0x1", "Thu"]),
        "content-type": st.sampled_from(["text/html", "application/json", "x"]),
    },
)
STATUSES = st.sampled_from([200, 200, 200, 204, 302, 400, 429, 500, 502])
ANSWERS = st.lists(st.tuples(STATUSES, ENVELOPES | VALUES, HEADERS), min_size=1, max_size=5)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    act=st.sampled_from(ACTS),
    answers=ANSWERS,
    has_token=st.booleans(),
    is_lost=st.booleans(),
    on_ambiguous=st.sampled_from(["raise", Reconcile(settle=0.0)]),
)
def test_any_answer(
    act: Callable[[OKRClient], Any], answers: Any, has_token: bool, is_lost: bool, on_ambiguous: Any
) -> None:
    """However wrong the answers are, token route included, no call goes on for ever or leaks an error of Python's."""
    calls = 0

    def handle(request: httpx2.Request) -> httpx2.Response:
        nonlocal calls
        if has_token and request.url.path == TENANT_TOKEN:
            return token_answer()
        calls += 1
        if calls > MOST_CALLS:
            pytest.fail("it goes on for ever")
        if is_lost and calls == 1:
            raise httpx2.ReadTimeout("lost", request=request)
        status, value, headers = answers[calls % len(answers)]
        return httpx2.Response(status, content=json.dumps(value).encode(), headers=headers)

    options: dict[str, Any] = {"retries": HASTY, "on_ambiguous": on_ambiguous}
    client = OKRClient("a", "s", base_url="http://x", transport=httpx2.MockTransport(handle), **options)
    with client, contextlib.suppress(OKRError):
        act(client)
