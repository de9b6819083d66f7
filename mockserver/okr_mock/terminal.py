"""The terminal: one readable line a call."""

import logging
from datetime import datetime

from okr_mock.exchange import Noted
from okr_mock.gateway.envelope import Answer
from okr_mock.gateway.request import Request
from okr_mock.world.turn import Turn

logger = logging.getLogger("okr_mock.calls")
_LONGEST_REASON = 300


def report(request: Request, turn: Turn, answer: Answer | None, noted: Noted) -> None:
    """Print a call: time, method, path, status, code, world and reason; refusals and warnings also at level warning.

    Args:
        request: what was asked.
        turn: the call's place.
        answer: what was answered; None where the caller left before that.
        noted: what was noticed on the way.
    """
    level = logging.INFO if answer and answer.code == 0 else logging.WARNING
    if logger.isEnabledFor(level):
        logger.log(level, "%s", line(request, turn, answer, noted))


def line(request: Request, turn: Turn, answer: Answer | None, noted: Noted) -> str:
    """Write the line of a call; nothing of the caller's can move the cursor.

    Args:
        request: what was asked.
        turn: the call's place.
        answer: what was answered.
        noted: what was noticed on the way.
    """
    moment = datetime.fromtimestamp(turn.now / 1000)  # in the reader's own time
    status = str(answer.status) if answer else "---"
    code = str(answer.code) if answer and answer.code is not None else "-"
    head = f"{moment:%H:%M:%S} {request.method:6} {request.target.decode('latin-1')} {status} {code}"
    return _printable(f"{head} [{turn.world}] {_reason(answer, noted)}".rstrip())


def _reason(answer: Answer | None, noted: Noted) -> str:
    if answer is None:
        return "the caller left before the body was complete"
    parts = [answer.msg] if answer.code != 0 else []
    parts += [f"{violation.field}: {violation.description}" for violation in noted.violations[:3]]
    parts += [f"note: {remark.text}" for remark in noted.remarks[:2]]
    more = max(0, len(noted.violations) - 3) + max(0, len(noted.remarks) - 2)
    reason = "; ".join(parts)
    return (reason[:_LONGEST_REASON] + "…" if len(reason) > _LONGEST_REASON else reason) + (
        f" (+{more})" if more else ""
    )


def _printable(text: str) -> str:
    return (
        text if text.isprintable() else "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
    )
