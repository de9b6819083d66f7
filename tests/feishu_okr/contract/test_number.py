import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_okr.contract.number import whole_numbers

NUMBERS = st.none() | st.booleans() | st.text() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False)
VALUES = st.recursive(NUMBERS, lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts))


@given(value=VALUES)
def test_equal_value(value: Any) -> None:
    """The value stays equal, and no number of it ends in a fraction of nothing."""
    found = whole_numbers(value)
    assert found == value
    assert whole_numbers(orjson.loads(orjson.dumps(found))) == orjson.loads(orjson.dumps(found))


@pytest.mark.parametrize(("value", "text"), [(1.0, "1"), (-0.0, "0"), (0.5, "0.5"), (True, "True"), (1e300, "1e+300")])
def test_numbers(value: Any, text: str) -> None:
    """Only what can be an integer without a loss becomes one."""
    assert str(whole_numbers({"a": [value]})["a"][0]) == text


@given(value=st.floats(allow_nan=False).filter(lambda value: not math.isinf(value) and value.is_integer()))
def test_large(value: float) -> None:
    """A number beyond what both kinds can say stays as it is."""
    assert isinstance(whole_numbers(value), int) == (abs(value) <= 2**53)
