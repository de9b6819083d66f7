"""The guarded transport: what every call of a live run goes through on its way, and its answer on the way back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx2

from feishu_okr.conformance.budget import Budget
from feishu_okr.conformance.fence import CREATE, DELETE, UPDATE, UPLOAD, Fence
from feishu_okr.conformance.pace import Pace
from feishu_okr.conformance.tag import tagged, untagged
from feishu_okr.conformance.writeahead import WriteAhead

TOO_MANY = 429
MOST_TRIES = 4
"""How often a call is made that is refused for too many calls."""


@dataclass
class GuardedTransport(httpx2.BaseTransport):
    """Fences, counts, paces, tags and writes down.

    Args:
        inner: sends.
        fence: says which calls may be made.
        budget: counts them.
        pace: spreads them.
        file: what is written is written down here first.
        tag: stands in the text of every record.
        images: images uploaded, which nobody can take back.
        authors: `Authorization` of the call that wrote each record; in memory only.
    """

    inner: httpx2.BaseTransport
    fence: Fence
    budget: Budget
    pace: Pace
    file: WriteAhead
    tag: str
    images: int = 0
    authors: dict[str, str] = field(default_factory=dict, repr=False)
    _is_cleaning: bool = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a call, if it may be made.

        Args:
            request: the call.

        Raises:
            GuardError: it may not.
        """
        request.read()
        operation = self.fence.operation(request)
        self.fence.check(request)
        if self._is_cleaning:
            return self._sent(request, operation)
        if operation in (CREATE, UPDATE):
            request = _with_body(request, tagged(request.content, self.tag))
        return _untagged(self._sent(request, operation), self.tag)

    def close(self) -> None:
        """Close the connections."""
        self.inner.close()

    @contextmanager
    def cleaning(self) -> Iterator[None]:
        """Let calls pass that take back what the run wrote: no budget holds them, and answers show their tags."""
        self._is_cleaning = True
        try:
            yield
        finally:
            self._is_cleaning = False

    def _sent(self, request: httpx2.Request, operation: str) -> httpx2.Response:
        """Send, and send again where the target asks to come back later: such a call was not carried out."""
        for _ in range(MOST_TRIES):
            answer = self._sent_once(request, operation)
            if answer.status_code != TOO_MANY:
                break
            self.pace.obey({name.lower(): value for name, value in answer.headers.items()})
        return answer

    def _sent_once(self, request: httpx2.Request, operation: str) -> httpx2.Response:
        if self._is_cleaning:
            self.budget.cleanup += 1
        else:
            self.budget.spend(operation, is_write=self.fence.is_write(request))
        self.pace.wait(operation)
        if operation == CREATE:
            self.file.create(str(_json(request.content).get("target_id", "")))
        answer = self.inner.handle_request(request)
        answer.read()
        self.pace.time.pass_call()
        self._note(operation, request, answer)
        return answer

    def _note(self, operation: str, request: httpx2.Request, answer: httpx2.Response) -> None:
        """Note what an answer says was written or deleted; after an unclear one a create stays unsure."""
        value = _json(answer.content)
        is_done = answer.status_code == httpx2.codes.OK and value.get("code") == 0
        if operation == CREATE and answer.status_code < httpx2.codes.INTERNAL_SERVER_ERROR:
            self._note_create(request, value.get("data") if is_done else None)
        elif operation == DELETE and is_done:
            self.file.deleted(request.url.path.rstrip("/").rpartition("/")[2])
        elif operation == UPLOAD and is_done:
            self.images += 1

    def _note_create(self, request: httpx2.Request, data: object) -> None:
        progress_id = str(data.get("progress_id", "")) if isinstance(data, dict) else ""
        self.file.answered(progress_id)
        if progress_id:
            self.fence.own.add(progress_id)
            self.authors[progress_id] = request.headers.get("authorization", "")


def _with_body(request: httpx2.Request, body: bytes) -> httpx2.Request:
    if body == request.content:
        return request
    headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"content-length"]
    return httpx2.Request(request.method, request.url, headers=headers, content=body, extensions=request.extensions)


def _untagged(answer: httpx2.Response, tag: str) -> httpx2.Response:
    body = untagged(answer.content, tag)
    if body == answer.content:
        return answer
    dropped = (b"content-length", b"content-encoding", b"transfer-encoding")
    headers = [(name, value) for name, value in answer.headers.raw if name.lower() not in dropped]
    return httpx2.Response(answer.status_code, headers=headers, content=body, extensions=answer.extensions)


def _json(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
