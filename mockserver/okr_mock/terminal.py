"""The terminal: one readable line a call."""

import asyncio
import contextlib
from functools import lru_cache
from time import localtime, strftime
from typing import TextIO

from okr_mock.exchange import Noted
from okr_mock.gateway.envelope import Answer
from okr_mock.gateway.request import Request
from okr_mock.json_log import json_line, without_token
from okr_mock.world.turn import Turn

_LONGEST_REASON = 300


class Terminal:
    """Prints calls, those of one turn of the event loop together; a stream that is gone disturbs no call.

    Args:
        stream: where lines go.
        level: `info` for every call, `warning` for refused ones, `error` for none.
        form: `text` for people, `json` for programs.
    """

    def __init__(self, stream: TextIO, level: str, form: str = "text") -> None:
        self._stream = stream
        self._line = json_line if form == "json" else line
        self._all = level == "info"
        self._refused = level != "error"
        self._lines: list[str] = []

    def report(self, request: Request, turn: Turn, answer: Answer | None, noted: Noted) -> None:
        """Print a call: time, method, path, status, code, world and reason.

        Args:
            request: what was asked.
            turn: the call's place.
            answer: what was answered; None where the caller left before that.
            noted: what was noticed on the way.
        """
        is_fine = answer is not None and answer.code == 0
        if not (self._all if is_fine else self._refused):
            return
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._print)
        self._lines.append(self._line(request, turn, answer, noted))

    def _print(self) -> None:
        lines, self._lines = self._lines, []
        with contextlib.suppress(OSError, ValueError):
            self._stream.write("\n".join([*lines, ""]))
            self._stream.flush()


def line(request: Request, turn: Turn, answer: Answer | None, noted: Noted) -> str:
    """Write the line of a call; nothing of the caller's can move the cursor.

    Args:
        request: what was asked.
        turn: the call's place.
        answer: what was answered.
        noted: what was noticed on the way.
    """
    status, code = (answer.status, answer.code) if answer else (0, None)
    head = _head(turn.now // 1000, request.method, request.target, status, code, turn.world)
    if code == 0 and not noted.remarks and not noted.step:
        return without_token(head, request.token)
    return without_token(head + printable(f" {_reason(answer, noted)}".rstrip()), request.token)


@lru_cache(maxsize=64)
def _head(second: int, method: str, target: bytes, status: int, code: int | None, world: str) -> str:
    """Write what is often the same for calls of one second, as where many records are written."""
    time = strftime("%H:%M:%S", localtime(second))
    shown = "-" if code is None else str(code)
    return printable(f"{time} {method:6} {target.decode('latin-1')} {status or '---'} {shown} [{world}]")


def _reason(answer: Answer | None, noted: Noted) -> str:
    if answer is None:
        return "the caller left before the body was complete"
    parts = [answer.msg] if answer.code != 0 and answer.msg else []
    parts += [f"step {noted.step}" + (f": {noted.fault}" if noted.fault else "")] if noted.step else []
    parts += [f"{violation.field}: {violation.description}" for violation in noted.violations[:3]]
    parts += [f"note: {remark.text}" for remark in noted.remarks[:2]]
    more = max(0, len(noted.violations) - 3) + max(0, len(noted.remarks) - 2)
    reason = "; ".join(parts)
    short = reason[:_LONGEST_REASON] + "…" if len(reason) > _LONGEST_REASON else reason
    return f"{short} (+{more})" if more else short


def printable(text: str) -> str:
    """Write a text so that nothing in it moves the cursor.

    Args:
        text: the text.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
