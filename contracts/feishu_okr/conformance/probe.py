"""Probes: which option of a claim a target shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from feishu_okr.conformance.case import Case, read_cases
from feishu_okr.conformance.exchange import shown_exchange
from feishu_okr.conformance.story import Story
from feishu_okr.conformance.wire import Answer


@dataclass(frozen=True)
class Verdict:
    """What a probe saw.

    Args:
        claim: the claim.
        observed: the option that the target shows; "" where the probe does not decide.
        candidates: the options that fit what was seen.
        why: why the probe does not decide, or "".
        answers: the answers that decided.
    """

    claim: str
    observed: str
    candidates: tuple[str, ...]
    why: str
    answers: tuple[Answer, ...]

    def evidence(self) -> dict[str, Any]:
        """Give what is written down of it, without any credential."""
        return {
            "observed": self.observed or None,
            "candidates": list(self.candidates),
            "date": datetime.now(UTC).date().isoformat(),
            "log_ids": [answer.log_id for answer in self.answers],
            "exchanges": [shown_exchange(answer) for answer in self.answers],
        } | ({"why": self.why} if self.why else {})


@cache
def probes() -> Mapping[str, Case]:
    """Read all probes, by claim."""
    return {case.id.partition(".")[2]: case for case in read_cases("probes")}


def ask(claim: str, story: Story) -> Verdict:
    """Play a probe and tell what it saw.

    Args:
        claim: the claim.
        story: its probe.
    """
    options = list(story.caller.target.contract.ledger.claims[claim].options)
    answers: list[Answer] = []
    for step in story.case.steps:
        answer = story.ask(step)
        decides = isinstance(step.get("expect"), Mapping) and step["expect"].get("by") == claim
        if decides:
            answers.append(answer)
            fitting = story.options(step, answer)
            options = [option for option in options if option in fitting]
        elif answer.code != 0:
            why = f"{step['call']} was refused with HTTP {answer.status} and code {answer.code}"
            return Verdict(claim, "", (), why, (*answers, answer))
        if not options:
            why = f"HTTP {answer.status} with code {answer.code} fits none of the options"
            return Verdict(claim, "", (), why, tuple(answers))
        story.save(step, answer)
    if len(options) > 1:
        return Verdict(claim, "", tuple(options), f"{' and '.join(options)} look alike there", tuple(answers))
    return Verdict(claim, options[0], tuple(options), "", tuple(answers))
