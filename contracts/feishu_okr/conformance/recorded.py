"""A recording as a target: each call gets what was answered when it was recorded."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import orjson

from feishu_okr.conformance.target import ADMIN, AGENT
from feishu_okr.conformance.wire import Answer, Request
from feishu_okr.recording import Exchange, Recording, read_recording, restored

PREFIX = "recording:"
_VOLATILE = re.compile(r"[0-9]{16,20}|cli_[A-Za-z0-9_-]+|o[un]_[0-9A-Za-z]+|verify-[0-9a-f]+-[0-9]+|recorded[-\w ]*")
_AGENT = re.compile(rf"{AGENT} \((\S+) [0-9]+\)")
_SUCCESS = 200


class NotRecordedError(AssertionError):
    """The recording holds no such call, or no further answer to it."""


class RecordedWire:
    """Answers calls with a recording.

    Calls of the suite say which case they belong to. A case that was recorded is played as it was then, call by call.
    Any other call gets the answer to an equal call of somebody who showed the same token; volatile ids do not count.

    Args:
        folder: the recording.

    Raises:
        RecordingError: it is none.
    """

    def __init__(self, folder: Path) -> None:
        self._loose: list[Exchange] = []
        self._tokens: list[Exchange] = []
        runs: dict[str, list[Exchange]] = {}
        for exchange in read_recording(folder).exchanges:
            agent = exchange.header("user-agent")
            (runs.setdefault(agent, []) if _AGENT.fullmatch(agent) else self._loose).append(exchange)
            if exchange.answer["status"] == _SUCCESS and "auth" in exchange.operation:
                self._tokens.append(exchange)
        self._runs: dict[str, list[list[Exchange]]] = {}
        for agent, exchanges in runs.items():
            self._runs.setdefault(_case(agent), []).append(exchanges)
        self._playing: dict[str, list[Exchange]] = {}

    def send(self, request: Request) -> Answer:
        """Give the recorded answer.

        Args:
            request: the call.

        Raises:
            NotRecordedError: there is none.
        """
        case = _case(request.agent)
        found = self._of_case(case, request) if case in self._runs else self._like(request)
        if found is not None:
            headers = {name.lower(): value for name, value in found.answer["headers"]}
            return Answer(found.answer["status"], headers, restored(found, request.body), request)
        if request.path == f"{ADMIN}/version":
            return Answer(404, {}, b"", request)
        call = request.operation or f"{request.method} {urlsplit(request.path).path}"
        raise NotRecordedError(f"not recorded: {call}")

    def close(self) -> None:
        """Nothing is open."""

    def _of_case(self, case: str, request: Request) -> Exchange | None:
        """Give the next answer of a case; played a second time, it is answered from its last run once more."""
        if request.agent not in self._playing:
            runs = self._runs[case]
            self._playing[request.agent] = list(runs.pop(0) if len(runs) > 1 else runs[0])
        left = self._playing[request.agent]
        asked = (request.method, _place(request.path))
        if found := _take(left, lambda one: (one.request["method"], _place(one.address)) == asked):
            return found
        return self._token(request)

    def _like(self, request: Request) -> Exchange | None:
        """Give the next answer to an equal call of the same caller."""
        shown = next((value for name, value in request.headers if name.lower() == "authorization"), "")
        asked = (request.operation, request.method, _place(request.path), _content(request.body))

        def is_like(one: Exchange) -> bool:
            content = (one.operation, one.request["method"], _place(one.address), _content(one.sent))
            return content == asked and one.header("authorization") == shown

        return self._token(request) or _take(self._loose, is_like)

    def _token(self, request: Request) -> Exchange | None:
        """Give a caller the token it needs; the last one serves all later callers."""
        if request.purpose != "login":
            return None
        wanted = _code(request.body)
        found = [one for one in self._tokens if one.operation == request.operation and _code(one.sent) == wanted]
        if len(found) > 1:
            self._tokens.remove(found[0])
        return found[0] if found else None


def cases_of(recording: Recording) -> set[str]:
    """Name the cases of the suite whose calls a recording holds.

    Args:
        recording: what was recorded.
    """
    return {_case(exchange.header("user-agent")) for exchange in recording.exchanges} - {""}


def _take(left: list[Exchange], fits: Callable[[Exchange], bool]) -> Exchange | None:
    for index, exchange in enumerate(left):
        if fits(exchange):
            return left.pop(index)
    return None


def _case(agent: str) -> str:
    """Name the case that a call belongs to, "" for none."""
    found = _AGENT.fullmatch(agent)
    return found[1] if found else ""


def _place(address: str) -> tuple[str, Iterable[str]]:
    """Say where a call goes, without what differs between runs."""
    parts = urlsplit(address)
    return _VOLATILE.sub("*", parts.path), sorted(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))


def _content(body: bytes | None) -> str:
    try:
        text = orjson.dumps(orjson.loads(body or b"null"), option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONDecodeError:
        text = (body or b"").decode("utf-8", "replace")
    return _VOLATILE.sub("*", text)


def _code(body: bytes | None) -> str:
    """Give the authorization code that a token is asked for with, "" for none."""
    try:
        value = orjson.loads(body or b"null")
    except orjson.JSONDecodeError:
        return ""
    return str(value.get("code", "")) if isinstance(value, dict) else ""
