"""Restoring: what a caller sends now stands in a recorded answer where the pseudonym of what was sent then stood."""

import re
from collections.abc import Iterator
from typing import Any

import orjson

from feishu_okr.recording.exchange import Exchange
from feishu_okr.recording.pseudonym import PSEUDONYM


def restored(exchange: Exchange, sent: bytes | None) -> bytes:
    """Give the body of a recorded answer for a caller that sends the same call again.

    Args:
        exchange: what was recorded.
        sent: body of the call that is answered now.
    """
    asked = (exchange.request["body"] or {}).get("json")
    if asked is None or not sent:
        return exchange.body
    try:
        known = dict(_pairs(asked, orjson.loads(sent)))
    except orjson.JSONDecodeError:
        return exchange.body
    answer = (exchange.answer["body"] or {}).get("json")
    return orjson.dumps(_with(answer, known)) if known and answer is not None else exchange.body


def _pairs(then: Any, now: Any) -> Iterator[tuple[str, str]]:
    """Give each pseudonym of a recorded body with what stands there now."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name in then.keys() & now.keys():
            yield from _pairs(then[name], now[name])
    elif isinstance(then, list) and isinstance(now, list):
        for one, other in zip(then, now, strict=False):
            yield from _pairs(one, other)
    elif isinstance(then, str) and isinstance(now, str) and then != now:
        parts = PSEUDONYM.split(then)
        if found := re.fullmatch("(.+)".join(map(re.escape, parts)), now, re.DOTALL):
            yield from zip(PSEUDONYM.findall(then), found.groups(), strict=True)


def _with(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _with(item, known) for name, item in value.items()}
    if isinstance(value, list):
        return [_with(item, known) for item in value]
    return PSEUDONYM.sub(lambda found: known.get(found[0], found[0]), value) if isinstance(value, str) else value
