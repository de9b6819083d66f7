"""A recording as a target: each call gets what was answered when it was recorded."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from feishu_okr.conformance.target import ADMIN
from feishu_okr.conformance.wire import Answer, Request
from feishu_okr.recording import Exchange, read_recording

PREFIX = "recording:"
_VOLATILE = re.compile(r"[0-9]{16,20}|cli_[A-Za-z0-9_-]+|o[un]_[0-9A-Za-z]+|verify-[0-9a-f]+-[0-9]+|recorded[-\w ]*")


class NotRecordedError(AssertionError):
    """The recording holds no such call, or no further answer to it."""


class RecordedWire:
    """Answers calls with a recording: the next exchange of the operation that asked the same; ids do not count.

    Args:
        folder: the recording.

    Raises:
        RecordingError: it is none.
    """

    def __init__(self, folder: Path) -> None:
        self._left = list(read_recording(folder).exchanges)

    def send(self, request: Request) -> Answer:
        """Give the recorded answer.

        Args:
            request: the call.

        Raises:
            NotRecordedError: there is none.
        """
        wanted = _key(request.operation, request.method, request.path, request.body)
        found = [exchange for exchange in self._left if _recorded_key(exchange) == wanted]
        for exchange in found[:1]:
            if request.purpose != "token" or len(found) > 1:  # the last token serves all later cases
                self._left.remove(exchange)
            headers = {name.lower(): value for name, value in exchange.answer["headers"]}
            return Answer(exchange.answer["status"], headers, exchange.body, request)
        if request.path == f"{ADMIN}/version":
            return Answer(404, {}, b"", request)
        raise NotRecordedError(f"the recording holds no such call of {request.operation or request.method}")

    def close(self) -> None:
        """Nothing is open."""


def _recorded_key(exchange: Exchange) -> tuple[Any, ...]:
    asked: Mapping[str, Any] = exchange.request
    query = "&".join(f"{name}={value}" for name, value in asked["query"])
    return _key(exchange.operation, asked["method"], f"{asked['path']}?{query}", exchange.sent)


def _key(operation: str, method: str, path: str, body: bytes | None) -> tuple[Any, ...]:
    """Say what was asked, without what differs between runs."""
    address = urlsplit(path)
    query = sorted(name for name, _ in parse_qsl(address.query, keep_blank_values=True))
    try:
        shown = orjson.dumps(orjson.loads(body or b"null"), option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONDecodeError:
        shown = (body or b"").decode("utf-8", "replace")
    if operation.startswith("auth"):
        shown = ""
    return operation, method, _VOLATILE.sub("*", address.path), tuple(query), _VOLATILE.sub("*", shown)
