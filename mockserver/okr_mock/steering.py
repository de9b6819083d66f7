"""Steering: which step of a scenario takes a call, and what patterns and outcomes see of the call."""

from typing import NamedTuple

from feishu_okr.contract import Effective, Operation
from okr_mock.exchange import Noted
from okr_mock.gateway.admission import Caller
from okr_mock.gateway.envelope import Answer, Refusal
from okr_mock.gateway.request import Request
from okr_mock.scenario.library import Library
from okr_mock.scenario.outcome import Outcome, Steered
from okr_mock.scenario.pattern import Occasion
from okr_mock.scenario.script import Script
from okr_mock.scenario.step import Step
from okr_mock.store import Store
from okr_mock.world.turn import Turn


class Steering(NamedTuple):
    """A call that a step has taken.

    Args:
        step: the step.
        outcome: what it does this time.
        call: what it sees of the call.
    """

    step: Step
    outcome: Outcome
    call: Steered

    def finish(self, answer: Answer, noted: Noted) -> Answer:
        """Change the answer as the outcome wants, and note which step it was.

        Args:
            answer: the answer so far.
            noted: what the journal is told.
        """
        answer = self.outcome.after(self.call, answer)
        noted.step = self.step.name
        noted.fault = answer.delivery.kind if answer.delivery else ""
        return answer


def script_for(library: Library, request: Request, turn: Turn) -> Script:
    """Find the steps that a call can meet: those it names, else its world's.

    Args:
        library: all scenarios.
        request: the call.
        turn: its place.

    Raises:
        Refusal: the call names a scenario that there is not.
    """
    if request.scenario:
        if request.scenario not in library.files:
            raise Refusal("scenario_unknown", scenario=request.scenario)
        return library.script((request.scenario,))
    return library.script(turn.start.scenarios)


async def steer(
    script: Script,
    store: Store,
    request: Request,
    caller: Caller,
    turn: Turn,
    effective: Effective,
    operation: Operation | None,
) -> Steering | None:
    """Let the first step that matches and is due take a call; None where none does.

    Args:
        script: the steps.
        store: counts steps, atomically.
        request: the call.
        caller: who makes it.
        turn: its place.
        effective: the contract under the world's profile.
        operation: what is asked; None where the call reached no operation.
    """
    occasion = Occasion(request, operation.id if operation else "", caller.app or turn.world, turn.now)
    matching = script.matching(occasion)
    fired = await store.claim(turn, [step.claim for step in matching]) if matching else None
    if fired is None:
        return None
    step = matching[fired.claim]
    kind = "user" if caller.token and caller.token.kind == "user" else "tenant"
    call = Steered(request, operation, occasion, turn, effective, store, kind, step.name)
    return Steering(step, step.outcome(fired.ordinal), call)
