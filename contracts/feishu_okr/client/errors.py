"""What can go wrong with a call, as one tree.

* OKRError                    everything below
  x Refused                   the API said no: code, msg, log_id and what else it told
    + InvalidParameters       the call breaks the contract; also raised before sending, then http_status is None
    + NoPermission            the caller may not see or change this
    + UserNotFound
    + OKRDataNotFound         no such objective, key result, record, period …
    + RateLimited             too many calls; retry_after says for how long
    + TokenInvalid            the token, or the app's id and secret, are not accepted
    + ScopeMissing            the app or the person has not granted a scope; scopes names those that would do
    + ServerError             the service failed; the same call may succeed later
  x Unreachable               no answer of the API arrived
  x Ambiguous                 a write may have happened and may not; nothing was repeated
  x ContractBroken            an answer arrived that the contract does not know
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


class OKRError(Exception):
    """A call did not succeed.

    Args:
        message: what happened, where, and what to do.
        operation: id of the operation, such as `okr.v1.progress_record.create`.
        http_status: HTTP status of the answer; None where there was none.
        log_id: the vendor's id of the call, or "".
        carried_out: whether the call may have been carried out all the same.
        retryable: whether the same call may succeed later.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        http_status: int | None = None,
        log_id: str = "",
        carried_out: bool = False,
        retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.http_status = http_status
        self.log_id = log_id
        self.carried_out = carried_out
        self.retryable = retryable


class Refused(OKRError):
    """The API, or the check before sending, said no.

    Args:
        message: as above.
        code: number of the refusal.
        msg: text of the API.
        troubleshooter: link to the vendor's advice, or "".
        field_violations: the fields that broke the contract: `field`, `description` and maybe `value`.
        scopes: scopes of which any one would do.
        retry_after: seconds after which the API would take the call; None where it does not say.
        facts: as above.
    """

    def __init__(
        self,
        message: str,
        *,
        code: int = 0,
        msg: str = "",
        troubleshooter: str = "",
        field_violations: tuple[Mapping[str, str], ...] = (),
        scopes: tuple[str, ...] = (),
        retry_after: float | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(message, **facts)
        self.code = code
        self.msg = msg
        self.troubleshooter = troubleshooter
        self.field_violations = field_violations
        self.scopes = scopes
        self.retry_after = retry_after


class InvalidParameters(Refused):
    """The call breaks the contract; `field_violations` names the places. Unsent if `http_status` is None."""


class NoPermission(Refused):
    """The caller may not see or change this."""


class UserNotFound(Refused):
    """There is no such user, or not in this kind of id."""


class OKRDataNotFound(Refused):
    """There is no such objective, key result, record, OKR or period."""


class RateLimited(Refused):
    """Too many calls, and the limit ends later than the client is willing to wait; see `retry_after`."""


class TokenInvalid(Refused):
    """The token is not accepted, not even a new one; or the app's id and secret are not."""


class ScopeMissing(Refused):
    """A scope was not granted; `scopes` names those of which any one would do."""


class ServerError(Refused):
    """The service failed, and failed again when the call was repeated."""


class Unreachable(OKRError):
    """No answer of the API arrived: no connection, a time-out, or the page of something in between."""


class Ambiguous(OKRError):
    """A write may have happened and may not, and the client did not repeat it.

    The error that left it open is `__cause__`.

    Args:
        message: as above.
        target_id: id of the objective or key result, or "" where the call has none.
        target_type: 2 is an objective and 3 a key result; None where the call has none.
        content: the content as it was sent; None where the call has none.
        since: the write happened after this moment, if it did.
        until: and before this one.
        candidates: ids of records that may be the one that was written.
        facts: as above.
    """

    def __init__(
        self,
        message: str,
        *,
        target_id: str = "",
        target_type: int | None = None,
        content: Any = None,
        since: datetime | None = None,
        until: datetime | None = None,
        candidates: tuple[str, ...] = (),
        **facts: Any,
    ) -> None:
        super().__init__(message, **{"carried_out": True} | facts)
        self.target_id = target_id
        self.target_type = target_type
        self.content = content
        self.since = since
        self.until = until
        self.candidates = candidates


class ContractBroken(OKRError):
    """An answer arrived that the contract does not know: no JSON, no `code`, no `data`, or pages without an end."""
