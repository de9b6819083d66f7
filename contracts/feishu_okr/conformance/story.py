"""Stories: a case, played step by step against a target."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from jsonpointer import resolve_pointer

from feishu_okr.conformance.case import Case, outcomes
from feishu_okr.conformance.expectation import differences
from feishu_okr.conformance.filling import Filling
from feishu_okr.conformance.form import multipart
from feishu_okr.conformance.law import Law, unsorted
from feishu_okr.conformance.target import Caller
from feishu_okr.conformance.wire import Answer
from feishu_okr.contract import Profile

_OF_CALL = ("path", "query", "body", "headers", "suffix", "who")
_OF_ANSWER = ("status", "code", "headers", "text", "keys", "ticket_life")
_SLACK = 120
"""Seconds by which the life of a ticket may differ."""
_SCOPE_WANTED = (99991672, 99991679)


class ScopeMissing(Exception):  # noqa: N818 - no error of anybody; what it meets cannot be proved
    """The target refused for want of a scope, and which scopes it has is not known."""


@dataclass
class Story:
    """Plays a case.

    Args:
        case: what is played.
        caller: who plays it.
        law: what every answer keeps.
        profile: which options are expected.
    """

    case: Case
    caller: Caller
    law: Law
    profile: Profile
    rests_on: set[str] = field(default_factory=set)
    checked: int = 0

    def __post_init__(self) -> None:
        self._names: dict[str, Any] = dict(self.caller.target.known)
        self._outcomes = outcomes()
        self._known = known_names(self.caller.target.contract.document)

    def play(self) -> list[str]:
        """Play every step; gives what is not as expected, with the number of the step, and ends with the first such."""
        for number, step in enumerate(self.case.steps, 1):
            answer = self.ask(step)
            wrong = [*self.law.broken(answer), *self.wrong(step, answer)]
            if wrong:
                self._check_scope(answer)
                return [f"step {number}, {step['call']}: {text}" for text in wrong]
            self.save(step, answer)
        return []

    def ask(self, step: Mapping[str, Any]) -> Answer:
        """Send the call of a step.

        Args:
            step: the step.
        """
        fill = self._filling(step).fill
        if "clock" in step:
            self.caller.control("PUT", f"/clock?world={self.caller.app.id}", step["clock"])
        call = {name: fill(step[name]) for name in _OF_CALL if name in step}
        if "form" in step:
            call["raw"], kind = multipart(fill(step["form"]))
            call["headers"] = {"Content-Type": kind} | call.get("headers", {})
        elif "raw" in step:
            raw = fill(step["raw"])
            call["raw"] = raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogatepass")
        self._names["sent"] = call.get("body")
        return self.caller.call(step["call"], **call)

    def wrong(self, step: Mapping[str, Any], answer: Answer) -> list[str]:
        """Say where an answer is not what the profile makes of the step's expectation.

        Args:
            step: the step.
            answer: the answer to it.
        """
        expect = self._chosen(step.get("expect", "ok"))
        self.checked += 1
        return list(self._differences(step, expect, answer))

    def options(self, step: Mapping[str, Any], answer: Answer) -> list[str]:
        """Name the options of the step's claim that an answer fits, whatever other claims choose.

        Args:
            step: a step whose expectation is chosen `by` a claim.
            answer: the answer to it.
        """
        expect = {name: value for name, value in step["expect"].items() if name != "by"}
        return [
            option
            for option, wanted in expect.items()
            if any(not any(self._differences(step, one, answer)) for one in self._alternatives(wanted))
        ]

    def save(self, step: Mapping[str, Any], answer: Answer) -> None:
        """Keep what later steps name.

        Args:
            step: says what, as names and JSON Pointers.
            answer: where it is.
        """
        for name, at in step.get("save", {}).items():
            self._names[name] = resolve_pointer(answer.json, at, None)

    def _filling(self, step: Mapping[str, Any]) -> Filling:
        names = {**self._names, "app_id": self.caller.app.id, "app_secret": self.caller.app.secret}
        each = {name: Filling(names, self.case.bases).fill(value) for name, value in step.get("names", {}).items()}
        return Filling({**names, **each}, self.case.bases)

    def _chosen(self, expect: Any) -> Mapping[str, Any]:
        """Follow names and claims to what is expected under the profile."""
        while True:
            if isinstance(expect, str):
                expect = self._outcomes[expect]
            elif "by" in expect:
                self.rests_on.add(expect["by"])
                expect = expect[self.profile[expect["by"]]]
            elif "as" in expect:
                expect = {**self._chosen(expect["as"]), **{name: item for name, item in expect.items() if name != "as"}}
            else:
                return {name: self._settled(value) for name, value in expect.items()}

    def _settled(self, value: Any) -> Any:
        """Let claims choose inside of an expectation."""
        if isinstance(value, list):
            return [self._settled(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        if "by" in value:
            self.rests_on.add(value["by"])
            return self._settled(value[self.profile[value["by"]]])
        return {name: self._settled(item) for name, item in value.items()}

    def _alternatives(self, expect: Any) -> Iterator[Mapping[str, Any]]:
        """Give what is expected under any profile."""
        if isinstance(expect, str):
            yield from self._alternatives(self._outcomes[expect])
        elif "by" in expect:
            for name, wanted in expect.items():
                if name != "by":
                    yield from self._alternatives(wanted)
        elif "as" in expect:
            own = {name: item for name, item in expect.items() if name != "as"}
            for base in self._alternatives(expect["as"]):
                yield {**base, **own}
        else:
            yield expect

    def _differences(self, step: Mapping[str, Any], expect: Mapping[str, Any], answer: Answer) -> Iterator[str]:
        filling = self._filling(step)
        expect = filling.fill(expect)
        if "status" in expect and answer.status != expect["status"]:
            yield f"HTTP {answer.status} with code {answer.code}, expected HTTP {expect['status']}{_told(answer)}"
            return
        if "code" in expect and any(differences(expect["code"], answer.code, self._known)):
            yield f"code {answer.code}, expected {expect['code']}{_told(answer)}"
            return
        if "text" in expect and answer.body.decode("utf-8", "replace") != expect["text"]:
            yield f"the body is {answer.body[:60]!r}, expected {expect['text']!r}"
        if "keys" in expect and (expect["keys"] == "alphabetical") == bool(unsorted(answer.json)):
            yield f"the keys are not {expect['keys']}"
        if "ticket_life" in expect and abs(_ticket_life(answer) - expect["ticket_life"]) > _SLACK:
            yield f"the ticket lives {_ticket_life(answer)} seconds, expected {expect['ticket_life']}"
        headers = {name.lower(): value for name, value in expect.get("headers", {}).items()}
        yield from differences(headers, answer.headers, self._known, "header ")
        members = {name: value for name, value in expect.items() if name not in _OF_ANSWER}
        yield from differences(members, answer.json if members else {}, self._known)

    def _check_scope(self, answer: Answer) -> None:
        if answer.code in _SCOPE_WANTED and "scopes" not in self.caller.target.capabilities:
            raise ScopeMissing(f"the app or person lacks a scope of {answer.request.operation}")


def known_names(document: Mapping[str, Any]) -> frozenset[str]:
    """List the names that members of JSON objects have anywhere in the contract.

    Args:
        document: bundled OpenAPI document.
    """
    names: set[str] = set()
    waiting: list[Any] = [document["components"]["schemas"]]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            properties = value.get("properties")
            names |= properties.keys() if isinstance(properties, Mapping) else set()
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return frozenset(names)


def _ticket_life(answer: Answer) -> float:
    """Tell how many seconds the ticket in an image's address lives; 0 where it does not say."""
    address = urlsplit(str(resolve_pointer(answer.json, "/data/url", "")))
    ticket = parse_qs(address.query).get("ticket", [""])[0]
    try:
        expires = jwt.decode(ticket, options={"verify_signature": False})["exp"]
        return float(expires - parsedate_to_datetime(answer.headers["date"]).timestamp())
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError):
        return 0


def _told(answer: Answer) -> str:
    violations = answer.json.get("error", {}).get("field_violations", []) if isinstance(answer.json, dict) else []
    told = "; ".join(str(one.get("description")) for one in violations[:2] if isinstance(one, dict))
    return f" ({told})" if told else ""
