"""An entry: an exchange as the audit reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson

from feishu_okr.contract import ErrorCode, Operation
from okr_mock.exchange import Exchange
from okr_mock.gateway.request import JSON

_OK = 200
_FAILED = 500
_SECOND = 1000
Key = tuple[str, str, str, bytes]


@dataclass(frozen=True)
class Entry:
    """An exchange, read.

    Args:
        told: the exchange as JSON.
        operation: the operation it reached, if any.
        refusals: entries of the catalog that it may have been refused with; several where they share a code.
    """

    told: Mapping[str, Any]
    operation: Operation | None
    refusals: Sequence[ErrorCode]

    @property
    def n(self) -> int:
        """Number of the call in its world."""
        number: int = self.told["n"]
        return number

    @property
    def code(self) -> int | None:
        """Code of the envelope."""
        code: int | None = self.told["code"]
        return code

    @property
    def token(self) -> str | None:
        """Fingerprint of the token that was sent."""
        token: str | None = self.told["token"]
        return token

    @property
    def ended(self) -> float:
        """When the answer was ready, in milliseconds of real time from any moment on."""
        return float(self.told["uptime_us"]) / 1000

    @property
    def began(self) -> float:
        """When the request was complete, on the same clock."""
        return self.ended - float(self.told["duration_us"]) / 1000

    @property
    def sent(self) -> float:
        """When a step of a scenario let the answer go, on the same clock; where none did, when it was ready."""
        return self.ended + float(self.told.get("delay_ms") or 0)

    @cached_property
    def at(self) -> float:
        """The world's time in milliseconds since the epoch."""
        return datetime.fromisoformat(self.told["time"]).timestamp() * _SECOND

    @property
    def fault(self) -> str:
        """How the answer was kept from the caller, "" for not at all."""
        return self.told.get("fault") or ""

    @property
    def is_fine(self) -> bool:
        """Whether the call was carried out and the caller could know it."""
        return self.code == 0 and not self.fault

    @property
    def issues_tokens(self) -> bool:
        """Whether this is a call of a token route."""
        return self.operation is not None and self.operation.issues_tokens

    @property
    def is_create(self) -> bool:
        """Whether the call writes something new and can be compared with others."""
        operation = self.operation
        return (
            operation is not None
            and operation.method == "POST"
            and not operation.issues_tokens
            and operation.media[:1] == (JSON,)
        )

    @property
    def is_read(self) -> bool:
        """Whether the call only looks."""
        return self.operation is not None and self.operation.method == "GET"

    @property
    def is_ambiguous(self) -> bool:
        """Whether the caller cannot know if the call was carried out."""
        is_broken = self.code is None and self.told["status"] == _OK
        return bool(self.fault) or (self.told["status"] or 0) >= _FAILED or is_broken

    def advises(self, *retry: str) -> bool:
        """Say whether the catalog's advice is one of these, whichever entry it was.

        Args:
            retry: `never`, `refresh_token`, `wait` or `backoff`.
        """
        return bool(self.refusals) and all(entry.retry in retry for entry in self.refusals)

    @cached_property
    def key(self) -> Key | None:
        """What is equal for equal calls; None where that cannot be told, because the body was not kept."""
        body = self.told["request"]
        if self.operation is None or (self.told["request_bytes"] and not isinstance(body, dict)):
            return None
        if self.operation.has_body and self.operation.media[0].startswith("multipart/"):
            return None
        query = orjson.dumps(self.told["query"]).decode()
        return (self.operation.id, self.told["path"], query, orjson.dumps(body, option=orjson.OPT_SORT_KEYS))

    def follows(self, other: "Entry") -> bool:
        """Say whether this call was made when the answer to the other one was there.

        Args:
            other: an earlier call.
        """
        return self.began >= other.ended

    def pause_after(self, other: "Entry") -> float:
        """Milliseconds since the answer to another call: real ones or the world's, whichever are more.

        Args:
            other: an earlier call.
        """
        since = other.sent if self.began >= other.sent else other.ended  # who gave up waiting has had no answer
        return max(self.began - since, self.at - other.at, 0.0)

    @property
    def answer(self) -> str:
        """What the caller got, in words."""
        if self.fault:
            return f"was answered with the fault {self.fault!r}"
        if self.code is None:
            return f"was answered with HTTP {self.told['status']} and no code"
        return f"was answered with HTTP {self.told['status']} and code {self.code}"


def read_entry(exchange: Exchange, operations: Mapping[str, Operation], refusals: Sequence[ErrorCode]) -> Entry:
    """Read an exchange.

    Args:
        exchange: what the journal keeps.
        operations: operations by id.
        refusals: entries of the catalog with its code.
    """
    told = orjson.loads(exchange.data)
    same_status = [entry for entry in refusals if entry.status == exchange.status] or refusals
    same_text = [entry for entry in same_status if told["msg"] in entry.messages.values()]
    return Entry(told, operations.get(exchange.operation), same_text or same_status)
