from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_mock.scenario.reply import FACTS
from okr_mock.scenario.template import filled, unknown_parts

SCALAR = st.none() | st.booleans() | st.integers() | st.text("ab$ {}/", max_size=6)
JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("${a}", max_size=3), inner, max_size=3)
)
FACTS_OF_A_CALL: dict[str, Any] = {
    "method": "POST",
    "path": {"progress_id": "71"},
    "query": {"lang": "zh_cn"},
    "header": {"user-agent": "curl"},
    "body": {"title": "周报", "n": 5, "a/b": {"~": [True, None]}, "on": True, "none": None, "text": "${body/n}"},
    "now": "1",
}


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        ("${body/title}", "周报"),
        ("${body/n}", 5),
        ("${body/on}", True),
        ("${body/none}", None),
        ("${body/a~1b}", {"~": [True, None]}),
        ("${body/a~1b/~0/0}", True),
        ("${body}", FACTS_OF_A_CALL["body"]),
        ("${body/nowhere}", None),
        ("${body/title/0}", None),
        ("${body/a~1b/~0/-}", None),
        ("${log_id}", None),
        ("<${body/title}|${path/progress_id}|${query/lang}>", "<周报|71|zh_cn>"),
        ("${method} by ${header/user-agent}", "POST by curl"),
        ("n=${body/n}", "n=5"),
        ("on=${body/on}", "on=true"),
        ("none=${body/none}.", "none=."),
        ("list=${body/a~1b}", 'list={"~":[true,null]}'),
        ("${body/text}", "${body/n}"),
        ("$5 and ${method}", "$5 and POST"),
        ("$method", "$method"),
        ("${}", "${}"),
        ("${", "${"),
        ("", ""),
    ],
)  # fmt: skip
def test_texts(text: str, gives: Any) -> None:
    """A template alone becomes the value it names; among other text it becomes text; what was filled in stays."""
    assert filled(text, FACTS_OF_A_CALL) == gives
    assert filled({"a": [text]}, FACTS_OF_A_CALL) == {"a": [gives]}


@given(value=JSON)
def test_anything_is_filled(value: Any) -> None:
    """Any value is filled without an error, and one without templates stays as it is."""
    result = filled(value, {"a": "x", "b": {"a": 1}})
    if "${" not in repr(value):
        assert result == value


@pytest.mark.parametrize(
    ("value", "unknown"),
    [
        ("${body/title} ${header/x}", []),
        ("${bdy/title}", ["bdy/title"]),
        ([{"a": "${nothing}"}, "${query}"], ["nothing"]),
        ("${body/a~2}", ["body/a~2"]),
        (5, []),
    ],
)
def test_unknown_parts(value: Any, unknown: list[str]) -> None:
    """Templates that stand for nothing, or are no pointers, are named wherever they stand."""
    assert unknown_parts(value, FACTS) == unknown
