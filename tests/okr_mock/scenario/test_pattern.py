import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_okr.contract import Contract
from okr_mock.scenario.pattern import Pattern, expanded, read_pattern
from okr_mock.scenario.step import read_moment
from tests.conftest import RECORDS
from tests.okr_mock.scenario.conftest import CREATE, GET, occasion

FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
NOON = "2026-10-05T12:00:00+08:00"
NOON_MS = 1_791_172_800_000
SCALAR = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text("a~/é", max_size=3)
NAME = st.text("ab~/0-é \"'", max_size=3)
JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAME, inner, max_size=3), max_leaves=6
)
TESTS = [
    {"equals": 1},
    {"matches": "a"},
    {"contains": "a"},
    {"exists": True},
    {"exists": False},
    {"greater": 0},
    {"less": 0},
    {"schema": {"type": "array", "maxItems": 1}},
    {"schema": True},
]


def pattern(**when: Any) -> Pattern:
    return read_pattern(when, [CREATE, GET], frozenset(), read_moment)


def matches(when: dict[str, Any], **call: Any) -> bool:
    return pattern(**when).matches(occasion(**call))


def body_matches(pointer: str, test: Any, value: Any) -> bool:
    return matches({"body": {pointer: test}}, body=json.dumps(value).encode())


def tagged(value: Any) -> Any:
    """A value in which nothing is equal that is not equal in JSON."""
    if isinstance(value, dict):
        return "object", {name: tagged(item) for name, item in value.items()}
    if isinstance(value, list):
        return "array", [tagged(item) for item in value]
    return "number" if isinstance(value, float | int) and not isinstance(value, bool) else type(value), value


def escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


@pytest.mark.parametrize(
    ("when", "call", "does"),
    [
        ({}, {}, True),
        ({"method": "POST"}, {"method": "POST"}, True),
        ({"method": "post"}, {"method": "POST"}, True),
        ({"method": ["GET", "PUT"]}, {"method": "PUT"}, True),
        ({"method": "GET"}, {"method": "POST"}, False),
        ({"path": RECORDS}, {}, True),
        ({"path": RECORDS}, {"path": f"{RECORDS}/"}, True),
        ({"path": f"{RECORDS}/"}, {}, True),
        ({"path": RECORDS}, {"path": f"{RECORDS}/1"}, False),
        ({"path": RECORDS}, {"path": f"/x{RECORDS}"}, False),
        ({"path": "/open-apis/okr/v1/progress_records/{id}"}, {"path": f"{RECORDS}/1"}, True),
        ({"path": "/open-apis/okr/v1/progress_records/{id}"}, {"path": RECORDS}, False),
        ({"path": "/open-apis/okr/v1/progress_records/{id}"}, {"path": f"{RECORDS}/1/2"}, False),
        ({"path": "/a.c"}, {"path": "/abc"}, False),
        ({"path": "/{a}/{b}"}, {"path": "/x/y"}, True),
        ({"path": "/"}, {"path": "/"}, True),
        ({"between": [NOON, "2026-10-05T13:00:00+08:00"]}, {"now": NOON_MS}, True),
        ({"between": [NOON_MS, NOON_MS]}, {"now": NOON_MS}, True),
        ({"between": ["2026-10-05T04:00:00", "2026-10-05T04:00:00Z"]}, {"now": NOON_MS}, True),
        ({"between": [NOON_MS + 1, NOON_MS + 2]}, {"now": NOON_MS}, False),
        ({"between": [NOON_MS - 2, NOON_MS - 1]}, {"now": NOON_MS}, False),
        ({"query": {"lang": "en_us"}}, {"query": b"lang=en_us"}, True),
        ({"query": {"lang": "en_us"}}, {"query": b"lang=zh_cn&lang=en_us"}, True),
        ({"query": {"lang": "en_us"}}, {}, False),
        ({"query": {"n": 5}}, {"query": b"n=5"}, True),
        ({"query": {"n": True}}, {"query": b"n=true"}, True),
        ({"query": {"n": {"exists": True}}}, {"query": b"n="}, True),
        ({"query": {"n": {"exists": False}}}, {"query": b"m=1"}, True),
        ({"query": {"n": {"greater": 9}}}, {"query": b"n=10"}, True),
        ({"query": {"n": {"less": 9}}}, {"query": b"n=10"}, False),
        ({"query": {"n": {"less": 9}}}, {"query": b"n=many"}, False),
        ({"query": {"名": {"contains": "周"}}}, {"query": "名=周报".encode("latin-1", "ignore")}, False),
        ({"query": {"名": {"contains": "周"}}}, {"query": b"%E5%90%8D=%E5%91%A8%E6%8A%A5"}, True),
        ({"header": {"X-Run": "7"}}, {"headers": {"x-run": "7"}}, True),
        ({"header": {"x-run": {"matches": "^[0-9]+$"}}}, {"headers": {"X-Run": "7"}}, True),
        ({"header": {"x-run": {"matches": "^[0-9]+$"}}}, {"headers": {"X-Run": "7a"}}, False),
        ({"header": {"x-run": {"exists": False}}}, {}, True),
        ({"header": {"x-run": {"schema": {"enum": ["7"]}}}}, {"headers": {"X-Run": "7"}}, True),
        ({"method": "POST", "query": {"a": "1"}, "header": {"b": "2"}}, {"query": b"a=1", "headers": {"b": "2"}}, True),
        ({"query": {"a": "1"}, "header": {"b": "2"}}, {"query": b"a=1", "headers": {"b": "3"}}, False),
        ({"body": {"/a": "x", "/b": "y"}}, {"body": b"a=x&b=y", "headers": FORM}, True),
        ({"body": {"/a": "x y"}}, {"body": b"a=x+y", "headers": FORM}, True),
        ({"body": {"/a": "x"}}, {"body": b"a=x"}, False),
        ({"body": {"": {"exists": False}}}, {"body": b"{"}, True),
        ({"body": {"": {"exists": False}}}, {"body": b""}, True),
        ({"body": {"": {"exists": True}}}, {"body": b"null"}, True),
        ({"body": {"": {"schema": True}}}, {"body": b"{"}, False),
    ],
)  # fmt: skip
def test_words(when: dict[str, Any], call: dict[str, Any], does: bool) -> None:
    """Each word of `when` asks what it says, and all of them must hold."""
    assert matches(when, **call) is does


@pytest.mark.parametrize(
    ("test", "value", "does"),
    [
        ("x", "x", True),
        (1, 1, True),
        (1, 1.0, True),
        (1, True, False),
        (True, 1, False),
        (0, False, False),
        (None, None, True),
        (None, 0, False),
        ("1", 1, False),
        ({"equals": [1]}, [True], False),
        ({"equals": {"a": [0]}}, {"a": [False]}, False),
        ({"equals": {"a": [1, {"b": None}]}}, {"a": [1, {"b": None}]}, True),
        ({"equals": [1]}, [1, 2], False),
        ({"equals": {"a": 1}}, {"a": 1, "b": 2}, False),
        ({"matches": "周报$"}, "我的周报", True),
        ({"matches": "1"}, 1, False),
        ({"contains": "周"}, "周报", True),
        ({"contains": '"a":1'}, {"a": 1}, True),
        ({"contains": "周"}, ["周报"], True),
        ({"contains": "1"}, 1, False),
        ({"exists": True}, None, True),
        ({"greater": 2, "less": 4}, 3, True),
        ({"greater": 2, "less": 4}, 4, False),
        ({"greater": 7041430377642082322}, "7041430377642082323", True),
        ({"less": 7041430377642082323}, "7041430377642082323", False),
        ({"greater": 0}, True, False),
        ({"greater": 0}, "", False),
        ({"greater": 0}, [1], False),
        ({"less": 0}, None, False),
        ({"schema": {"type": "array", "maxItems": 1}}, [1], True),
        ({"schema": {"type": "array", "maxItems": 1}}, [1, 2], False),
        ({"schema": False}, 1, False),
    ],
)
def test_body_tests(test: Any, value: Any, does: bool) -> None:
    """Each test of a body judges by JSON type and value, wherever the value stands."""
    assert body_matches("", test, value) is does
    assert body_matches("/part/0", test, {"part": [value]}) is does


@given(value=JSON, wanted=JSON)
def test_equality_is_that_of_json(value: Any, wanted: Any) -> None:
    """Two values are equal exactly if they are so in JSON, where no boolean is a number."""
    assert body_matches("", {"equals": wanted}, value) is (tagged(value) == tagged(wanted))
    assert body_matches("", {"equals": value}, value)


@given(value=JSON, data=st.data())
def test_pointers_lead_anywhere(value: Any, data: st.DataObject) -> None:
    """Every place of a body has its pointer, whatever its keys are called; a place that is not there is missing."""
    place, pointer = value, ""
    while isinstance(place, dict | list) and place and data.draw(st.booleans()):
        part = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else list(range(len(place)))))
        place, pointer = place[part], f"{pointer}/{escaped(part)}"
    assert body_matches(pointer, {"equals": place}, value)
    assert body_matches(f"{pointer}/nowhere", {"exists": False}, value)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("/a/-", {"a": [1]}), ("/a/1", {"a": [1]}), ("/a/01", {"a": [1, 2]}), ("/a/0", {"a": "text"}), ("/a/b", {"a": 1})],
)
def test_pointers_that_lead_nowhere(pointer: str, value: Any) -> None:
    """A pointer past the end of a list, or into a text or a number, finds nothing."""
    assert body_matches(pointer, {"exists": False}, value)
    assert not any(body_matches(pointer, test, value) for test in TESTS if test != {"exists": False})


@given(number=st.integers(-(10**20), 10**20), limit=st.integers(-(10**6), 10**6))
def test_order_of_ids(number: int, limit: int) -> None:
    """A number that is written as a text, as ids are, is compared like one, and exactly one of three holds."""
    greater, less = ({"query": {"n": {word: limit}}} for word in ("greater", "less"))
    query = f"n={number}".encode()
    assert (matches(greater, query=query), matches(less, query=query)) == (number > limit, number < limit)


@given(
    body=st.binary(max_size=40) | JSON.map(lambda value: json.dumps(value).encode()), media=st.sampled_from([FORM, {}])
)
def test_any_body_is_judged(body: bytes, media: dict[str, str]) -> None:
    """Whatever the body is, every test of it says yes or no; a missing value passes only where none is wanted."""
    for test in TESTS:
        for pointer in ("", "/a", "/0", "/-"):
            verdict = matches({"body": {pointer: test}}, body=body, headers=media)
            assert verdict in (True, False)
    assert [test for test in TESTS if matches({"body": {"/no/where": test}}, body=body)] == [{"exists": False}]


@pytest.mark.parametrize("deep", [b"[" * 300 + b"]" * 300, b"[" * 100_000, b'{"a":' * 1020 + b"1" + b"}" * 1020])
def test_deep_bodies(deep: bytes) -> None:
    """A body that is nested without measure is judged like any other."""
    for test in TESTS:
        assert matches({"body": {"": test}}, body=deep) in (True, False)


@pytest.mark.parametrize("regex", ["(a+)+$", "^(a|a)*$", "(a*)*b$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*.*)*x$"])
def test_hostile_regex(regex: str) -> None:
    """A regular expression takes time in proportion to the text, however it is built."""
    criteria = pattern(header={"x": {"matches": regex}})
    call = occasion(headers={"x": "a" * 100_000 + "!"})
    started = time.perf_counter()
    assert not criteria.matches(call)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ({"query": {"a": {"matches": "("}}}, "regex"),
        ({"query": {"a": {"matches": "(?=a)"}}}, "regex"),
        ({"query": {"a": {"matches": "(a{1000}){1000}"}}}, "regex"),
        ({"body": {"/a": {"schema": {"type": "strin"}}}}, "strin"),
        ({"body": {"/a": {"schema": {"$ref": "file:///etc/passwd"}}}}, "Retrieval is disabled"),
        ({"body": {"/a": {"schema": {"$ref": "http://127.0.0.1:1/"}}}}, "Retrieval is disabled"),
        ({"body": {"/a~2": 1}}, "write ~ as ~0"),
        ({"between": ["soon", "later"]}, "soon"),
    ],
)
def test_unreadable(when: dict[str, Any], says: str) -> None:
    """What cannot be read is an error that names it; no schema leads out of the file."""
    with pytest.raises(ValueError, match=says):
        pattern(**when)


def test_operations_and_apps(contract: Contract) -> None:
    """A star stands for any part of an operation id; apps of a step and of its scenario must both fit."""
    ids = list(contract.operations)
    assert expanded({CREATE}, ids) == {CREATE}
    assert expanded({"okr.v1.progress_record.*"}, ids) == {f"okr.v1.progress_record.{verb}" for verb in
                                                           ("create", "get", "update", "delete")}  # fmt: skip
    assert expanded({"*"}, ids) == set(ids)
    assert expanded({"okr.v9.*"}, ids) == set()
    of_both = read_pattern({"app": ["a", "b"]}, ids, frozenset({"b", "c"}), read_moment)
    assert of_both.apps == {"b"}
    of_none = read_pattern({"app": "a"}, ids, frozenset({"b"}), read_moment)
    assert of_none.apps
    assert not of_none.apps & {"a", "b", "default"}
    assert pattern(operation=[CREATE, "*.get"]).operations == {CREATE, GET}
