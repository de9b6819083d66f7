"""Tags go into records and out of answers, and nothing else changes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_okr.conformance.tag import new_run, runs_in, tag_of, tagged, untagged

TAG = tag_of("0123abcd")
texts = st.text(max_size=20)
blocks = st.lists(
    st.fixed_dictionaries({"paragraph": st.fixed_dictionaries({"elements": st.lists(st.just({"x": 1}), max_size=2)})}),
    min_size=1,
    max_size=4,
)


@given(blocks, texts)
def test_in_and_out(content: list[Any], title: str) -> None:
    """What was tagged on its way in is as it was on its way out, and in between the run is found."""
    body = {"source_title": title, "content": {"blocks": content}}
    sent = tagged(json.dumps(body).encode(), TAG)
    assert runs_in(json.loads(sent)) == {"0123abcd"}
    assert json.loads(untagged(sent, TAG)) == body


@given(st.binary(max_size=60))
def test_other_bodies_stay(body: bytes) -> None:
    """Whatever is no record stays as it is, byte for byte, in both directions."""
    assert tagged(body, TAG) == body
    assert untagged(body, TAG) == body


@pytest.mark.parametrize(
    "body",
    [
        b'{"content": {"blocks": []}}',
        b'{"content": {"blocks": 7}}',
        b'{"content": null}',
        b'{"content": {"blocks": [{}]}, "a": 1, "a": 2}',
        b"[" * 100_000,
    ],
)
def test_what_is_malformed_stays_so(body: bytes) -> None:
    """A body that is a mistake on purpose is sent as the test wrote it."""
    assert tagged(body, TAG) == body


def test_runs_differ() -> None:
    """Two runs have two names, and one does not take the other's paragraphs out."""
    one, other = new_run(), new_run()
    assert one != other
    body = tagged(b'{"content": {"blocks": [{}]}}', tag_of(one))
    assert untagged(body, tag_of(other)) == body
