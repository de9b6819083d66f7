"""The auditor: applies every rule to the exchanges of a world."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from feishu_okr.contract import Contract, Effective, ErrorCode
from okr_mock.audit.credentials import dead_token, refusal_taken_for_success, token_per_call
from okr_mock.audit.entry import Entry, read_entry
from okr_mock.audit.finding import Clue, Finding, find, read_rules
from okr_mock.audit.messages import NumberForString, SecretInURL, snake_case_content, unknown_field, wrong_content_type
from okr_mock.audit.retries import hopeless_retry, ignored_rate_limit, no_backoff, resent_create
from okr_mock.exchange import Exchange

Judge = Callable[[Sequence[Entry]], Iterator[Clue]]


@dataclass(frozen=True)
class Report:
    """The audit of a world.

    Args:
        world: its name.
        calls: exchanges that were looked at.
        evicted: exchanges that were no longer there, so that the audit is partial.
        findings: in the order of the rules.
    """

    world: str
    calls: int
    evicted: int
    findings: tuple[Finding, ...]


class Auditor:
    """Audits worlds.

    Args:
        contract: knows every refusal.
        effective: the contract under the server's profile.
    """

    def __init__(self, contract: Contract, effective: Effective) -> None:
        self._operations = contract.operations
        self._refusals: dict[int, list[ErrorCode]] = {}
        for name in contract.catalog.entries:
            entry = effective.entry(name)
            self._refusals.setdefault(entry.code, []).append(entry)
        self._judges: dict[str, Judge] = {
            "resent_create": resent_create,
            "ignored_rate_limit": ignored_rate_limit,
            "no_backoff": no_backoff,
            "hopeless_retry": hopeless_retry,
            "dead_token": dead_token,
            "token_per_call": token_per_call,
            "refusal_taken_for_success": refusal_taken_for_success,
            "secret_in_url": SecretInURL(effective),
            "snake_case_content": snake_case_content,
            "unknown_field": unknown_field,
            "wrong_content_type": wrong_content_type,
            "number_for_string": NumberForString(effective),
        }

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of the rules, in the order in which findings are told."""
        return tuple(self._judges)

    def audit(self, world: str, exchanges: Iterable[Exchange], evicted: int = 0) -> Report:
        """Audit a world; the same exchanges give the same findings.

        Args:
            world: its name.
            exchanges: its exchanges, oldest first.
            evicted: how many gave way to newer ones.
        """
        entries = [read_entry(one, self._operations, self._refusals.get(one.code or 0, ())) for one in exchanges]
        findings = [finding for name in self._judges for finding in self._found(name, entries)]
        return Report(world, len(entries), evicted, tuple(findings))

    def _found(self, name: str, entries: Sequence[Entry]) -> Iterator[Finding]:
        clues: dict[str, list[Clue]] = {}
        for clue in self._judges[name](entries):
            operation = clue.entries[0].operation
            clues.setdefault(operation.id if operation else "", []).append(clue)
        for found in clues.values():
            yield find(read_rules()[name], found)
