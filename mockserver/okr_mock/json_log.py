"""The log as JSON: one object a line, for calls and for what we have to say ourselves."""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from okr_mock.exchange import HIDDEN, SHORTEST_SECRET, Noted
from okr_mock.gateway.envelope import Answer
from okr_mock.gateway.request import Request
from okr_mock.world.turn import Turn

MOST_REASONS = 3
_LONGEST = 300


def json_line(request: Request, turn: Turn, answer: Answer | None, noted: Noted) -> str:
    """Write the line of a call.

    Args:
        request: what was asked.
        turn: the call's place.
        answer: what was answered.
        noted: what was noticed on the way.
    """
    told: dict[str, Any] = {
        "time": _now(),
        "level": "info" if answer is not None and answer.code == 0 else "warning",
        "method": request.method,
        "path": request.target.decode("latin-1"),
        "status": answer.status or None if answer else None,
        "code": answer.code if answer else None,
        "msg": answer.msg[:_LONGEST] if answer else "the caller left before the body was complete",
        "world": turn.world,
        "n": turn.n,
        "log_id": turn.log_id,
        "world_time": datetime.fromtimestamp(turn.now / 1000, UTC).isoformat(timespec="milliseconds"),
        "duration_us": noted.duration_us,
    }
    if noted.step:
        told |= {"step": noted.step, "fault": noted.fault or None}
    if noted.violations:
        found = noted.violations[:MOST_REASONS]
        told["violations"] = [f"{violation.field}: {violation.description}"[:_LONGEST] for violation in found]
    if noted.remarks:
        told["notes"] = [remark.text[:_LONGEST] for remark in noted.remarks[:MOST_REASONS]]
    return without_token(_dumped(told), request.token)


def without_token(line: str, token: str) -> str:
    """Hide the caller's token, wherever else than in its header the caller put it.

    Args:
        line: a line about the call.
        token: the token, or "".
    """
    return line.replace(token, HIDDEN) if len(token) >= SHORTEST_SECRET and token in line else line


def own_line(told: Mapping[str, Any]) -> str:
    """Write a line of our own.

    Args:
        told: what is to be said; `message` is its heading.
    """
    return _dumped({"time": _now(), "level": "warning", **told})


class JSONFormatter(logging.Formatter):
    """Writes warnings and errors of ours as JSON, their traceback in a string."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record.

        Args:
            record: the record.
        """
        told = {"time": _now(), "level": record.levelname.lower(), "message": record.getMessage()}
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return _dumped(told)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _dumped(told: dict[str, Any]) -> str:
    """Write JSON in ASCII, so that nothing of a caller's can move the cursor of who looks at it."""
    return json.dumps(told, separators=(",", ":"))
