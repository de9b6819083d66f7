"""The life of records along the contract's links, as Schemathesis leads it. Imported only where calls are generated."""

from typing import Any

import hypothesis
import requests
from schemathesis import Case, Response
from schemathesis.generation.stateful.state_machine import DEFAULT_STATE_MACHINE_SETTINGS, APIStateMachine

from feishu_okr.conformance.aim import Aim
from feishu_okr.conformance.generator import (
    ON_LINKS,
    PHASES,
    WireAdapter,
    first_of,
    kept,
    schema_of,
    session_over,
    validate,
)
from feishu_okr.conformance.law import Law
from feishu_okr.conformance.target import Target

RECORDS = tuple(f"okr.v1.progress_record.{verb}" for verb in ("create", "get", "update", "delete"))
STEPS = 6
NOT_FOUND = 400


class Life(APIStateMachine):
    """Follows links as a caller of its own and remembers which records there are."""

    target: Target
    law: Law
    followed: set[str]
    failures: list[AssertionError]
    recorder: Any

    def setup(self) -> None:
        """Begin as somebody nobody was before."""
        caller = self.target.caller()
        self.adapter = WireAdapter(caller)
        self.session: requests.Session = session_over(self.adapter)
        self.headers = {"Authorization": f"Bearer {caller.token('tenant')}"}
        self.aim = Aim({name: known for name, known in self.target.known.items() if name != "record"})
        self.living: set[str] = set()

    def before_call(self, case: Case[Any]) -> None:
        """Make what is well-formed real; records may be unknown, for it is remembered which are not."""
        self.aim.take(case)

    def get_call_kwargs(self, _: Case[Any]) -> dict[str, Any]:
        """Call over the suite's wire."""
        return {"headers": self.headers, "session": self.session}

    def validate_response(self, response: Response, case: Case[Any], *_: Any, **kwargs: Any) -> None:
        """Check the answer against the contract and against what was done before."""
        with kept(self.failures):
            validate(case, response, ON_LINKS, transport_kwargs=kwargs or None, recorder=self.recorder)
            wrong = list(self.law.broken(self.adapter.answer))
            assert not wrong, "; ".join(wrong)
            self._remember(case, self._is_due(case))

    def _is_due(self, case: Case[Any]) -> bool:
        """Say whether a call is carried out, and see that it was."""
        name = case.path_parameters.get("progress_id")
        is_lax = case.method == "DELETE" and self.target.profile["second_delete"] == "success"
        is_due = name is None or name in self.living or is_lax
        found = self.adapter.answer.status
        assert found == (200 if is_due else NOT_FOUND), f"{case.method} of {name or 'a new record'} answered {found}"
        return is_due

    def _remember(self, case: Case[Any], is_done: bool) -> None:
        node = self.recorder.cases[case.id]
        if is_done and node.transition and node.is_transition_applied and not node.transition.is_inferred:
            self.followed.add(node.transition.id)
        if is_done and case.method == "POST":
            self.living.add(self.adapter.answer.json["data"]["progress_id"])
        if case.method == "DELETE":
            self.living.discard(case.path_parameters["progress_id"])


def live(target: Target, law: Law, scenarios: int) -> set[str]:
    """Lead the life of records, the same in every run; gives the links that were followed.

    Args:
        target: where.
        law: what every answer keeps.
        scenarios: how often.

    Raises:
        AssertionError: an answer is not as it must be.
    """
    schema = schema_of(target, RECORDS)
    own = {"target": target, "law": law, "followed": set(), "failures": []}
    machine: Any = type("Machine", (Life, schema.as_state_machine()), own)
    settings = hypothesis.settings(
        DEFAULT_STATE_MACHINE_SETTINGS,
        max_examples=scenarios,
        stateful_step_count=STEPS,
        derandomize=True,
        phases=PHASES,
        database=None,
    )
    with first_of(machine.failures):
        machine.run(settings=settings)
    followed: set[str] = machine.followed
    return followed
