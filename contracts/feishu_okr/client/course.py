"""The course of one call: what failed so far, and so what comes next."""

import time
from datetime import UTC, datetime
from typing import Any

from feishu_okr.client.call import Call
from feishu_okr.client.errors import Ambiguous, OKRDataNotFound, OKRError, RateLimited, TokenInvalid
from feishu_okr.client.secret import Secret
from feishu_okr.client.settings import Retries

_LEAST = 0.05  # seconds that a rate limit counts for at least, so that even "at once" comes to an end


class Course:
    """Decides after each failure of a call whether it is sent again.

    Args:
        call: the call.
        retries: how patient to be.
    """

    def __init__(self, call: Call[Any], retries: Retries) -> None:
        self.refused: Secret | None = None
        self._refused_at: float | None = None
        self._call = call
        self._retries = retries
        self._begin = datetime.now(UTC)
        self._failed = 0
        self._waited = 0.0
        self._in_doubt = False

    def pause(self, error: OKRError, token: Secret, *, renewable: bool) -> float:
        """Give the seconds to wait before the call is sent again.

        Args:
            error: what it failed with.
            token: what it was sent with.
            renewable: whether a new token can be had.

        Raises:
            OKRError: it is not sent again; the error, or an `Ambiguous` where it may have been carried out.
        """
        if isinstance(error, TokenInvalid) and error.retryable and renewable and self._may_renew(token):
            self.refused, self._refused_at = token, time.monotonic()
            return 0.0
        self._refused_at = None
        if error.carried_out and not self._call.repeatable:
            raise self._doubt(error) from error
        self._in_doubt = self._in_doubt or error.carried_out
        seconds = self._limit(error) if isinstance(error, RateLimited) else self._failure(error)
        if seconds is None:
            raise error
        return seconds

    def heed(self, seconds: float) -> float:
        """Give the seconds to wait for a rate limit that another call was told of: all, or none if that is too long.

        Args:
            seconds: how long the limit lasts.
        """
        if self._waited + seconds > self._retries.patience:
            return 0.0  # the API is asked, and says itself how long it would be
        self._waited += seconds
        return seconds

    def is_done(self, error: OKRError) -> bool:
        """Say whether a failure shows that an earlier attempt has reached what the call wanted.

        Args:
            error: what it failed with.
        """
        return self._in_doubt and self._call.gone_is_done and isinstance(error, OKRDataNotFound)

    def _may_renew(self, token: Secret) -> bool:
        """Say whether a newer token may do: not when it is one that came after a refusal and is refused at once."""
        return self._refused_at is None or token.since < self._refused_at

    def _limit(self, error: RateLimited) -> float | None:
        seconds = self._retries.pause(1) if error.retry_after is None else error.retry_after
        self._waited += max(seconds, _LEAST)
        return seconds if self._waited <= self._retries.patience else None

    def _failure(self, error: OKRError) -> float | None:
        self._failed += 1
        if not error.retryable or isinstance(error, TokenInvalid) or self._failed > self._retries.times:
            return None
        return self._retries.pause(self._failed)

    def _doubt(self, error: OKRError) -> Ambiguous:
        body = self._call.body or {}
        until = datetime.now(UTC)
        target = f" to target {body['target_id']}" if "target_id" in body else ""
        window = f"between {self._begin:%H:%M:%S} and {until:%H:%M:%S} UTC"
        return Ambiguous(
            f"{self._call.operation}{target} may have been carried out {window} and was not sent again. {error}",
            target_id=body.get("target_id", ""),
            target_type=body.get("target_type"),
            content=body.get("content"),
            since=self._begin,
            until=until,
            operation=self._call.operation,
            http_status=error.http_status,
            log_id=error.log_id,
        )
