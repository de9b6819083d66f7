"""One operation's story in one function, and what every call that reaches no operation gets."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Any

import orjson
from orjson import Fragment
from starlette.types import Receive, Scope, Send

from feishu_okr.contract import Contract, Operation, Remark, Violation
from okr_mock.call import Call, Handler
from okr_mock.exchange import Exchange, Noted, exchange
from okr_mock.gateway.admission import Admission, Caller
from okr_mock.gateway.envelope import Answer, Refusal, refused, success
from okr_mock.gateway.multipart import read_form
from okr_mock.gateway.request import FORM, MULTIPART, Kinds, Request, receive_request, typed
from okr_mock.journal import NO_WORLD
from okr_mock.journal_file import JournalFile
from okr_mock.store import Changes, Meter, Store
from okr_mock.terminal import Terminal
from okr_mock.world.turn import Turn

logger = logging.getLogger("okr_mock")


@dataclass(frozen=True)
class Emulator:
    """What all endpoints share.

    Args:
        contract: what the API accepts and answers.
        store: where worlds are kept.
        admission: the gateway's door.
        terminal: told of every call once it is committed.
        max_body: largest request body, in bytes.
        max_image: largest image, in bytes.
        journal_file: gets every exchange too, if there is one.
    """

    contract: Contract
    store: Store
    admission: Admission
    terminal: Terminal
    max_body: int
    max_image: int
    journal_file: JournalFile | None = None

    def tell(self, request: Request, turn: Turn, written: Exchange, noted: Noted, answer: Answer | None) -> None:
        """Tell journal file and terminal of a call that is committed.

        Args:
            request: what was asked.
            turn: the call's place.
            written: the call as the journal keeps it.
            noted: what was noticed on the way.
            answer: what was answered; None where the caller left before that.
        """
        if self.journal_file is not None:
            self.journal_file.append(written)
        self.terminal.report(request, turn, answer, noted)


class Endpoint:
    """Answers the calls of one operation; an ASGI application.

    Args:
        operation: what is asked.
        handler: what it does.
        emulator: what all endpoints share.
        quota: calls and seconds of the window they are counted in; None where calls are not counted.
    """

    def __init__(
        self, operation: Operation, handler: Handler, emulator: Emulator, quota: tuple[int, int] | None = None
    ) -> None:
        self._operation = operation
        self._quota = quota
        self._handler = handler
        self._emulator = emulator
        self._name = emulator.admission.applicant if operation.issues_tokens else emulator.admission.caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell the story of a call: name, begin, carry out or refuse, commit, answer; failures of ours are loud."""
        emulator = self._emulator
        request = await receive_request(scope, receive, emulator.max_body)
        started = perf_counter_ns()
        caller = self._name(request)
        full: Refusal | None = None
        try:
            turn = await emulator.store.begin(caller.world, self._meter(caller))
        except Refusal as refusal:
            turn, full = await emulator.store.begin(NO_WORLD), refusal
        effective = emulator.contract.effective(turn.profile)
        call = Call(self._operation, request, caller, turn, effective, emulator.admission, emulator.store)
        call.max_image = emulator.max_image
        answer: Answer | None = None
        changes: Changes = {}
        try:
            if full:
                raise full
            if request.is_complete:
                answer, changes = await self._carry_out(call)
        except Refusal as refusal:
            answer = refused(refusal, effective, turn, self._operation, call.noted.violations)
        except Exception:
            logger.exception("this is a bug of the emulator; log id %s", turn.log_id)
            answer = refused(Refusal("internal_error"), effective, turn, self._operation)
        call.noted.duration_us = (perf_counter_ns() - started) // 1000
        await finish(emulator, turn, request, self._operation, call.noted, answer, changes, scope, send)

    def _meter(self, caller: Caller) -> Meter | None:
        """Say what the call counts against; calls that no app makes are not counted."""
        if self._quota is None or caller.token is None:
            return None
        return Meter((caller.app, self._operation.id), *self._quota)

    async def _carry_out(self, call: Call) -> tuple[Answer, Changes]:
        if call.request.has_slash and not _takes_slash(call):
            raise Refusal("not_found")
        call.person = call.admission.admit(call.caller, self._operation, call.turn)
        rules = call.effective.rules(self._operation.id)
        checked = rules.check(_read(call, rules.kinds))
        call.message, call.noted.violations, call.noted.remarks = checked.message, checked.violations, checked.remarks
        call.noted.is_clean = not (checked.violations or checked.remarks)
        if checked.violations:
            raise _judged(call)
        result = await self._handler(call)
        payload = _payload(self._operation, result.data)
        if mistakes := rules.broken(payload, result.proved[0] if result.proved else ""):
            raise AssertionError(f"our own answer breaks the contract: {'; '.join(mistakes)}")
        if result.proved:
            payload["data"][result.proved[0]] = Fragment(result.proved[1])
        return success(payload, call.effective), result.changes


class NotFound:
    """Answers every call that reaches no operation, in plain text, as live does; an ASGI application.

    Args:
        emulator: what all endpoints share.
        unmodelled: id of the operation that the API has here and we do not, if there is one.
    """

    def __init__(self, emulator: Emulator, unmodelled: str = "") -> None:
        self._emulator = emulator
        text = f"the API has {unmodelled} here, this emulator has not"
        self._remarks = [Remark("not_emulated", "", text)] if unmodelled else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a call."""
        emulator = self._emulator
        request = await receive_request(scope, receive, emulator.max_body)
        try:
            turn = await emulator.store.begin(emulator.admission.caller(request).world)
        except Refusal:  # no room for another world, and none is needed
            turn = await emulator.store.begin(NO_WORLD)
        answer = refused(Refusal("not_found"), emulator.contract.effective(turn.profile), turn)
        await finish(emulator, turn, request, None, Noted(remarks=self._remarks), answer, {}, scope, send)


async def refuse_early(emulator: Emulator, name: str, params: Mapping[str, str]) -> tuple[Turn, Answer]:
    """Refuse what never becomes a call, and write that into the journal; nothing of the bytes is kept.

    Args:
        emulator: what all endpoints share.
        name: name of the refusal in the catalog.
        params: values of the placeholders in its text.
    """
    turn = await emulator.store.begin(NO_WORLD)
    answer = refused(Refusal(name, **params), emulator.contract.effective(turn.profile), turn)
    request = Request(method="-", target=b"-", params={}, query=b"", headers=[], token="", body=b"")
    noted = Noted(remarks=[Remark("no_call", "", emulator.contract.catalog[name].advice)])
    written = exchange(request, turn, None, noted, answer)
    await emulator.store.commit(turn, {}, written)
    emulator.tell(request, turn, written, noted, answer)
    return turn, answer


async def finish(
    emulator: Emulator,
    turn: Turn,
    request: Request,
    operation: Operation | None,
    noted: Noted,
    answer: Answer | None,
    changes: Changes,
    scope: Scope,
    send: Send,
) -> None:
    """Commit, and only then answer; where the world has no room for the changes, refuse.

    Args:
        emulator: what all endpoints share.
        turn: the call's place.
        request: what was asked.
        operation: the operation it reached, if any.
        noted: what was noticed on the way.
        answer: what to answer; None where the caller left.
        changes: what to commit.
        scope: ASGI scope of the call.
        send: ASGI send.
    """
    written = exchange(request, turn, operation, noted, answer)
    try:
        await emulator.store.commit(turn, changes, written)
    except Refusal as refusal:
        answer = refused(refusal, emulator.contract.effective(turn.profile), turn, operation)
        written = exchange(request, turn, operation, noted, answer)
        await emulator.store.commit(turn, {}, written)
    emulator.tell(request, turn, written, noted, answer)
    if answer is not None:
        await answer.send(turn, scope, send)


def _takes_slash(call: Call) -> bool:
    """Source: claim `trailing_slash`."""
    was_seen = call.operation.issues_tokens or call.operation.method == "POST"
    return was_seen or call.profile["trailing_slash"] == "everywhere"


def _read(call: Call, kinds: Mapping[str, Kinds]) -> dict[str, Any]:
    """Read the message: path, query, and the body."""
    message: dict[str, Any] = {"path": call.request.params, "query": call.request.arguments(kinds["query"])}
    if not call.operation.has_body:
        return message
    try:
        message["body"] = _body(call, kinds["body"])
    except Refusal as refusal:
        if refusal.name != "body_not_json":
            raise
        reason = refusal.params["reason"]
        call.noted.violations = [Violation("body", "", "body", "json", f"not JSON: {reason}", None)]
        name = call.operation.on_violation or call.profile["unparsable_body"]
        raise Refusal(name, reason=reason) from refusal
    return message


def _body(call: Call, kinds: Kinds) -> Any:
    """Read the body: JSON whatever its Content-Type, unless the operation takes forms."""
    media = call.operation.media
    if MULTIPART in media:
        form = read_form(call.request, frozenset({"data"}))
        call.files = form.files
        body = typed(form.texts, kinds) | {name: f"[{len(data)} bytes]" for name, data in form.files.items()}
        call.noted.body = orjson.dumps(body)
        return body
    if FORM in media and call.request.media == FORM:
        fields = call.request.form()
        call.noted.body = orjson.dumps(fields)
        return fields
    return call.request.json()


def _judged(call: Call) -> Refusal:
    """Choose the refusal of a message that breaks the contract. Source: claims `wrong_type`, `broken_constraint`."""
    if call.operation.on_violation:
        return Refusal(call.operation.on_violation)
    mistyped = next((found for found in call.noted.violations if found.keyword == "type"), None)
    if mistyped is None:
        return Refusal(call.profile["broken_constraint"])
    return Refusal(call.profile["wrong_type"], field=mistyped.field, value=mistyped.json)


def _payload(operation: Operation, data: Mapping[str, Any] | None) -> dict[str, Any]:
    """Put data into the envelope; token routes answer at the top level."""
    if operation.issues_tokens:
        return {"code": 0, **(data or {})}
    return {"code": 0, "msg": "success"} | ({} if data is None else {"data": data})
