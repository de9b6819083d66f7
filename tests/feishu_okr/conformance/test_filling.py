"""Gaps of cases take their values."""

from typing import Any

import pytest

from feishu_okr.conformance.filling import Filling, names_in

FILLING = Filling(
    {"number": 7, "word": "week", "each": [1, {"a": 2}]},
    {"base": {"a": {"b": 1}, "c": "${word}"}, "bytes": {"$bytes": "aGk="}},
)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("${number}", 7),
        ("a${number}b", "a7b"),
        ({"${word}": ["${word}"]}, {"week": ["week"]}),
        ({"$base": "base"}, {"a": {"b": 1}, "c": "week"}),
        ({"$base": "base", "c": 1, "d": 2}, {"a": {"b": 1}, "c": 1, "d": 2}),
        ({"$base": "base", "$without": ["a"]}, {"c": "week"}),
        ({"$base": "bytes"}, b"hi"),
        ({"$int": "${number}"}, 7),
        ({"$pick": ["${each}", 0]}, 1),
        ({"$merge": [{"$base": "base"}, {"a": 0}]}, {"a": 0, "c": "week"}),
        ({"$repeat": [["${word}"], 2]}, ["week", "week"]),
        ({"$join": ["a", {"$repeat": ["b", 3]}]}, "abbb"),
    ],
)
def test_a_gap_is_filled(written: Any, sent: Any) -> None:
    """Each way of writing a value makes the value that is sent."""
    assert FILLING.fill(written) == sent


def test_bases_stay_as_they_are() -> None:
    """What is changed in one body is not changed in the next."""
    FILLING.fill({"$base": "base"})["a"]["b"] = 2
    assert FILLING.fill({"$base": "base"})["a"]["b"] == 1


def test_a_name_without_value_is_a_mistake() -> None:
    """A gap that nothing fills does not go over the wire."""
    with pytest.raises(KeyError):
        FILLING.fill("${nothing}")


def test_names_are_found() -> None:
    """The names of all gaps are found, wherever they are."""
    assert names_in({"a": ["${one}", {"b": "x${two}"}]}) == {"one", "two"}
