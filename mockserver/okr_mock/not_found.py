"""What every call that reaches no operation gets, and what never becomes a call."""

from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from feishu_okr.contract import Remark
from okr_mock.endpoint import Emulator, finish
from okr_mock.exchange import Noted, exchange
from okr_mock.gateway.envelope import Answer, Refusal, refused
from okr_mock.gateway.request import Request, receive_request
from okr_mock.journal import NO_WORLD
from okr_mock.steering import script_for, steer
from okr_mock.world.turn import Turn


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
        """Refuse a call, unless a step of a scenario takes it."""
        emulator = self._emulator
        request = await receive_request(scope, receive, emulator.limits.body)
        caller = emulator.admission.caller(request)
        try:
            turn = await emulator.store.begin(caller.world)
        except Refusal:  # no room for another world, and none is needed
            turn = await emulator.store.begin(NO_WORLD)
        effective = emulator.contract.effective(turn.profile)
        noted = Noted(remarks=self._remarks)
        try:
            script = script_for(emulator.library, request, turn)
            steering = await steer(script, emulator.store, request, caller, turn, effective, None)
            answer = await steering.outcome.before(steering.call) if steering else None
            answer = answer or refused(Refusal("not_found"), effective, turn)
            if steering:
                answer, turn = steering.finish(answer, noted), steering.call.turn
        except Refusal as refusal:
            answer = refused(refusal, effective, turn)
        await finish(emulator, turn, request, None, noted, answer, {}, scope, send)


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
