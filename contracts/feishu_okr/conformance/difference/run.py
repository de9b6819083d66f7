"""Runs: the same cases sent to two targets, step by step, and every difference between the answers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
import orjson

from feishu_okr.conformance.capability import lacking
from feishu_okr.conformance.case import Case, read_cases
from feishu_okr.conformance.difference.grounds import grounds
from feishu_okr.conformance.difference.row import DECIDING, Row, Seen, Sent, compare, sent_values
from feishu_okr.conformance.difference.volatile import Volatile
from feishu_okr.conformance.filling import names_in
from feishu_okr.conformance.knowledge import NAMES
from feishu_okr.conformance.law import Law
from feishu_okr.conformance.probe import Verdict, ask, probes
from feishu_okr.conformance.recorded import NotRecordedError
from feishu_okr.conformance.session import Session
from feishu_okr.conformance.story import Story
from feishu_okr.conformance.tally import has_left
from feishu_okr.conformance.wire import Answer, Request

FILES = ("probes", "tokens", "records", "content", "refusals", "okrs", "v2", "periods", "images", "stories")
NO_ANSWER = 0
"""Status of an answer that never came."""


@dataclass(frozen=True)
class Split:
    """A claim of which the two targets show different options.

    Args:
        claim: the claim.
        a: options that the first target may have.
        b: options that the second one may have.
    """

    claim: str
    a: tuple[str, ...]
    b: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """The answers of both targets to one call.

    Args:
        a: answer of the first one.
        b: answer of the second one.
        lasts: whether a later run makes the same call, since it names nothing that the case itself has made.
    """

    a: Answer
    b: Answer
    lasts: bool


@dataclass
class Found:
    """One row, where it was found and what explains it.

    Args:
        row: the difference.
        claims: claims that explain it; none where it is unexplained.
        cases: ids of the cases that showed it.
        pairs: the answers that showed it.
    """

    row: Row
    claims: tuple[str, ...]
    cases: list[str]
    pairs: list[Pair] = field(repr=False)


@dataclass
class Difference:
    """What came of a run.

    Args:
        a: name of the first target.
        b: name of the second one.
        splits: claims of which the two show different options.
        untold: why an option could not be told, by claim.
        found: every difference.
        says: the cases that were sent to both, by id, and what each proves.
        left_out: how many cases were not, by reason.
        guards: what the run did to targets that are live.
    """

    a: str
    b: str
    splits: list[Split] = field(default_factory=list)
    untold: dict[str, str] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    guards: list[dict[str, Any]] = field(default_factory=list)

    @property
    def unexplained(self) -> list[Found]:
        """Differences that no claim explains."""
        return [one for one in self.found if not one.claims]

    @property
    def exit(self) -> int:
        """Exit code: 0 where nothing differs and nothing was left behind."""
        return 1 if self.splits or self.found or any(map(has_left, self.guards)) else 0


class Run:
    """Sends the same cases to two targets.

    Args:
        a: session of the first target.
        b: session of the second one.
        names: how reports call them.
    """

    def __init__(self, a: Session, b: Session, names: tuple[str, str]) -> None:
        self._sessions = (a, b)
        self.difference = Difference(*names)

    def play(self, only: Sequence[str] = FILES) -> Difference:
        """Probe every claim, then send every case.

        Args:
            only: files of cases.
        """
        for claim in probes():
            self._probe(claim)
        for stem in only:
            for case in read_cases(stem):
                self._play(case)
        self.difference.found.sort(key=lambda one: (bool(one.claims), one.row))
        return self.difference

    def _probe(self, claim: str) -> None:
        case = probes()[claim]
        stories = self._stories(case)
        if isinstance(stories, str):
            self.difference.untold[claim] = stories
            return
        seen = [_verdict(claim, story) for story in stories]
        a, b = (set(verdict.candidates) for verdict in seen)
        if a and b and not a & b:
            self.difference.splits.append(Split(claim, seen[0].candidates, seen[1].candidates))
        elif not (seen[0].observed and seen[1].observed):
            self.difference.untold[claim] = next(verdict.why for verdict in seen if not verdict.observed)

    def _stories(self, case: Case) -> tuple[Story, Story] | str:
        """Begin a case at both targets; says why where one of them cannot be asked."""
        stories = []
        for session in self._sessions:
            target = session.target
            if why := lacking(set(case.needs), target.capabilities, set(target.known)):
                return f"{target.name}: {why}"
            target = session.enforcing() if "enforce" in case.needs else target
            try:
                caller = target.caller(case.world, case.id)
            except NotRecordedError as error:
                return str(error)
            stories.append(Story(case, caller, Law(target.contract, target.profile), target.profile))
        return stories[0], stories[1]

    def _play(self, case: Case) -> None:
        stories = self._stories(case)
        if isinstance(stories, str):
            self.difference.left_out[stories] += 1
            return
        named = [story.caller.target.known if self._is_alike else {} for story in stories]
        volatile = [Volatile(known, story.caller.app.id) for known, story in zip(named, stories, strict=True)]
        try:
            for step in case.steps:
                answers = [_asked(story, step) for story in stories]
                rows = list(compare(*map(Seen, answers, volatile, map(self._sent, stories))))
                pair = Pair(answers[0], answers[1], names_in(step) <= NAMES.keys())
                for row in rows:
                    self._note(case, step, row, pair)
                if any(row.rule in DECIDING for row in rows):
                    break
                for story, answer in zip(stories, answers, strict=True):
                    story.save(step, answer)
        except AssertionError as error:  # a token was refused
            self.difference.left_out[str(error)] += 1
            return
        self.difference.says[case.id] = case.says

    @property
    def _is_alike(self) -> bool:
        """Whether both are emulators, whose worlds begin alike and are known."""
        return all("steer" in session.target.capabilities for session in self._sessions)

    def _sent(self, story: Story) -> Sent | None:
        """Tell what a case has sent; None where all that the target holds can be told."""
        if self._is_alike:
            return None
        bodies = [answer.request.body for answer in story.caller.answers if answer.request.body]
        return frozenset(pair for body in bodies for pair in sent_values(_json(body)))

    def _note(self, case: Case, step: Mapping[str, Any], row: Row, pair: Pair) -> None:
        claims = grounds(case, step, row, [split.claim for split in self.difference.splits])
        for one in self.difference.found:
            if one.row == row and one.claims == claims:
                one.pairs.append(pair)
                if case.id not in one.cases:
                    one.cases.append(case.id)
                return
        self.difference.found.append(Found(row, claims, [case.id], [pair]))


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _verdict(claim: str, story: Story) -> Verdict:
    try:
        return ask(claim, story)
    except (AssertionError, httpx2.TransportError) as error:
        return Verdict(claim, "", (), str(error), ())


def _asked(story: Story, step: Mapping[str, Any]) -> Answer:
    try:
        return story.ask(step)
    except httpx2.TransportError:
        return Answer(NO_ANSWER, {}, b"", Request("", "", operation=step["call"]))
