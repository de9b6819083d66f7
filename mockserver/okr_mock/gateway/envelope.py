"""The envelope around every answer: success, refusal, and the headers that name the call."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

import orjson
from starlette.types import Send

from feishu_okr.contract import Effective, Operation, Profile, Violation
from feishu_okr.contract.number import whole_numbers
from okr_mock.gateway.delivery import DELIVER, Deliver, Delivery, NoSocketError
from okr_mock.world.turn import Quota, Turn

MOST_FIELD_VIOLATIONS = 100
NO_STATUS = 0
"""Status of an answer that never begins."""
WRITE = "okr_mock.write"
"""ASGI extension of our protocol: writes status, headers and body as they are given, the headers as bytes."""
Write = Callable[[Send, int, bytes, bytes], Awaitable[None]]
_JSON = b"application/json"
_FRACTION_OF_NOTHING = re.compile(rb"\.0[\],}]")  # that of a number ends its member; a text may look alike
_HEAD = b"%b%d\r\nX-Tt-Logid: %b\r\nX-Request-Id: %b\r\n"


class Refusal(Exception):  # noqa: N818 - an outcome, not an error
    """The API says no; an outcome, not a failure.

    Args:
        name: name in the catalog.
        params: values of the placeholders in its text.
    """

    def __init__(self, name: str, **params: str) -> None:
        super().__init__(name)
        self.name = name
        self.params = params


class Answer(NamedTuple):
    """What goes back to the caller.

    Args:
        status: HTTP status, or `NO_STATUS`.
        code: code of the envelope; None where there is no envelope.
        msg: text of the envelope, or of a plain answer.
        body: the bytes.
        content_type: their media type.
        extra: further header lines.
        delay: seconds to wait before it is sent.
        delivery: how it is sent; None for whole and at once.
    """

    status: int
    code: int | None
    msg: str
    body: bytes
    content_type: bytes = _JSON
    extra: bytes = b""
    delay: float = 0.0
    delivery: Delivery | None = None

    def head(self, turn: Turn) -> bytes:
        """Write the headers, their names spelled as the vendor does: its Python SDK looks them up by case.

        Args:
            turn: the call's place, which names it.
        """
        begin = _begin(turn.now // 1000, self.content_type)
        head = _HEAD % (begin, len(self.body), turn.log_id.encode(), turn.request_id.encode())
        if self.extra:
            head += self.extra
        return head if turn.quota is None else head + _quota_lines(turn.quota, turn.profile)

    async def send(self, turn: Turn, scope: Mapping[str, Any], send: Send) -> None:
        """Send the answer: through our own protocol where it serves, else as ASGI, which has no upper case.

        Args:
            turn: the call's place.
            scope: ASGI scope of the call.
            send: ASGI send.

        Raises:
            NoSocketError: the answer is to be delivered in a way that takes a socket, and there is none.
        """
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.delivery is not None:
            await self._deliver(self.delivery, turn, scope, send)
            return
        write: Write | None = scope.get("extensions", {}).get(WRITE)
        if write is not None:
            await write(send, self.status, self.head(turn), self.body)
            return
        lines = self.head(turn).rstrip().split(b"\r\n")
        headers = [(name.lower(), value) for name, _, value in (line.partition(b": ") for line in lines)]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})

    async def _deliver(self, delivery: Delivery, turn: Turn, scope: Mapping[str, Any], send: Send) -> None:
        deliver: Deliver | None = scope.get("extensions", {}).get(DELIVER)
        if deliver is None:
            text = f"the fault {delivery.kind!r} takes a connection; run the emulator with `okr-mock serve`"
            raise NoSocketError(text)
        await deliver(send, self.status, self.head(turn), self.body, delivery)


@lru_cache(maxsize=16)
def _begin(second: int, content_type: bytes) -> bytes:
    """Write the lines that are the same for all answers of a second and media type, up to the length."""
    moment = formatdate(second, usegmt=True).encode()
    return b"Date: %b\r\nContent-Type: %b\r\nContent-Length: " % (moment, content_type)


def _quota_lines(quota: Quota, profile: Profile) -> bytes:
    """Tell of the quota. Source: claim `quota_headers`."""
    if not quota.is_spent and profile["quota_headers"] != "always":
        return b""
    return b"x-ogw-ratelimit-limit: %d\r\nx-ogw-ratelimit-reset: %d\r\n" % (quota.limit, quota.reset)


def dump(value: Any, effective: Effective) -> bytes:
    """Write a JSON value, keys in the profile's order and whole numbers without a fraction.

    Args:
        value: JSON value.
        effective: the contract under the call's profile.
    """
    order = orjson.OPT_SORT_KEYS if effective.sorts_keys else None
    written = orjson.dumps(value, option=order)
    return orjson.dumps(whole_numbers(value), option=order) if _FRACTION_OF_NOTHING.search(written) else written


def success(payload: Mapping[str, Any], effective: Effective) -> Answer:
    """Answer that the call was carried out.

    Args:
        payload: the whole envelope with `code` and `msg`.
        effective: the contract under the call's profile.
    """
    return Answer(200, payload["code"], payload.get("msg", ""), dump(payload, effective))


def refused(
    refusal: Refusal,
    effective: Effective,
    turn: Turn,
    operation: Operation | None = None,
    violations: list[Violation] | None = None,
) -> Answer:
    """Answer that the call was refused, in the shape the catalog gives.

    Args:
        refusal: why.
        effective: the contract under the call's profile.
        turn: the call's place.
        operation: the operation that refuses, if the call reached one.
        violations: what broke the contract.
    """
    entry = effective.entry(refusal.name)
    text = effective.text(refusal.name, operation)
    msg = text.format(**refusal.params) if refusal.params else text
    if entry.body == "plain":
        return Answer(entry.status, None, msg, msg.encode(), b"text/plain")
    payload: dict[str, Any] = {"code": entry.code, "msg": msg}
    if entry.body == "data":
        payload["data"] = {}
    elif entry.body == "oauth":
        payload = {"code": entry.code, "error": entry.error, "error_description": msg}
    elif entry.body == "error":
        payload["error"] = _detail(refusal, effective, turn, operation, violations or [])
    return Answer(entry.status, entry.code, msg, dump(payload, effective))


def _detail(
    refusal: Refusal, effective: Effective, turn: Turn, operation: Operation | None, violations: list[Violation]
) -> dict[str, Any]:
    troubleshooter = effective.troubleshooter(refusal.name, turn.log_id, operation)
    detail: dict[str, Any] = {"log_id": turn.log_id, "troubleshooter": troubleshooter}
    if violations:
        detail["field_violations"] = _field_violations(violations, effective)
    if permission := effective.entry(refusal.name).permission:
        scopes = refusal.params["query"].split(",")
        url, description = (text.format(**refusal.params) for text in effective.helps())
        detail["permission_violations"] = [{"type": permission, "subject": scope} for scope in scopes]
        detail["helps"] = [{"url": url, "description": description}]
    return detail


def _field_violations(violations: list[Violation], effective: Effective) -> list[dict[str, str]]:
    """One a field and description: positions of a list are all written `[*]`."""
    unique: dict[tuple[str, str], Violation] = {}
    for violation in violations:
        unique.setdefault((violation.field, violation.description), violation)
    return [effective.told(violation) for violation in islice(unique.values(), MOST_FIELD_VIOLATIONS)]
