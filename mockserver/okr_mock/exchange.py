"""An exchange: one call and its answer, redacted when it is written down."""

import contextlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from secrets import token_bytes
from time import gmtime, perf_counter_ns, strftime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from feishu_okr.contract import Operation, Remark, Violation
from feishu_okr.contract.nesting import read_json
from okr_mock.gateway.envelope import Answer
from okr_mock.gateway.request import MULTIPART, Request
from okr_mock.world.turn import Turn

HIDDEN = "***"
_SECRET_HEADERS = frozenset({b"authorization", b"proxy-authorization", b"cookie", b"x-api-key"})
_SECRET_WORDS = (b"secret", b"access_token", b"refresh_token", b"app_ticket", b"code_verifier", b"password")
_SECRET_NAME = re.compile(b"|".join(_SECRET_WORDS).decode(), re.IGNORECASE)
SHORTEST_SECRET = 16
_TOKEN = re.compile(
    rf"[A-Za-z][A-Za-z0-9._~+/=-]{{{SHORTEST_SECRET - 1},}}"
)  # nothing that could be JSON around values
_PROBE = 32
_TICKET = re.compile(rb"ticket=[A-Za-z0-9._-]+")
LONGEST_BODY = 256 * 1024
_FINGERPRINT_KEY = token_bytes(32)  # of this process alone, so that no guess at a token can be tried elsewhere
_RESET = re.compile(rb"^x-ogw-ratelimit-reset:[ ]*([0-9]{1,9})\r$", re.IGNORECASE | re.MULTILINE)
_CODE = "code"
_NULL = b"null"
_EMPTY = b"[]"
_HEAD = (
    b'{"n":%d,"world":%b,"time":"%b.%03dZ",%b,%b,"log_id":"%b",'
    b'"violations":%b,"warnings":%b,"uptime_us":%d,"duration_us":%d,"request_bytes":%d'
)
"""What comes before the bodies; to fill in a template takes half the time of writing a dict of sixteen names."""


class Exchange(NamedTuple):
    """One call and its answer.

    Args:
        n: number of the call in its world.
        operation: operation id, or "" for a call that reached none.
        code: code of the envelope; None where there was none.
        status: HTTP status; None where the caller left before an answer.
        size: bytes of the whole exchange.
        parts: the whole exchange as JSON, cut where bodies could be kept as they came.
    """

    n: int
    operation: str
    code: int | None
    status: int | None
    size: int
    parts: tuple[bytes, ...]

    @property
    def data(self) -> bytes:
        """The whole exchange as JSON."""
        return b"".join(self.parts)

    @property
    def head(self) -> bytes:
        """The exchange without the two bodies, as JSON on one line."""
        return self.parts[0] + b"}"


@dataclass(slots=True)
class Noted:
    """What was noticed on a call's way, whether or not it was refused.

    Args:
        violations: every place where the message breaks the contract.
        remarks: what was accepted but should be mended.
        is_clean: whether the message passed the closed contract at once, so that its body holds known fields only.
        step: step of a scenario that took the call, "" for none.
        fault: how the answer was kept from the caller, "" for not at all.
        body: JSON to keep in place of a body that is none; empty for none.
        duration_us: microseconds from the complete request to the answer.
    """

    violations: list[Violation] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    is_clean: bool = False
    step: str = ""
    fault: str = ""
    body: bytes = b""
    duration_us: int = 0


def exchange(
    request: Request, turn: Turn, operation: Operation | None, noted: Noted, answer: Answer | None
) -> Exchange:
    """Write one call down, without credentials.

    Args:
        request: what was asked.
        turn: the call's place.
        operation: the operation it reached, if any.
        noted: what was noticed on the way.
        answer: what was answered; None where the caller left before that.
    """
    code, status = (answer.code, answer.status or None) if answer else (None, None)
    head = _head(request, turn, operation, noted, answer)
    answered = _answer_body(answer, operation, noted)
    asked = _request_body(request, operation, noted)
    parts: tuple[bytes, ...] = (head, b',"request":', asked, b',"answer":', answered, b"}")
    if _tells_token(head, asked, answered, request, operation):
        parts = _without_token(parts, request.token.encode("latin-1"))
    size = len(head) + len(asked) + len(answered)
    return Exchange(turn.n, operation.id if operation else "", code, status, size, parts)


def _head(request: Request, turn: Turn, operation: Operation | None, noted: Noted, answer: Answer | None) -> bytes:
    """Write all but the bodies, an object that is still open."""
    second, milliseconds = divmod(turn.now, 1000)
    name = operation.id if operation else None
    query = tuple(_query(request.query, operation)) if request.query else ()
    violations = [_violation(violation, operation) for violation in noted.violations]
    head = _HEAD % (
        turn.n,
        orjson.dumps(turn.world),
        _second(second),
        milliseconds,
        _asked(name, request.method, request.target, query, tuple(request.headers), request.token),
        _outcome(answer.status or None, answer.code, answer.msg) if answer else _outcome(None, None, None),
        turn.log_id.encode(),
        orjson.dumps(violations) if violations else _EMPTY,
        orjson.dumps(noted.remarks) if noted.remarks else _EMPTY,
        perf_counter_ns() // 1000,
        noted.duration_us,
        len(request.body),
    )
    hindrances = _hindrances(noted, turn, answer) if noted.step or turn.quota else None
    return b"%b,%b" % (head, _members(hindrances)) if hindrances else head


@lru_cache(maxsize=4)
def _second(second: int) -> bytes:
    return strftime("%Y-%m-%dT%H:%M:%S", gmtime(second)).encode()


@lru_cache(maxsize=64)
def _asked(
    operation: str | None,
    method: str,
    target: bytes,
    query: tuple[tuple[str, str], ...],
    headers: tuple[tuple[bytes, bytes], ...],
    token: str,
) -> bytes:
    """Write what was asked; a caller asks the same again and again."""
    shown = {
        name.decode("latin-1"): HIDDEN if name in _SECRET_HEADERS else value.decode("latin-1")
        for name, value in headers
    }
    asked = {"operation": operation, "method": method, "path": target.decode("latin-1")}
    return _members({**asked, "query": query, "headers": shown, "token": _fingerprint(token) if token else None})


@lru_cache(maxsize=64)
def _outcome(status: int | None, code: int | None, msg: str | None) -> bytes:
    return _members({"status": status, "code": code, "msg": msg})


def _members(value: dict[str, Any]) -> bytes:
    """Write members of an object without its braces."""
    return orjson.dumps(value)[1:-1]


def _fingerprint(token: str) -> str:
    """Tell tokens apart without telling anything about them."""
    return blake2b(token.encode(), key=_FINGERPRINT_KEY, digest_size=4).hexdigest()


def _hindrances(noted: Noted, turn: Turn, answer: Answer | None) -> dict[str, Any]:
    """Tell of what a scenario or a quota did to the call: step, fault and delay, and for how long it shall wait."""
    told: dict[str, Any] = {}
    if noted.step:
        told |= {"step": noted.step, "fault": noted.fault or None, "delay_ms": answer and round(answer.delay * 1000)}
    reset = _RESET.search(answer.extra) if answer else None
    if turn.quota is not None and turn.quota.is_spent:
        told["ratelimit_reset"] = turn.quota.reset
    elif reset:
        told["ratelimit_reset"] = int(reset[1])
    return told


def _tells_token(head: bytes, asked: bytes, answered: bytes, request: Request, operation: Operation | None) -> bool:
    """Say whether the caller's token stands anywhere else than in its header."""
    if len(request.token) < SHORTEST_SECRET:
        return False
    start = request.token[:_PROBE].encode("latin-1")  # neither a very short text nor a long one is found as fast
    repeats_itself = operation is not None and operation.has_body  # such an answer holds nothing the body does not
    is_there = start in head or start in asked or (not repeats_itself and start in answered)
    return is_there and _TOKEN.fullmatch(request.token) is not None


def _without_token(parts: tuple[bytes, ...], token: bytes) -> tuple[bytes, ...]:
    """Hide the token; where that tears the JSON, as inside a number, keep no bodies."""
    hidden = tuple(part.replace(token, HIDDEN.encode()) for part in parts)
    try:
        orjson.loads(b"".join(hidden))
    except orjson.JSONDecodeError:
        return (hidden[0], hidden[1], _NULL, hidden[3], _NULL, hidden[5])
    return hidden


def _query(query: bytes, operation: Operation | None) -> list[tuple[str, str]]:
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, errors="replace")
    is_credential = operation is not None and operation.issues_tokens
    return [
        (name, HIDDEN if is_credential or name == "ticket" or _SECRET_NAME.search(name) else value)
        for name, value in pairs
    ]


def _request_body(request: Request, operation: Operation | None, noted: Noted) -> bytes:
    """Keep the body as it was sent where it is known to be harmless; else hide secrets, or keep nothing."""
    if operation is None or not request.body:
        return _NULL
    body = noted.body or request.body
    if len(body) > LONGEST_BODY or (MULTIPART in operation.media and not noted.body):
        return _too_long(body)
    if operation.issues_tokens:
        return _credentials(body)
    if noted.is_clean and operation.has_body:
        return body
    try:
        return _without_secrets(body)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):
        text = body.decode("utf-8", errors="replace")
        return orjson.dumps("[names a secret, not kept]" if _SECRET_NAME.search(text) else text)


def _violation(violation: Violation, operation: Operation | None) -> Any:
    shown = {"place": violation.place, "pointer": violation.pointer, "field": violation.field}
    shown |= {"keyword": violation.keyword, "description": violation.description}
    may_show = violation.value is None or not (operation and operation.issues_tokens)
    return _hide(shown | {"value": violation.value if may_show else HIDDEN})


def _answer_body(answer: Answer | None, operation: Operation | None, noted: Noted) -> bytes:
    if answer is None:
        return _NULL
    if answer.content_type.startswith(b"image/"):
        return _too_long(answer.body)
    is_telling = bool(noted.violations) or (operation is not None and operation.issues_tokens)
    if answer.code is None and (is_telling or (operation and MULTIPART in operation.media)):
        return _too_long(answer.body)  # a step has broken its JSON, so what is secret in it cannot be told
    if answer.code is None:
        return orjson.dumps(answer.body.decode("utf-8", errors="replace"))
    if is_telling:
        return _without_secrets(answer.body)
    if operation and MULTIPART in operation.media:
        return _TICKET.sub(b"ticket=" + HIDDEN.encode(), answer.body)
    return answer.body if len(answer.body) <= LONGEST_BODY else _too_long(answer.body)


def _credentials(body: bytes) -> bytes:
    """Keep what was sent to a token route, where it can be told what is secret in it; authorization codes are."""
    with contextlib.suppress(orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):
        value = read_json(body)
        if isinstance(value, dict):
            return orjson.dumps({name: HIDDEN if name == _CODE else _hide({name: value[name]})[name] for name in value})
    return orjson.dumps(f"[{len(body)} bytes of credentials, not kept]")


def _without_secrets(body: bytes) -> bytes:
    """Write JSON anew, which fails where it is nested too deeply for most readers."""
    value = read_json(body)
    lower = body.lower()
    return orjson.dumps(_hide(value) if any(word in lower for word in _SECRET_WORDS) else value)


def _too_long(body: bytes) -> bytes:
    return orjson.dumps(f"[{len(body)} bytes, not kept]")


def _hide(value: Any) -> Any:
    if isinstance(value, list):
        return [_hide(item) for item in value]
    if isinstance(value, dict):
        return {key: HIDDEN if _is_secret(key, item) else _hide(item) for key, item in value.items()}
    return value


def _is_secret(key: str, value: Any) -> bool:
    """Judge a field by its name; the value of a violation is JSON in a string and may hold such a field itself."""
    is_telling = key == "value" and isinstance(value, str) and _SECRET_NAME.search(value)
    return bool(is_telling or _SECRET_NAME.search(key))
