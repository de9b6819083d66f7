"""Which error an answer with a code other than 0 is; the catalog of the contract decides."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from feishu_okr.client import errors
from feishu_okr.client.action import Answer
from feishu_okr.client.agreement import agreement, violation_text

if TYPE_CHECKING:
    from feishu_okr.contract import ErrorCode

_BY_NAME = {
    "invalid_parameters": errors.InvalidParameters,
    "invalid_parameters_old": errors.InvalidParameters,
    "param_is_invalid": errors.InvalidParameters,
    "no_permission": errors.NoPermission,
    "no_permission_old": errors.NoPermission,
    "no_permission_period": errors.NoPermission,
    "user_not_found": errors.UserNotFound,
    "user_not_found_old": errors.UserNotFound,
    "okr_data_not_found": errors.OKRDataNotFound,
    "okr_data_not_found_old": errors.OKRDataNotFound,
}
_BY_STAGE = {
    "token": errors.TokenInvalid,
    "issue_token": errors.TokenInvalid,
    "scope": errors.ScopeMissing,
    "read": errors.InvalidParameters,
    "check": errors.InvalidParameters,
    "transform": errors.InvalidParameters,
}
_BY_RETRY = {"wait": errors.RateLimited, "backoff": errors.ServerError}


def refusal(operation: str, answer: Answer, envelope: Mapping[str, Any]) -> errors.Refused:
    """Make the error of a refusal.

    Args:
        operation: id of the operation.
        answer: what came back.
        envelope: its JSON.
    """
    code, msg = envelope["code"], str(envelope.get("msg", ""))
    detail = _mapping(envelope.get("error"))
    entry = agreement().entry(code, answer.status, msg)
    violations = tuple(_mapping(item) for item in _items(detail.get("field_violations")))
    scopes = tuple(str(_mapping(item).get("subject", "")) for item in _items(detail.get("permission_violations")))
    log_id = str(detail.get("log_id") or answer.headers.get("x-tt-logid") or answer.headers.get("x-request-id") or "")
    told = "".join(f"; {violation_text(item)}" for item in violations)
    where = f"HTTP {answer.status}, log id {log_id or 'unknown'}"
    advice = f" {entry.advice}" if entry else ""
    return _kind(entry, answer.status)(
        f"{operation} was refused with {code} {msg!r} ({where}){told}.{advice}",
        code=code,
        msg=msg,
        troubleshooter=str(detail.get("troubleshooter", "")),
        field_violations=violations,
        scopes=scopes,
        retry_after=_seconds(answer.headers),
        operation=operation,
        http_status=answer.status,
        log_id=log_id,
        carried_out=_may_be_carried_out(entry, answer.status),
        retryable=entry.retry != "never" if entry else answer.status >= 500,
    )


def _kind(entry: "ErrorCode | None", status: int) -> type[errors.Refused]:
    if entry is None:
        return errors.ServerError if status >= 500 else errors.Refused
    return _BY_NAME.get(entry.name) or _BY_RETRY.get(entry.retry) or _BY_STAGE.get(entry.stage) or errors.Refused


def _may_be_carried_out(entry: "ErrorCode | None", status: int) -> bool:
    """Say whether the call may have reached the service and failed there half-way; the gateway refuses before that."""
    if entry is None:
        return status >= 500
    return entry.stage == "service" and entry.retry == "backoff"


def _seconds(headers: Mapping[str, str]) -> float | None:
    """Read how long the API wants us to wait; a date or nonsense counts as not said."""
    for name in ("x-ogw-ratelimit-reset", "retry-after"):
        try:
            seconds = float(headers.get(name, ""))
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    return None


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
