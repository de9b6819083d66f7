"""Writes a record once although its answer is lost: looks at the target's records before anything is sent again."""

import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import orjson

from feishu_okr.client import key_results, objectives
from feishu_okr.client.action import Flow, Sleep
from feishu_okr.client.call import Call, Pages
from feishu_okr.client.errors import Ambiguous, ContractBroken, OKRError
from feishu_okr.client.memory import Memory
from feishu_okr.client.neutral import Neutral, neutral, plain_text
from feishu_okr.client.progress_records import get
from feishu_okr.client.settings import Reconcile
from feishu_okr.client.target import TargetType

_PAGE = 100
_MOST_PAGES = 1000


@dataclass(frozen=True, eq=False)
class Wanted:
    """What is looked for.

    Args:
        target_id: id of the objective or key result.
        target_type: which of the two it is.
        sent: JSON of the content, which the caller may change meanwhile.
        rate: progress rate that was sent.
        begin: when it was first sent, on the monotonic clock.
    """

    target_id: str
    target_type: int
    sent: bytes
    rate: dict[str, Any]
    begin: float = field(default_factory=time.monotonic)

    @cached_property
    def content(self) -> Neutral:
        """Neutral form of what was sent; most creates never need it."""
        return neutral(orjson.loads(self.sent))

    @property
    def key(self) -> tuple[str, Neutral]:
        """What two creates have in common that could be taken for each other."""
        return self.target_id, self.content

    def is_shown_as(self, record: Any) -> bool:
        """Say whether a record of the v2 list has this content and this rate."""
        if neutral(record.get("content")) != self.content:
            return False
        shown = record.get("progress_rate") or {}
        pairs = ((self.rate.get(sent), shown.get(read)) for sent, read in _RATE)
        return all(sent is None or read is None or round(sent, 2) == round(read, 2) for sent, read in pairs)

    def resembles(self, record: Any) -> bool:
        """Say whether a record has the same words, and may be ours after a change on the way."""
        return plain_text(neutral(record.get("content"))) == plain_text(self.content)


_UNREADABLE = (OKRError, AttributeError, LookupError, TypeError, ValueError)
"""What a list or a record of another form than the contract's ends in; it tells nothing of ours."""
_RATE = (("percent", "progress_percent"), ("status", "progress_status"))


class Writer:
    """Writes records, each once.

    Args:
        settings: when and how to look.
        times: how often a create is sent again at most.
        send: the flow of a call.
        now: the service's time.
    """

    def __init__(
        self, settings: Reconcile, times: int, send: Callable[[Call[Any]], Flow[Any]], now: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._times = times
        self._send = send
        self._now = now
        self._memory = Memory()

    def write(self, call: Call[Any]) -> Flow[Any]:
        """Carry out a create.

        Args:
            call: the create.

        Raises:
            Ambiguous: it cannot be told whether it was written.
            OKRError: it was not written.
        """
        body = call.body or {}
        rate = dict(body.get("progress_rate") or {})
        wanted = Wanted(body["target_id"], body["target_type"], orjson.dumps(body["content"]), rate)
        with self._memory.open(wanted):
            record = yield from self._write(call, wanted)
            self._memory.know(record["progress_id"])
            return record

    def _write(self, call: Call[Any], wanted: Wanted) -> Flow[Any]:
        since: datetime | None = None
        for attempt in range(self._times + 1):
            try:
                return (yield from self._send(call))
            except Ambiguous as doubt:
                since = doubt.since = since or doubt.since  # an earlier attempt may be the one that was carried out
                yield Sleep(self._settings.settle * 2**attempt)
                found = yield from self._look(call, wanted, doubt)
                if found is not None:
                    return found
                if attempt == self._times:
                    raise _never_seen(doubt, attempt + 1) from doubt.__cause__
        return None

    def _look(self, call: Call[Any], wanted: Wanted, doubt: Ambiguous) -> Flow[Any]:
        """Find the record that was written; None if none appeared."""
        user_id_type = call.query.get("user_id_type")
        try:
            records = yield from self._list(wanted, user_id_type)
            since = self._since(wanted)
            recent = [one for one in records if int(one["create_time"]) >= since and one["id"] not in self._memory]
            same = [one["id"] for one in recent if wanted.is_shown_as(one)]
            if len(same) == 1 and not self._memory.has_twin(wanted, wanted.begin - self._settings.slack):
                return (yield from self._send(get(same[0], user_id_type=user_id_type)))
        except _UNREADABLE as error:
            raise _undecided(doubt, f"Its record could not be looked for: {error}") from error
        alike = same or [one["id"] for one in recent if wanted.resembles(one)]
        if alike:
            raise _undecided(doubt, f"Several records or writers are alike: {', '.join(alike)}.", alike) from doubt
        return None

    def _since(self, wanted: Wanted) -> int:
        """Give the service's time at which the call was first sent, in milliseconds."""
        begin = self._now() - timedelta(seconds=time.monotonic() - wanted.begin + self._settings.slack)
        return int(begin.timestamp() * 1000)

    def _list(self, wanted: Wanted, user_id_type: Any) -> Flow[list[Any]]:
        build = objectives.progresses if wanted.target_type == TargetType.OBJECTIVE else key_results.progresses
        pages: Pages[Any] = build(wanted.target_id, page_size=_PAGE, user_id_type=user_id_type)
        found: list[Any] = []
        step = pages.first
        for _ in range(_MOST_PAGES):
            data = yield from self._send(step)
            found += pages.of(data)
            after = pages.following(step, data)
            if after is None:
                return found
            step = after
        raise ContractBroken(f"the list of target {wanted.target_id} does not end", operation=pages.first.operation)


def _never_seen(doubt: Ambiguous, times: int) -> Ambiguous:
    """Tell of a create that was sent again and again, and of whose record nothing was seen."""
    error = copy(doubt)
    sent = "once" if times == 1 else f"{times} times"
    told = f"{doubt.operation} to target {doubt.target_id} was sent {sent}; its record was looked for and is not there"
    error.args = (f"{told}, but may appear later. {doubt.__cause__}",)
    return error


def _undecided(doubt: Ambiguous, why: str, candidates: list[str] | tuple[str, ...] = ()) -> Ambiguous:
    error = copy(doubt)
    error.args = (f"{doubt} {why}",)
    error.candidates = tuple(candidates)
    return error
