from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_okr.contract.number import whole_numbers

EXACT = 2**53
NUMBERS = st.none() | st.booleans() | st.text() | st.integers(-EXACT, EXACT) | st.floats(allow_nan=False)
VALUES = st.recursive(NUMBERS, lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts))


def leaves(value: Any) -> list[Any]:
    """List what is neither an array nor an object."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return [value] if parts is None else [leaf for part in parts for leaf in leaves(part)]


@given(value=VALUES)
def test_equal_value(value: Any) -> None:
    """The value stays equal, and no number of it has a fraction of nothing."""
    found = whole_numbers(value)
    assert found == value
    assert not [leaf for leaf in leaves(found) if isinstance(leaf, float) and leaf.is_integer() and abs(leaf) <= EXACT]


@pytest.mark.parametrize(("value", "text"), [(1.0, "1"), (-0.0, "0"), (0.5, "0.5"), (True, "True"), (1e300, "1e+300")])
def test_numbers(value: Any, text: str) -> None:
    """Only what can be an integer without a loss becomes one."""
    assert str(whole_numbers({"a": [value]})["a"][0]) == text


@given(value=st.floats(allow_nan=False).filter(float.is_integer))
def test_large(value: float) -> None:
    """A number beyond what both kinds can say stays as it is."""
    assert isinstance(whole_numbers(value), int) == (abs(value) <= EXACT)
