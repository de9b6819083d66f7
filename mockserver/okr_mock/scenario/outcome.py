"""Outcomes: what a step does to a call, before it is carried out, to what is kept, and to the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from feishu_okr.contract import Effective, Operation
from okr_mock.gateway.envelope import Answer, Refusal, refused
from okr_mock.gateway.request import Request
from okr_mock.scenario.pattern import Occasion
from okr_mock.store import Store
from okr_mock.world.turn import Turn


class StepError(Exception):
    """A step cannot do what it says with this call; the scenario's mistake, not ours."""


@dataclass
class Steered:
    """A call in the hands of a step.

    Args:
        request: how it came.
        operation: what is asked; None where it reached no operation.
        occasion: what patterns see of it.
        turn: its place; a step may change the quota and the generation in it.
        effective: the contract under the world's profile.
        store: where the world is kept.
        kind: kind of its token, `tenant` or `user`.
        step: name of the step.
    """

    request: Request
    operation: Operation | None
    occasion: Occasion
    turn: Turn
    effective: Effective
    store: Store
    kind: str
    step: str

    def refuse(self, name: str, params: Mapping[str, str] | None = None) -> Answer:
        """Refuse as the catalog says; placeholders that nobody fills are filled for show.

        Args:
            name: name in the catalog.
            params: values of placeholders.
        """
        scopes = self.operation.scopes if self.operation else ()
        shown = dict.fromkeys(("limit", "reason", "field", "value", "ids", "ip", "scenario"), "…")
        shown |= {"scopes": ", ".join(scopes), "query": ",".join(scopes), "app_id": self.occasion.app}
        return refused(Refusal(name, **(shown | dict(params or {}))), self.effective, self.turn, self.operation)


class Part(Protocol):
    """One thing an outcome does."""

    @property
    def commits(self) -> bool:
        """Whether what the call changes is kept."""

    async def before(self, call: Steered) -> Answer | None:
        """Answer in place of the operation; None to let it be carried out.

        Args:
            call: the call.
        """

    def after(self, call: Steered, answer: Answer) -> Answer:
        """Change the answer.

        Args:
            call: the call.
            answer: the answer so far.
        """


@dataclass(frozen=True)
class Outcome:
    """What a step does to a call.

    Args:
        parts: what it does, in order.
    """

    parts: tuple[Part, ...]

    @property
    def commits(self) -> bool:
        """Whether what the call changes is kept."""
        return all(part.commits for part in self.parts)

    async def before(self, call: Steered) -> Answer | None:
        """Answer in place of the operation, if a part does.

        Args:
            call: the call.
        """
        for part in self.parts:
            answer = await part.before(call)
            if answer is not None:
                return answer
        return None

    def after(self, call: Steered, answer: Answer) -> Answer:
        """Change the answer as all parts want, and name the step in it.

        Args:
            call: the call.
            answer: the answer so far.
        """
        for part in self.parts:
            answer = part.after(call, answer)
        return answer._replace(extra=answer.extra + f"X-Mock-Step: {call.step}\r\n".encode())


class Idle:
    """A part that does nothing; what others do is said over it."""

    commits = True

    async def before(self, call: Steered) -> Answer | None:  # noqa: ARG002 - the names are those of `Part`
        """Let the operation be carried out.

        Args:
            call: the call.
        """
        return None

    def after(self, call: Steered, answer: Answer) -> Answer:  # noqa: ARG002
        """Leave the answer as it is.

        Args:
            call: the call.
            answer: the answer so far.
        """
        return answer
