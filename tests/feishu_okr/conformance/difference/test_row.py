"""Rows tell each difference between two answers by one rule, and nothing that differs between any two runs."""

from typing import Any

import orjson
import pytest

from feishu_okr.conformance.difference.row import Seen, compare
from feishu_okr.conformance.difference.volatile import Volatile
from feishu_okr.conformance.wire import Answer, Request

GET = "okr.v1.progress_record.get"


def seen(body: Any, status: int = 200, app: str = "", **headers: str) -> Seen:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Seen(Answer(status, named, data, Request("GET", "/", operation=GET)), Volatile({}, app))


@pytest.mark.parametrize(
    ("a", "b", "rules"),
    [
        (seen({"code": 0}), seen({"code": 1}), [("code", "/code")]),
        (seen({"code": 0}), seen({"code": 1}, 400), [("code", "/code"), ("status", "")]),
        (seen({"code": 0, "data": {}}), seen({"code": 0}), [("presence", "/data")]),
        (seen({"code": 0, "data": {"n": 1}}), seen({"code": 0, "data": {"n": "1"}}), [("type", "/data/n")]),
        (seen({"code": 0, "data": {"n": 1}}), seen({"code": 0, "data": {"n": 2}}), [("value", "/data/n")]),
        (seen({"code": 0, "msg": "no"}), seen({"code": 0, "msg": "No."}), [("message", "/msg")]),
        (seen({"code": 0, "msg": ""}), seen({"msg": "", "code": 0}), [("order", "/")]),
        (seen({"code": 0, "x": [1, 2]}), seen({"code": 0, "x": [2, 1]}), [("order", "/x")]),
        (seen({"code": 0, "x": [1, 2]}), seen({"code": 0, "x": [1]}), [("presence", "/x/*")]),
        (seen({"code": 0}, x_more="a"), seen({"code": 0}), [("header", "x-more")]),
        (seen(b"404 page"), seen(b"not here"), [("message", "")]),
        (seen({"code": 0, "x": None}), seen({"code": 0, "x": False}), [("type", "/x")]),
    ],
)
def test_each_difference_has_its_rule(a: Seen, b: Seen, rules: list[tuple[str, str]]) -> None:
    """Whatever differs is told once, by the rule it falls under and its place."""
    assert sorted((row.rule, row.where) for row in compare(a, b)) == rules


def test_what_is_volatile_is_no_difference() -> None:
    """Ids, times, log ids, tokens, tickets, addresses and the app differ between any two runs and are not told."""

    def answer(n: int) -> Seen:
        item = {
            "progress_id": f"704143037764208{n}323",
            "modify_time": f"170000000{n}000",
            "url": f"http://127.0.0.1:800{n}/f?file_token=boxcnAAAAAAAAAAAAAAAAAAAAAA{n}&ticket=eyJh{n}.eyJi{n}.c{n}",
            "file_token": f"box{n}",
            "tenant_access_token": f"t-dev.{n}abcdefgh",
            "text": f"the app verify-{n} has log 2026112600000{n}ABCDEF0123456789ABCD",
            "expire": 7200 - n,
        }
        return seen({"code": 0, "data": item}, 200, f"verify-{n}", x_tt_logid=f"{n}", date=f"{n}", x_left=f"{n}")

    assert list(compare(answer(1), answer(2))) == []


def test_another_class_of_value_is_a_difference() -> None:
    """An id where the other target has an open id is told, since its class differs."""
    (row,) = compare(seen({"code": 0, "id": "7041430377642082323"}), seen({"code": 0, "id": "ou_" + "0" * 32}))
    assert (row.a, row.b) == ("<id>", "<open id>")
