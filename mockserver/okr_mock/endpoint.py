"""One operation's story in one function."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter_ns
from typing import Any, NamedTuple

from orjson import Fragment
from starlette.types import Receive, Scope, Send

from feishu_okr.contract import Contract, Operation, Rules
from okr_mock.call import Call, Handler
from okr_mock.exchange import Exchange, Noted, exchange
from okr_mock.gateway.admission import Admission, Caller
from okr_mock.gateway.envelope import Answer, Refusal, refused, success
from okr_mock.gateway.request import Request, receive_request
from okr_mock.journal import NO_WORLD
from okr_mock.journal_file import JournalFile
from okr_mock.message import judged, read_message
from okr_mock.observer import Observer
from okr_mock.scenario.library import Library
from okr_mock.scenario.outcome import StepError
from okr_mock.scenario.script import Script
from okr_mock.steering import Steering, script_for, steer
from okr_mock.store import Changes, Store, StoreError
from okr_mock.store.basis import Basis, OvertakenError
from okr_mock.terminal import Terminal
from okr_mock.turnstile import Turnstile
from okr_mock.watchers import Watchers
from okr_mock.world.turn import Turn

logger = logging.getLogger("okr_mock")
_CREATE = "okr.v1.progress_record.create"


class Limits(NamedTuple):
    """What is too large.

    Args:
        body: largest request body, in bytes.
        image: largest image, in bytes.
    """

    body: int
    image: int


@dataclass(frozen=True)
class Emulator:
    """What all endpoints share.

    Args:
        contract: what the API accepts and answers.
        library: all scenarios.
        store: where worlds are kept.
        admission: the gateway's door.
        terminal: told of every call once it is committed.
        limits: what is too large.
        journal_file: gets every exchange too, if there is one.
        observer: counts every call.
        watchers: who looks on.
        turnstile: makes calls anew that others have overtaken.
    """

    contract: Contract
    library: Library
    store: Store
    admission: Admission
    terminal: Terminal
    limits: Limits
    journal_file: JournalFile | None
    observer: Observer
    watchers: Watchers = field(default_factory=Watchers)
    turnstile: Turnstile = field(default_factory=Turnstile)

    def tell(self, request: Request, turn: Turn, written: Exchange, noted: Noted, answer: Answer | None) -> None:
        """Tell observer, journal file, watchers and terminal of a call that is committed.

        Args:
            request: what was asked.
            turn: the call's place.
            written: the call as the journal keeps it.
            noted: what was noticed on the way.
            answer: what was answered; None where the caller left before that.
        """
        self.observer.see(turn.world, request, written, noted, answer)
        if self.journal_file is not None:
            self.journal_file.append(written)
        if self.watchers:
            self.watchers.tell(turn.world, written)
        self.terminal.report(request, turn, answer, noted)


class Endpoint:
    """Answers the calls of one operation; an ASGI application.

    Args:
        operation: what is asked.
        handler: what it does.
        emulator: what all endpoints share.
    """

    def __init__(self, operation: Operation, handler: Handler, emulator: Emulator) -> None:
        self._operation = operation
        self._handler = handler
        self._emulator = emulator
        self._name: Callable[[Request], Caller] = emulator.admission.caller
        if operation.issues_tokens:
            self._name = partial(emulator.admission.applicant, field=operation.applicant)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell the story of a call: name, begin, steer or carry out, refuse, commit, answer; our failures are loud."""
        emulator = self._emulator
        request = await receive_request(scope, receive, emulator.limits.body)
        started = perf_counter_ns()
        if self._operation.issues_tokens:
            await emulator.store.learn()  # an app may have been declared elsewhere
        caller = self._name(request)
        full: Refusal | None = None
        try:
            turn = await emulator.store.begin(caller.world, caller.app, self._operation if caller.token else None)
        except Refusal as refusal:
            turn, full = await emulator.store.begin(NO_WORLD), refusal
        effective = emulator.contract.effective(turn.profile)
        doors = (emulator.admission, emulator.store)
        call = Call(self._operation, request, caller, turn, effective, *doors, max_image=emulator.limits.image)
        answer: Answer | None = None
        changes: Changes = {}
        try:
            if full:
                raise full
            if request.is_complete:
                script = script_for(emulator.library, request, turn)
                answer, changes = await (self._steered(call, script) if script.steps else self._carry_out(call))
        except Refusal as refusal:
            answer = self._refused(call, refusal)
        except Exception as error:
            answer = self._failed(call, error)
        call.noted.duration_us = (perf_counter_ns() - started) // 1000
        try:
            await finish(
                emulator, call.turn, request, self._operation, call.noted, answer, changes, scope, send, call.basis
            )
        except OvertakenError:
            await emulator.turnstile.let_through(partial(self._make_anew, call, scope, send))

    async def _make_anew(self, call: Call, scope: Scope, send: Send) -> None:
        """Carry a call out in the world as it is now; the step that has taken it takes it still."""
        call.basis = ()
        try:
            answer, changes = await (call.going_on() if call.going_on else self._carry_out(call))
        except Refusal as refusal:
            answer, changes = self._refused(call, refusal), {}
        story = (call.turn, call.request, self._operation, call.noted, answer, changes)
        await finish(self._emulator, *story, scope, send, call.basis)

    def _refused(self, call: Call, refusal: Refusal) -> Answer:
        return refused(refusal, call.effective, call.turn, self._operation, call.noted.violations)

    def _failed(self, call: Call, error: Exception) -> Answer:
        if isinstance(error, StoreError):
            raise error  # nothing can be written down
        if isinstance(error, StepError):
            logger.error("%s; log id %s", error, call.turn.log_id)
        else:
            logger.error("this is a bug of the emulator; log id %s", call.turn.log_id, exc_info=error)
        return refused(Refusal("internal_error"), call.effective, call.turn, self._operation)

    async def _steered(self, call: Call, script: Script) -> tuple[Answer, Changes]:
        """Do with a call what a step wants, if one takes it; whether it would have been valid is noted in any case."""
        steering = await steer(
            script, call.store, call.request, call.caller, call.turn, call.effective, self._operation
        )
        if steering is None:
            return await self._carry_out(call)
        answer = await steering.outcome.before(steering.call)
        call.turn = steering.call.turn
        call.going_on = partial(self._gone_on, call, steering)
        return await self._gone_on(call, steering, answer)

    async def _gone_on(self, call: Call, steering: Steering, answer: Answer | None = None) -> tuple[Answer, Changes]:
        changes: Changes = {}
        try:
            if answer is None:
                answer, changes = await self._carry_out(call)
            else:
                self._check(call)
        except Refusal as refusal:
            answer = answer or self._refused(call, refusal)
        answer = steering.finish(answer, call.noted)
        return answer, changes if steering.outcome.commits else {}

    async def _carry_out(self, call: Call) -> tuple[Answer, Changes]:
        if call.request.has_slash and not _takes_slash(call):
            raise Refusal("not_found")
        call.person = call.admission.admit(call.caller, self._operation, call.turn)
        rules = self._check(call)
        if call.noted.violations:
            raise judged(call)
        result = await self._handler(call)
        payload = _payload(self._operation, result.data)
        if mistakes := rules.broken(payload, result.proved[0] if result.proved else ""):
            raise AssertionError(f"our own answer breaks the contract: {'; '.join(mistakes)}")
        if result.proved:
            payload["data"][result.proved[0]] = Fragment(result.proved[1])
        return success(payload, call.effective), result.changes

    def _check(self, call: Call) -> Rules:
        """Read the message and note where it breaks the contract."""
        rules = call.effective.rules(self._operation.id)
        checked = rules.check(read_message(call, rules.kinds))
        call.message, call.noted.violations, call.noted.remarks = checked.message, checked.violations, checked.remarks
        call.noted.is_clean = not (checked.violations or checked.remarks)
        return rules


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
    basis: Basis = (),
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
        basis: what the changes rest on.

    Raises:
        OvertakenError: another call has changed that meanwhile; nothing is committed or answered.
    """
    written = exchange(request, turn, operation, noted, answer)
    try:
        await emulator.store.commit(turn, changes, written, basis)
    except Refusal as refusal:
        answer = refused(refusal, emulator.contract.effective(turn.profile), turn, operation)
        written = exchange(request, turn, operation, noted, answer)
        await emulator.store.commit(turn, {}, written)
    emulator.tell(request, turn, written, noted, answer)
    if answer is not None:
        await answer.send(turn, scope, send)


def _takes_slash(call: Call) -> bool:
    """Source: claim `trailing_slash`."""
    was_seen = call.operation.issues_tokens or call.operation.id == _CREATE
    return was_seen or call.profile["trailing_slash"] == "everywhere"


def _payload(operation: Operation, data: Mapping[str, Any] | None) -> dict[str, Any]:
    """Put data into the envelope; token routes answer at the top level."""
    if operation.issues_tokens:
        return {"code": 0, **(data or {})}
    return {"code": 0, "msg": "success"} if data is None else {"code": 0, "msg": "success", "data": data}
