"""Mistakes of a recording: where it breaks the contract, and which claims of the ledger it contradicts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from feishu_okr.conformance.law import Law
from feishu_okr.conformance.wire import Answer, Request
from feishu_okr.contract import Contract, Mistake, Profile, Violation
from feishu_okr.contract.nesting import read_given
from feishu_okr.recording import Exchange, Recording, RecordingError, leaks, read_recording
from feishu_okr.recording.folder import MANIFEST
from okr_mock.contradiction import contradictions
from okr_mock.gateway.request import typed
from okr_mock.replay import paths_of

_JUDGES = ("unparsable_body", "wrong_type", "broken_constraint")
"""Claims whose options are names of refusals."""
_ANSWERED = ("answer", "body", "json")
Place = tuple[str, ...]
Found = tuple[Place, str]


def is_recording(folder: Path) -> bool:
    """Say whether a folder is a recording.

    Args:
        folder: the folder.
    """
    return (folder / MANIFEST).is_file()


def find_mistakes(folder: Path, contract: Contract) -> Iterator[Mistake]:
    """Check every exchange of a recording, each mistake with the file and the place in it.

    Args:
        folder: the recording.
        contract: what is agreed.

    Raises:
        RecordingError: it is none, or broken.
    """
    recording = read_recording(folder)
    if recording.shortfall:
        yield Mistake(str(folder / MANIFEST), 1, 1, "/state", f"the recording {recording.shortfall}")
    profile = _profile(recording, contract)
    yield from contradictions(recording, profile)
    check = Check(contract, profile)
    for file, exchange in zip(recording.files, recording.exchanges, strict=True):
        found = [*(((), text) for text in leaks(file.read_bytes())), *check.exchange(exchange)]
        if found:
            source = read_given(file)
            yield from (source.mistake(place, text) for place, text in found)


def _profile(recording: Recording, contract: Contract) -> Profile:
    try:
        return contract.ledger.profile(switches=recording.manifest["switches"].items())
    except ValueError as error:
        raise RecordingError(f"{recording.folder / MANIFEST}: {error} (at /switches)") from error


class Check:
    """Checks exchanges under a profile.

    Args:
        contract: what is agreed.
        profile: options that are expected.
    """

    def __init__(self, contract: Contract, profile: Profile) -> None:
        self._contract, self._profile = contract, profile
        self._laws = {"": Law(contract, profile)}
        self._paths = paths_of(contract)

    def exchange(self, exchange: Exchange) -> Iterator[Found]:
        """Say where an exchange breaks the contract, each with the claim that it contradicts.

        Args:
            exchange: what was recorded.
        """
        if exchange.operation not in self._contract.operations:
            return
        answer = _answer(exchange)
        for text in self._laws[""].broken(answer):
            yield _place_of(text), f"the answer breaks the contract: {text}{self._because_of_answer(answer, text)}"
        violations = self._violations(exchange, self._profile)
        if violations and answer.code == 0:
            first = violations[0]
            shown = [name for name, profile in self._others() if not self._violations(exchange, profile)]
            text = f"was carried out though {first.field}: {first.description}{_contradicts(shown)}"
            yield _sent_at(first), text
        elif violations and answer.code is not None:
            yield from self._judged(answer.code)

    def _judged(self, code: int) -> Iterator[Found]:
        """Name the claim that a code contradicts, where all claims about such refusals say another one."""
        names = {name for name, entry in self._contract.catalog.entries.items() if entry.code == code}
        if not names & {self._profile[claim] for claim in _JUDGES}:
            shown = [
                f"{claim}={option}"
                for claim in _JUDGES
                for option in self._contract.ledger.claims[claim].options
                if option in names
            ]
            if shown:
                yield (*_ANSWERED, "code"), f"was refused with {code}{_contradicts(shown)}"

    def _because_of_answer(self, answer: Answer, text: str) -> str:
        """Name the options under which an answer would not break the contract there."""
        others = [(name, self._law(name, profile)) for name, profile in self._others()]
        return _contradicts([name for name, law in others if text not in law.broken(answer)])

    def _law(self, name: str, profile: Profile) -> Law:
        if name not in self._laws:
            self._laws[name] = Law(self._contract, profile)
        return self._laws[name]

    def _others(self) -> Iterator[tuple[str, Profile]]:
        ledger = self._contract.ledger
        for claim in ledger.claims.values():
            for option in claim.options:
                if option != self._profile[claim.id] and any(
                    (kind, option) in claim.patches for kind in ("document", "catalog")
                ):
                    switches = [*self._profile.switches, (claim.id, option)]
                    yield f"{claim.id}={option}", ledger.profile(switches=switches)

    def _violations(self, exchange: Exchange, profile: Profile) -> list[Violation]:
        operation = self._contract.operations[exchange.operation]
        rules = self._contract.effective(profile).rules(operation.id)
        asked = exchange.request
        params = self._paths.find(asked["method"], asked["path"])[1]
        message: dict[str, Any] = {"path": params, "query": typed(map(tuple, asked["query"]), rules.kinds["query"])}
        body: Mapping[str, Any] = asked["body"] or {}
        if operation.media:
            if "json" not in body:
                return []
            message["body"] = orjson.loads(orjson.dumps(body["json"]))
        return rules.check(message).violations


def _answer(exchange: Exchange) -> Answer:
    headers = {name.lower(): value for name, value in exchange.answer["headers"]}
    asked = Request(exchange.request["method"], exchange.request["path"], operation=exchange.operation)
    return Answer(exchange.answer["status"], headers, exchange.body, asked)


def _contradicts(shown: Sequence[str]) -> str:
    return f"; contradicts the ledger, shows {' or '.join(shown)}" if shown else ""


def _place_of(text: str) -> Place:
    """Find where in a file an answer breaks the contract."""
    found = re.match(r"/(\S*) breaks the schema", text)
    return (*_ANSWERED, *found[1].split("/")) if found else ("answer",)


def _sent_at(violation: Violation) -> Place:
    if violation.place != "body":
        return ("request", violation.place)
    return ("request", "body", "json", *violation.pointer.split("/")[1:])
