"""Mistakes of a recording: where it breaks the contract, and which claims of the ledger it contradicts."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from feishu_okr.conformance.law import Law
from feishu_okr.conformance.wire import Answer, Request
from feishu_okr.contract import Contract, Mistake, Profile, Violation
from feishu_okr.recording import Exchange, leaks, read_recording
from okr_mock.gateway.request import typed
from okr_mock.replay import paths_of

_JUDGES = ("unparsable_body", "wrong_type", "broken_constraint")
"""Claims whose options are names of refusals."""


def is_recording(folder: Path) -> bool:
    """Say whether a folder is a recording.

    Args:
        folder: the folder.
    """
    return (folder / "manifest.json").is_file()


def find_mistakes(folder: Path, contract: Contract) -> Iterator[Mistake]:
    """Check every exchange of a recording.

    Args:
        folder: the recording.
        contract: what is agreed.

    Raises:
        RecordingError: it is none, or broken.
    """
    recording = read_recording(folder)
    files = sorted(path for path in folder.glob("*.json") if path.name != "manifest.json")
    profile = contract.ledger.profile(str(recording.manifest["profile"]))
    check = Check(contract, profile)
    for file, exchange in zip(files, recording.exchanges, strict=True):
        found = [*leaks(file.read_bytes()), *check.exchange(exchange)]
        yield from (Mistake(str(file), 1, 1, "", text) for text in found)


class Check:
    """Checks exchanges under a profile.

    Args:
        contract: what is agreed.
        profile: options that are expected.
    """

    def __init__(self, contract: Contract, profile: Profile) -> None:
        self._contract, self._profile = contract, profile
        self._law = Law(contract, profile)
        self._paths = paths_of(contract)

    def exchange(self, exchange: Exchange) -> Iterator[str]:
        """Say where an exchange breaks the contract, each with the claim that it contradicts.

        Args:
            exchange: what was recorded.
        """
        if exchange.operation not in self._contract.operations:
            return
        answer = _answer(exchange)
        for text in self._law.broken(answer):
            yield f"the answer breaks the contract: {text}{self._because(lambda law: not any(law.broken(answer)))}"
        violations = self._violations(exchange, self._profile)
        if violations and answer.code == 0:
            why = self._because_of_request(exchange)
            yield f"was carried out though {violations[0].field}: {violations[0].description}{why}"
        elif violations and answer.code is not None:
            yield from self._judged(answer.code)

    def _judged(self, code: int) -> Iterator[str]:
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
                yield f"was refused with {code}; contradicts the ledger, shows {' or '.join(shown)}"

    def _because(self, holds: Any) -> str:
        """Name the options under which it would hold."""
        shown = [name for name, profile in self._others() if holds(Law(self._contract, profile))]
        return f"; contradicts the ledger, shows {' or '.join(shown)}" if shown else ""

    def _because_of_request(self, exchange: Exchange) -> str:
        shown = [name for name, profile in self._others() if not self._violations(exchange, profile)]
        return f"; contradicts the ledger, shows {' or '.join(shown)}" if shown else ""

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
