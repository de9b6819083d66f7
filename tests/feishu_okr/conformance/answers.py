"""Answers for tests."""

from typing import Any

import orjson

from feishu_okr.conformance.wire import Answer, Request

LOG_ID = "20261015120000" + "0123456789ABCDEF0123"
GET = "okr.v1.progress_record.get"
HEADERS = {"content-type": "application/json; charset=utf-8", "x-tt-logid": LOG_ID, "x-request-id": "r"}


def answer(
    body: Any, status: int = 200, operation: str = GET, method: str = "GET", sent: Any = None, **headers: str
) -> Answer:
    """Make an answer; a header is named with underscores, and empty where it is to be missing."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kept = {name: value for name, value in (HEADERS | named).items() if value}
    request = Request(
        method, "/open-apis/x?code=secret-code", (), orjson.dumps(sent) if sent else None, "read", operation
    )
    data = body if isinstance(body, bytes) else orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    return Answer(status, kept, data, request)
