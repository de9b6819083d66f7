"""The contract as the client needs it, read at the first call and shared by all clients."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from feishu_okr.client.call import Call
from feishu_okr.client.errors import InvalidParameters

if TYPE_CHECKING:
    from feishu_okr.contract import Contract, Effective, ErrorCode, Operation

_BRANDS = {"feishu": "Feishu", "lark": "Lark"}


@dataclass(frozen=True)
class Agreement:
    """The contract as the client needs it.

    Args:
        contract: the contract.
    """

    contract: "Contract"

    def operation(self, name: str) -> "Operation":
        """Give an operation.

        Args:
            name: its id.
        """
        return self.contract.operations[name]

    def server(self, brand: str) -> str:
        """Give the address of a brand's API.

        Args:
            brand: `feishu` or `lark`.
        """
        servers = {server["description"]: server["url"] for server in self.contract.document["servers"]}
        return str(servers[_BRANDS[brand]])

    def entry(self, code: int, status: int, msg: str) -> "ErrorCode | None":
        """Find a refusal in the catalog.

        Several may share a number: the one with this text and status is meant, else one with either, else the first.

        Args:
            code: number of the refusal.
            status: HTTP status.
            msg: text of the API.
        """
        entries = self._by_code.get(code, [])
        return max(entries, key=lambda entry: (msg in entry.messages.values(), entry.status == status), default=None)

    def check(self, call: Call[Any]) -> None:
        """Check a call before it is sent.

        Args:
            call: the call.

        Raises:
            InvalidParameters: it breaks the contract; names every place.
        """
        found = self._violations(call)
        if found:
            raise self._invalid(call.operation, found)

    def _violations(self, call: Call[Any]) -> list[dict[str, str]]:
        """Name what is wrong with a call; apart, so that no traceback of the error holds a secret of its body."""
        rules = self._effective.rules(call.operation)
        message: dict[str, Any] = {"path": dict(call.path), "query": call.given()}
        if call.body is not None:
            message["body"] = dict(call.body) | ({"data": ""} if call.file else {})
        checked = rules.check(message)
        found = [
            {"field": f"{one.place}{one.pointer}", "description": one.description}
            | ({} if one.value is None or self.operation(call.operation).issues_tokens else {"value": one.value})
            for one in checked.violations
        ]
        found += [{"field": remark.pointer.lstrip("/"), "description": remark.text} for remark in checked.remarks]
        return [*found, *self._file_violations(call)]

    def _file_violations(self, call: Call[Any]) -> Iterator[dict[str, str]]:
        if call.file:
            accepted = self._effective.accepted_files(self.operation(call.operation), "data")
            if call.file.media not in accepted:
                yield {"field": "body/data", "description": f"is none of {', '.join(accepted)}"}

    def _invalid(self, operation: str, found: list[dict[str, str]]) -> InvalidParameters:
        entry = self._effective.entry("invalid_parameters")
        told = "; ".join(violation_text(violation) for violation in found)
        return InvalidParameters(
            f"{operation} was not sent, because it breaks the contract: {told}",
            operation=operation,
            code=entry.code,
            msg=told,
            field_violations=tuple(found),
        )

    @cached_property
    def _by_code(self) -> dict[int, list["ErrorCode"]]:
        found: dict[int, list[ErrorCode]] = {}
        for entry in self.contract.catalog.entries.values():
            found.setdefault(entry.code, []).append(entry)
        return found

    @cached_property
    def _effective(self) -> "Effective":
        return self.contract.effective(self.contract.ledger.profile())


def violation_text(violation: Mapping[str, str]) -> str:
    """Write a violation in one line.

    Args:
        violation: `field`, `description` and maybe `value`.
    """
    value = f" (was {violation['value']!r})" if "value" in violation else ""
    return f"{violation.get('field', '')}: {violation.get('description', '')}{value}"


_reading = threading.Lock()


def agreement() -> Agreement:
    """Read the contract, at the first call only."""
    with _reading:  # many threads may begin at once
        return _read()


@cache
def _read() -> Agreement:
    from feishu_okr.contract import load  # takes 0.1 s, which importing the client should not

    return Agreement(load())
