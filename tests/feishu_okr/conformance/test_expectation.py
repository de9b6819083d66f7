"""Expectations accept what they say and nothing else."""

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from feishu_okr.conformance.expectation import MATCHERS, differences

KNOWN = frozenset({"text", "style", "bold"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text("ab1", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "style", "other"]), inner),
    max_leaves=8,
)


def fits(wanted: Any, found: Any) -> bool:
    return not list(differences(wanted, found, KNOWN))


@given(JSON)
def test_a_value_is_like_itself(value: Any) -> None:
    """Every value fits the expectation of itself, echoed or not."""
    assert fits(value, value)
    assert fits({"$echo": value}, value)


@given(JSON, JSON)
def test_an_echo_has_the_types_of_what_was_sent(sent: Any, found: Any) -> None:
    """An echo differs from what was sent by members alone that the contract has no name for."""

    def like(sent: Any, found: Any) -> bool:
        if isinstance(sent, dict) and isinstance(found, dict):
            added = found.keys() - sent.keys()
            return not added & KNOWN and all(name in found and like(sent[name], found[name]) for name in sent)
        if isinstance(sent, list) and isinstance(found, list):
            return len(sent) == len(found) and all(map(like, sent, found))
        return type(sent) is type(found) and sent == found

    assert fits({"$echo": sent}, found) == like(sent, found)


@pytest.mark.parametrize(
    ("wanted", "good", "bad"),
    [
        (1, 1, "1"),
        (1, 1, 1.0),
        (1, 1, True),
        ({"text": "x"}, {"text": "x", "more": 1}, {"more": 1}),
        ({"text": "x"}, {"text": "x"}, "x"),
        ({"text": {"$absent": True}}, {}, {"text": None}),
        ([1, 2], [1, 2], [1, 2, 3]),
        ([1, 2], [1, 2], [2, 1]),
        ([1], [1], 1),
        ({"$echo": {"text": "x"}}, {"text": "x", "new_of_tomorrow": 1}, {"text": "x", "bold": False}),
        ({"$echo": {"text": "x"}}, {"text": "x"}, {}),
        ({"$echo": [{}]}, [{}], [{}, {}]),
        ({"$re": "[0-9]+"}, "12", "12 "),
        ({"$re": "[0-9]+"}, "12", 12),
        ({"$type": "integer"}, 1, True),
        ({"$type": "integer"}, 1, 1.5),
        ({"$type": "boolean"}, False, 0),
        ({"$type": "number"}, 1.5, "1.5"),
        ({"$length": 2}, [1, 2], [1]),
        ({"$contains": {"text": "x"}}, [{}, {"text": "x"}], [{}]),
        ({"$contains": 1}, [1], 1),
        ({"$lacks": {"text": "x"}}, [{}], [{"text": "x"}]),
        ({"$lacks": {"text": "x"}}, [], {}),
        ({"$each": {"$type": "string"}}, ["a", "b"], ["a", 1]),
        ({"$each": {"$type": "string"}}, ["a"], []),
        ({"$more_than": "9"}, "10", "9"),
        ({"$more_than": "9"}, "10", 10),
        ({"$in_order": [1, 2]}, [1, 0, 2], [2, 1]),
        ({"$in_order": [1, 1]}, [1, 1], [1]),
        ({"$anywhere": {"text": "x"}}, [{"style": {"text": "x"}}], [{"style": {"text": "y"}}]),
        ({"$either": [1, "1"]}, "1", 2),
    ],
)
def test_matchers(wanted: Any, good: Any, bad: Any) -> None:
    """Each matcher accepts what it says, and tells of what it does not."""
    assert fits(wanted, good)
    assert not fits(wanted, bad)


def test_every_matcher_is_tested() -> None:
    """No matcher is without an example above."""
    tested = {name for wanted, *_ in test_matchers.pytestmark[0].args[1] if isinstance(wanted, dict) for name in wanted}
    assert MATCHERS.keys() <= tested


def test_a_difference_names_its_place() -> None:
    """What is told begins with the place, and a long value is cut."""
    (told,) = differences({"text": [{"bold": "x" * 500}]}, {"text": [{"bold": True}]}, KNOWN)
    assert told.startswith("/text/0/bold is True, expected 'xxx")
    assert len(told) < 200
