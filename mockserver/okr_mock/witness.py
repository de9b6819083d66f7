"""A witness: judges exchanges that pass by, shows them like the emulator's own, and has them recorded."""

from dataclasses import replace
from typing import Any

from feishu_okr.conformance.law import Law
from feishu_okr.conformance.wire import Answer as Answered
from feishu_okr.conformance.wire import Request as Asked
from feishu_okr.contract import Contract, Profile, Remark
from feishu_okr.recording import Raw, Recorder
from okr_mock.exchange import Noted, exchange
from okr_mock.gateway.envelope import Answer, Refusal
from okr_mock.gateway.multipart import read_form
from okr_mock.gateway.request import FORM, MULTIPART, Request, typed
from okr_mock.journal_file import JournalFile
from okr_mock.replay import paths_of
from okr_mock.terminal import Terminal
from okr_mock.world.fixture_file import default_fixture
from okr_mock.world.start import Start
from okr_mock.world.turn import Turn, open_turn

WORLD = "proxy"


class Witness:
    """Judges exchanges against the contract.

    Args:
        contract: what is agreed.
        profile: options expected of disputed behaviour.
        terminal: told of every call.
        journal: gets every exchange, if there is one.
        clock: tells the time in milliseconds since the epoch.
        recorder: writes every exchange, if there is one.
    """

    def __init__(
        self,
        contract: Contract,
        profile: Profile,
        terminal: Terminal,
        journal: JournalFile | None,
        clock: Any,
        recorder: Recorder | None,
    ) -> None:
        self._contract = contract
        self._paths = paths_of(contract)
        self._effective = contract.effective(profile)
        self._law = Law(contract, profile)
        self._start = Start(default_fixture(), profile, 0)
        self._terminal, self._journal, self._clock, self._recorder = terminal, journal, clock, recorder
        self._n = 0

    def __call__(self, raw: Raw) -> None:
        """Judge, show and record an exchange.

        Args:
            raw: as it went over the wire.
        """
        name, params = self._paths.find(raw.method, raw.path)
        raw = replace(raw, operation=name, params=tuple(params.items()))
        self._n += 1
        request = _request(raw, params)
        turn = self._turn(raw)
        answered = _answered(raw)
        noted = Noted()
        if name:
            self._judge(request, raw, answered, noted)
        else:
            noted.remarks.append(Remark("not_in_contract", "", "the contract has no such operation"))
        answer = Answer(raw.status, answered.code, _msg(answered), raw.body or b"", _type(answered))
        if self._journal is not None:
            self._journal.append(exchange(request, turn, self._contract.operations.get(name), noted, answer))
        self._terminal.report(request, turn, answer, noted)
        if self._recorder is not None:
            self._recorder.take(raw)

    def _turn(self, raw: Raw) -> Turn:
        turn = open_turn(WORLD, self._n, self._clock(), self._start)
        log_id = next((value for name, value in raw.answered if name.lower() == "x-tt-logid"), "")
        return turn._replace(log_id=log_id if log_id.isalnum() else turn.log_id)

    def _judge(self, request: Request, raw: Raw, answered: Answered, noted: Noted) -> None:
        rules = self._effective.rules(raw.operation)
        operation = self._contract.operations[raw.operation]
        message: dict[str, Any] = {"path": request.params, "query": request.arguments(rules.kinds["query"])}
        try:
            if operation.media:
                message["body"] = _body(request, operation.media, rules.kinds["body"])
            checked = rules.check(message)
            noted.violations, noted.remarks = list(checked.violations), list(checked.remarks)
        except Refusal as refusal:
            noted.remarks.append(Remark("request", "", f"the body cannot be read: {refusal.name}"))
        noted.remarks += [
            Remark("answer", "", f"the answer breaks the contract: {text}") for text in self._law.broken(answered)
        ]


def _request(raw: Raw, params: dict[str, str]) -> Request:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in raw.asked]
    token = next((value.partition(" ")[2].strip() for name, value in raw.asked if name.lower() == "authorization"), "")
    return Request(
        raw.method, raw.path.encode("latin-1"), params, raw.query.encode("latin-1"), headers, token, raw.sent or b""
    )


def _body(request: Request, media: tuple[str, ...], kinds: Any) -> Any:
    if MULTIPART in media:
        form = read_form(request, frozenset({"data"}))
        return typed(form.texts, kinds) | {name: f"[{len(data)} bytes]" for name, data in form.files.items()}
    return request.form() if FORM in media and request.media == FORM else request.json()


def _answered(raw: Raw) -> Answered:
    headers = {name.lower(): value for name, value in raw.answered}
    return Answered(raw.status, headers, raw.body or b"", Asked(raw.method, raw.path, operation=raw.operation))


def _msg(answered: Answered) -> str:
    return str(answered.json.get("msg", "")) if isinstance(answered.json, dict) else ""


def _type(answered: Answered) -> bytes:
    return answered.headers.get("content-type", "").encode("latin-1", "replace")
