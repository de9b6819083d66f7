"""Remedies: a scenario that makes the emulator answer as the second target did."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonpatch
import orjson
from jsonpointer import resolve_pointer

from feishu_okr.conformance.difference.row import DECIDING
from feishu_okr.conformance.difference.run import Difference, Pair
from feishu_okr.conformance.difference.volatile import Volatile
from feishu_okr.conformance.exchange import redacted, redacted_text
from feishu_okr.conformance.wire import Answer

_INDEX = re.compile(r"/[0-9]+(?=/|$)")
MOST_STEPS = 200
"""Steps that a person would still read."""


def remedy(difference: Difference) -> dict[str, Any]:
    """Write the scenario: claims as settings, and what no claim explains as a step a call.

    Args:
        difference: what came of a run.
    """
    document: dict[str, Any] = {"description": f"Answers as {difference.b} did where {difference.a} did not."}
    switches = {split.claim: split.b[0] for split in difference.splits if len(split.b) == 1}
    if switches:
        document["given"] = {"set": switches}
    steps: dict[bytes, dict[str, Any]] = {}
    for pair, places in _pairs(difference):
        when, then = _when(pair), _then(pair.a, pair.b, places)
        if when and then:
            steps.setdefault(orjson.dumps(when, option=orjson.OPT_SORT_KEYS), {"when": when, "then": then})
    exact_first = sorted(steps.values(), key=lambda step: -len(step["when"]))[:MOST_STEPS]
    named = [{"name": f"call_{number}", **step} for number, step in enumerate(exact_first, 1)]
    return document | {"steps": named or [{"name": "usual", "then": {"proceed": True}}]}


def _pairs(difference: Difference) -> Iterator[tuple[Pair, set[str]]]:
    """Give each pair of answers that differs without a claim, with the places where it does."""
    found: dict[int, tuple[Pair, set[str]]] = {}
    for one in difference.unexplained:
        for pair in one.pairs:
            places = found.setdefault(id(pair), (pair, set()))[1]
            places.add(one.row.rule if one.row.rule in DECIDING else one.row.where)
    yield from found.values()


def _when(pair: Pair) -> dict[str, Any] | None:
    """Say which calls are met; None where that could not be said without meeting others too."""
    request = pair.a.request
    address = urlsplit(request.path)
    when: dict[str, Any] = {"operation": request.operation}
    if pair.lasts:
        when["path"] = address.path
    if query := dict(parse_qsl(address.query, keep_blank_values=True)):
        when["query"] = query
    if request.body is None:
        return when
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return None
    return when | {"body": {"": {"equals": body}}} if redacted(body) == body else None


def _then(a: Answer, b: Answer, places: set[str]) -> dict[str, Any] | None:
    if b.status == 0:
        return {"fault": "close"}
    if places & set(DECIDING) or not isinstance(b.json, dict):
        return {"respond": _response(b)}
    patch = list(_patch(a, b, places))
    return {"patch": patch} if patch and a.code == 0 else None


def _patch(a: Answer, b: Answer, places: set[str]) -> Iterator[dict[str, Any]]:
    plain = Volatile({}, "")
    for step in jsonpatch.make_patch(plain.value(a.json), plain.value(b.json)):
        if _INDEX.sub("/*", step["path"]) in places:
            yield step | ({} if step["op"] == "remove" else {"value": resolve_pointer(b.json, step["path"], None)})


def _response(answer: Answer) -> dict[str, Any]:
    kind = answer.headers.get("content-type", "application/json")
    shown: dict[str, Any] = {"status": answer.status, "headers": {"Content-Type": kind}, "violates": True}
    if isinstance(answer.json, dict):
        text = orjson.dumps(redacted(answer.json)).decode()
        return shown | {"body": orjson.loads(text.replace(answer.log_id, "${log_id}") if answer.log_id else text)}
    return shown | {"body": redacted_text(answer.body.decode("utf-8", "replace"))}
