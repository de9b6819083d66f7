"""Bodies for property-based tests: valid create requests, and the same with damage."""

import copy
import re
from typing import Any

from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
BYTE = st.integers(0, 255)
COLOR = st.fixed_dictionaries(
    {}, optional={"red": BYTE, "green": BYTE, "blue": BYTE, "alpha": st.sampled_from([0, 0.5, 1])}
)
STYLE = st.fixed_dictionaries(
    {},
    optional={
        "bold": st.booleans(),
        "strikeThrough": st.booleans(),
        "backColor": COLOR,
        "textColor": COLOR,
        "link": st.fixed_dictionaries({"url": TEXT}),
    },
)
TEXT_RUN = st.fixed_dictionaries({"text": TEXT}, optional={"style": STYLE})
ELEMENT = st.one_of(
    st.fixed_dictionaries({"type": st.just("textRun"), "textRun": TEXT_RUN}),
    st.fixed_dictionaries(
        {"type": st.just("docsLink"), "docsLink": st.fixed_dictionaries({"url": TEXT, "title": TEXT})}
    ),
    st.fixed_dictionaries({"type": st.just("person"), "person": st.fixed_dictionaries({"openId": TEXT})}),
)
LIST = st.fixed_dictionaries(
    {"type": st.sampled_from(["number", "bullet", "checkBox", "checkedBox", "indent"])},
    optional={"indentLevel": st.integers(1, 16), "number": st.integers(1, 99)},
)
PARAGRAPH = st.fixed_dictionaries(
    {"elements": st.lists(ELEMENT, max_size=3)}, optional={"style": st.fixed_dictionaries({}, optional={"list": LIST})}
)
IMAGE = st.fixed_dictionaries(
    {"fileToken": TEXT, "src": TEXT}, optional={"width": st.integers(1, 9), "height": st.floats(1, 9)}
)
BLOCK = st.one_of(
    st.fixed_dictionaries({"type": st.just("paragraph"), "paragraph": PARAGRAPH}),
    st.fixed_dictionaries(
        {"type": st.just("gallery"), "gallery": st.fixed_dictionaries({"imageList": st.lists(IMAGE, max_size=2)})}
    ),
)
CONTENT = st.fixed_dictionaries({"blocks": st.lists(BLOCK, max_size=3)})
CREATE = st.fixed_dictionaries(
    {
        "source_title": TEXT,
        "source_url": st.just("https://example.com/周报"),
        "target_id": st.just("7043693679567028244"),
        "target_type": st.just(2),
        "content": CONTENT,
    },
    optional={
        "progress_rate": st.fixed_dictionaries(
            {},
            optional={
                "percent": st.integers(-100, 200)
                | st.integers(-10_000, 20_000).map(lambda hundredths: hundredths / 100),
                "status": st.sampled_from([-1, 0, 1, 2, -1.0, 0.0, 1.0, 2.0]),
            },
        )
    },
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """List the place of every value inside a JSON value."""
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [place for key, item in items for place in [(*at, key), *places(item, (*at, key))]]


def replaced(value: Any, at: tuple[str | int, ...], new: Any) -> Any:
    """Copy a JSON value with another value at a place."""
    value = copy.deepcopy(value)
    inside = value
    for key in at[:-1]:
        inside = inside[key]
    inside[at[-1]] = new
    return value


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """Draw a create request with one value replaced by any other."""
    body = draw(CREATE)
    return replaced(body, draw(st.sampled_from(places(body))), draw(JSON))


def in_snake_case(value: Any) -> Any:
    """Spell every key below the content in snake_case, as the Python SDK does."""
    if isinstance(value, list):
        return [in_snake_case(item) for item in value]
    if isinstance(value, dict):
        return {
            re.sub(r"([A-Z])", lambda match: f"_{match[1].lower()}", key): in_snake_case(item)
            for key, item in value.items()
        }
    return value
