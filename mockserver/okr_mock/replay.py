"""Replay: answers calls with what a recording holds, in recorded order per operation."""

from collections import deque
from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from feishu_okr.contract import Contract
from feishu_okr.recording import Exchange, Recording, restored
from okr_mock.endpoint import Emulator, finish
from okr_mock.exchange import Noted
from okr_mock.gateway.envelope import Answer, Refusal
from okr_mock.gateway.request import Request, receive_request
from okr_mock.journal import NO_WORLD
from okr_mock.routing import Paths
from okr_mock.world.turn import Turn

STEP = "recording"
_NOTHING = 501
_OWN = ("content-type", "date", "x-tt-logid", "x-request-id")
"""Headers that every answer of ours has anyway."""


class Replay:
    """Answers with recorded exchanges; an ASGI application.

    Args:
        recording: what is answered.
        otherwise: takes calls of which nothing more was recorded.
        emulator: what all endpoints share.
        only: refuse such calls instead.
    """

    def __init__(self, recording: Recording, otherwise: ASGIApp, emulator: Emulator, *, only: bool) -> None:
        self._otherwise, self._emulator, self._only = otherwise, emulator, only
        self._paths = paths_of(emulator.contract)
        self._waiting: dict[str, deque[Exchange]] = {}
        for exchange in recording.exchanges:
            self._waiting.setdefault(exchange.operation, deque()).append(exchange)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the next recorded exchange of the call's operation."""
        name = self._paths.find(scope["method"], scope["path"])[0] if scope["type"] == "http" else ""
        waiting = self._waiting.get(name)
        if name and waiting:
            await self._answer(name, waiting.popleft(), scope, receive, send)
        elif name and self._only:
            await self._answer(name, None, scope, receive, send)
        else:
            await self._otherwise(scope, receive, send)

    async def _answer(self, name: str, exchange: Exchange | None, scope: Scope, receive: Receive, send: Send) -> None:
        emulator = self._emulator
        request = await receive_request(scope, receive, emulator.limits.body)
        turn = await self._turn(request)
        noted = Noted(step=STEP)
        if exchange is None:
            text = f"the recording holds no further answer of {name}"
            answer = Answer(_NOTHING, None, text, text.encode(), b"text/plain")
        else:
            answer, turn = replayed(exchange, turn, request.body)
        operation = emulator.contract.operations[name]
        await finish(emulator, turn, request, operation, noted, answer, {}, scope, send)

    async def _turn(self, request: Request) -> Turn:
        try:
            return await self._emulator.store.begin(self._emulator.admission.caller(request).world)
        except Refusal:
            return await self._emulator.store.begin(NO_WORLD)


def paths_of(contract: Contract) -> Paths:
    """Lead paths to the operations of a contract.

    Args:
        contract: has the operations.
    """
    return Paths({name: (one.method, one.path) for name, one in contract.operations.items()})


def replayed(exchange: Exchange, turn: Turn, sent: bytes | None) -> tuple[Answer, Turn]:
    """Make an answer of a recorded one; the call takes its log id and request id.

    Args:
        exchange: what was recorded.
        turn: the call's place.
        sent: body of the call.
    """
    headers: Mapping[str, str] = {name.lower(): value for name, value in exchange.answer["headers"]}
    extra = "".join(f"{name}: {value}\r\n" for name, value in exchange.answer["headers"] if name.lower() not in _OWN)
    shown = exchange.answer["body"] or {}
    value = shown.get("json")
    code = value.get("code") if isinstance(value, dict) else None
    msg = str(value.get("msg", "")) if isinstance(value, dict) else ""
    kind = headers.get("content-type", "application/json").encode("latin-1", "replace")
    turn = turn._replace(
        log_id=headers.get("x-tt-logid", turn.log_id), request_id=headers.get("x-request-id", turn.request_id)
    )
    answer = Answer(
        exchange.answer["status"], code, msg, restored(exchange, sent), kind, extra.encode("latin-1", "replace")
    )
    return answer, turn
