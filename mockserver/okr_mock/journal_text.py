"""Exchanges as text for people: a list of calls, and why an expectation was not met."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from okr_mock.terminal import printable

MOST_CALLS = 50
"""Calls that a list shows, the newest ones."""
_MOST_PLACES, _MOST_NOTES = 8, 2
_LONGEST = 160
_NO_STATUS = "left"  # the caller did, before an answer


def journal_text(requests: Sequence[Mapping[str, Any]], evicted: int) -> str:
    """Write a list of calls in the order of their time, with what was wrong with each; nothing in it is secret.

    Args:
        requests: entries of a journal, oldest first.
        evicted: how many older ones the journal has lost.
    """
    shown = requests[-MOST_CALLS:]
    earlier = evicted + len(requests) - len(shown)
    head = [f"… {earlier} earlier calls"] if earlier else []
    return "\n".join([*head, *(line for entry in shown for line in _lines(entry))]) or "no call came"


def expectation_text(
    call: str, times: int | None, found: Mapping[str, Any], misses: Iterable[Mapping[str, Any]]
) -> str:
    """Say that calls were not as expected, and what came closest.

    Args:
        call: what was asked for.
        times: how often it was expected; None for once or more.
        found: answer of `requests/find`.
        misses: near misses, the closest first.
    """
    world, total = found["world"], found["total"]
    expected = "at least once" if times is None else _times(times)
    lines = [f"{call}: expected {expected}, came {_times(total)} (world {world})"]
    if found["inconclusive"]:
        text = f"{call}: inconclusive, {found['inconclusive']}; expected {expected}, found {_times(total)}"
        lines = [f"{text} (world {world})"]
    if total:
        lines += [f"  {line}" for entry in found["requests"][-MOST_CALLS:] for line in _lines(entry)]
    for miss in misses:
        lines += ["nearest:", *(f"  {line}" for line in _lines(miss["request"]))]
        lines += [f"    {_difference(failed)}" for failed in miss["failed"]]
    return "\n".join(lines)


def _difference(failed: Mapping[str, Any]) -> str:
    actual = "is not there" if failed.get("is_missing") else f"is {_short(failed['actual'])}"
    return f"{failed['place']}: expected {failed['expected']}; {actual}"


def _lines(entry: Mapping[str, Any]) -> list[str]:
    """Write one call: number, time, operation, answer, step and fault; below it what was wrong at which place."""
    name = entry["operation"] or f"{entry['method']} {entry['path']} (no operation)"
    answer = _NO_STATUS if entry["status"] is None else str(entry["status"])
    answer += "" if entry["code"] is None else f" code {entry['code']}"
    parts = [f"#{entry['n']}", entry["time"].partition("T")[2], name, answer]
    parts += [f"step {entry['step']}"] if entry.get("step") else []
    parts += [f"fault {entry['fault']}"] if entry.get("fault") else []
    places = [f"{found['place']}{found['pointer']}: {found['description']}" for found in entry["violations"]]
    notes = [f"{found['pointer'] or 'note'}: {found['text']}" for found in entry["warnings"]]
    shown = [*places[:_MOST_PLACES], *notes[:_MOST_NOTES]]
    more = len(places) + len(notes) - len(shown)
    below = [*shown, *([f"… {more} more"] if more else [])]
    return [printable(line) for line in ("  ".join(parts), *(f"    {line}" for line in below))]


def _times(number: int) -> str:
    return "never" if not number else "once" if number == 1 else f"{number} times"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
