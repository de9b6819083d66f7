"""Rules about calls that come again: when, and whether they should."""

from collections.abc import Iterator, Sequence

from okr_mock.audit.entry import Entry, Key
from okr_mock.audit.finding import Clue

SHORTEST_PAUSE = 100.0
"""Milliseconds between a failure and its repetition that count as waiting."""
_TOLERANCE = 50.0  # milliseconds by which clocks may differ


def resent_create(entries: Sequence[Entry]) -> Iterator[Clue]:
    """Find creates that came again after an ambiguous failure, with no successful read in between.

    Args:
        entries: the calls of a world, oldest first.
    """
    left_open: dict[Key, Entry] = {}
    for entry in entries:
        if entry.is_read and entry.is_fine:
            left_open.clear()
        if not entry.is_create or entry.key is None:
            continue
        first = left_open.pop(entry.key, None)
        if first and entry.follows(first) and (first.is_ambiguous or entry.began < first.sent):
            yield Clue((first, entry), {} if first.is_ambiguous else {"answer": "was not waited for"})
        if entry.is_ambiguous or entry.sent > entry.ended:
            left_open[entry.key] = entry


def ignored_rate_limit(entries: Sequence[Entry]) -> Iterator[Clue]:
    """Find calls of an operation that came before the wait was over which an earlier one was told of.

    Args:
        entries: the calls of a world, oldest first.
    """
    waiting: dict[str, Entry] = {}
    for entry in entries:
        if entry.operation is None:
            continue
        told = waiting.get(entry.operation.id)
        if told and entry.follows(told):
            wait, pause = told.told["ratelimit_reset"], entry.pause_after(told)
            if pause < wait * 1000 - _TOLERANCE:
                yield Clue((told, entry), {"wait": wait, "pause": _length(pause)})
        if entry.told.get("ratelimit_reset"):
            waiting[entry.operation.id] = entry


def no_backoff(entries: Sequence[Entry]) -> Iterator[Clue]:
    """Find calls repeated at once after a failure that passes by itself.

    Args:
        entries: the calls of a world, oldest first.
    """
    failed: dict[Key, Entry] = {}
    for entry in entries:
        if entry.key is None:
            continue
        first = failed.pop(entry.key, None)
        if first and entry.follows(first) and entry.pause_after(first) < SHORTEST_PAUSE:
            yield Clue((first, entry), {"pause": _length(entry.pause_after(first))})
        is_limit = entry.advises("wait") and not entry.told.get("ratelimit_reset")
        if entry.is_ambiguous or entry.advises("backoff") or is_limit:
            failed[entry.key] = entry


def hopeless_retry(entries: Sequence[Entry]) -> Iterator[Clue]:
    """Find calls repeated unchanged, with the same token, after a refusal that cannot pass by itself.

    A successful write in between may have changed what was refused. Token routes are left out: credentials are not
    kept, so whether two calls are the same cannot be told.

    Args:
        entries: the calls of a world, oldest first.
    """
    refused: dict[tuple[Key, str | None], Entry] = {}
    for entry in entries:
        if entry.key is None or entry.issues_tokens:
            continue
        name = (entry.key, entry.token)
        first = refused.get(name)
        if first and entry.follows(first):
            yield Clue((first, entry), refusal_of(first))
        if entry.is_fine and not entry.is_read:
            refused.clear()
        elif entry.advises("never") and not entry.fault:
            refused[name] = entry


def refusal_of(entry: Entry) -> dict[str, object]:
    """Name the refusal of a call.

    Args:
        entry: a refused call.
    """
    return {"code": entry.code, "refusal": entry.refusals[0].name}


def _length(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"
