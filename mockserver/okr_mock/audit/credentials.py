"""Rules about tokens, and about refusals that come with HTTP 200 as those of the token routes do."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from okr_mock.audit.entry import Entry
from okr_mock.audit.finding import Clue
from okr_mock.audit.retries import refusal_of

_RUN = 3
"""Tokens in a row, each followed by one call, that make a habit."""
_OK = 200
_SOON = 1000.0  # milliseconds within which two calls belong to one chain
_NOTHING = re.compile(r"/(?:undefined|null|None|nil|NaN|)(?:/|$)", re.IGNORECASE)


def dead_token(entries: Sequence[Entry]) -> Iterator[Clue]:
    """Find tokens that were sent again after a refusal whose advice is to get a new one.

    A token that was issued in between ends the matter: the API may give the same text again.

    Args:
        entries: the calls of a world, oldest first.
    """
    refused: dict[str, Entry] = {}
    for entry in entries:
        if entry.issues_tokens and entry.is_fine:
            refused.clear()
        if not entry.token or entry.issues_tokens:
            continue
        first = refused.get(entry.token)
        if first and entry.follows(first):
            yield Clue((first, entry), refusal_of(first))
        elif entry.advises("refresh_token") and not entry.fault:
            refused[entry.token] = entry


def token_per_call(entries: Sequence[Entry]) -> Iterator[Clue]:
    """Find tokens that were asked for before each of at least three calls, none of which had been refused its token.

    Args:
        entries: the calls of a world, oldest first.
    """
    run: list[Entry] = []
    calls = 0
    for entry in entries:
        if not entry.issues_tokens:
            calls += entry.operation is not None
            if entry.advises("refresh_token"):
                run.clear()
        elif entry.is_fine:
            is_habit = bool(run) and calls == 1 and entry.operation == run[-1].operation
            run = [*run[-_RUN:], entry] if is_habit else [entry]
            calls = 0
            if len(run) >= _RUN:
                yield Clue((run[-2], entry), {})


def refusal_taken_for_success(entries: Sequence[Entry]) -> Iterator[Clue]:
    """Find refusals with HTTP 200 after which the same chain of calls went on with what the answer did not hold.

    That is seen where the next call of the same program, within a second, comes without a valid token after a token was
    refused, or has no id in its path after a record was. What a caller does that goes on otherwise cannot be told.

    Args:
        entries: the calls of a world, oldest first.
    """
    for first, entry in pairwise(entries):
        if first.told["status"] != _OK or not first.code or first.fault or entry.issues_tokens:
            continue
        what = "a token" if first.issues_tokens and _lacks_token(entry) else "an id" if _lacks_id(entry) else ""
        if what and _is_same_program(first, entry) and entry.follows(first) and entry.pause_after(first) < _SOON:
            yield Clue((first, entry), {"code": first.code, "what": what})


def _lacks_token(entry: Entry) -> bool:
    return bool(entry.refusals) and all(refusal.stage == "token" for refusal in entry.refusals)


def _lacks_id(entry: Entry) -> bool:
    return entry.operation is not None and _NOTHING.search(entry.told["path"]) is not None


def _is_same_program(first: Entry, entry: Entry) -> bool:
    return bool(first.told["headers"].get("user-agent") == entry.told["headers"].get("user-agent"))
