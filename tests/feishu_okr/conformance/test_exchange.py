"""No report shows a credential."""

import os
from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
import orjson
import pytest
from hypothesis import given

from feishu_okr.conformance.exchange import GONE, LONGEST, redacted, redacted_text, shown_exchange
from tests.feishu_okr.conformance.answers import answer

SECRETS = ["t-g1044ghJRUIJJ5ELPZ", "u-abcdefgh.ijklm", "eyJhbGciOi.eyJzdWIi.c2ln", "a-0123456789abc"]
PLACES = [
    lambda secret: {"tenant_access_token": secret},
    lambda secret: {"data": [{"app_secret": secret}]},
    lambda secret: {"code": secret},
    lambda secret: {"msg": f"the token {secret} is wrong"},
    lambda secret: {"url": f"https://x/y?ticket={secret}&a=1"},
    lambda secret: {"headers": {"Authorization": f"Bearer {secret}"}},
]


@pytest.fixture
def secret() -> Iterator[str]:
    """An app secret that the environment holds; it looks like nothing special."""
    os.environ["FEISHU_APP_SECRET"] = "xyzzyPlughPlover"
    yield "xyzzyPlughPlover"
    del os.environ["FEISHU_APP_SECRET"]


@given(st.sampled_from(SECRETS), st.sampled_from(PLACES))
def test_a_secret_is_shown_nowhere(secret: str, place: Any) -> None:
    """A token is taken out of values, lists, sentences and addresses, by its name or its look."""
    assert secret not in orjson.dumps(redacted(place(secret))).decode()


def test_what_is_no_secret_stays() -> None:
    """Page tokens, file tokens, whole-number codes and ids are shown."""
    value = {
        "code": 1001001,
        "page_token": "p",
        "file_token": "boxcn",
        "id": "7046518160811425812",
        "text": "a-b t-shirt",
    }
    assert redacted(value) == value


def test_a_credential_of_the_environment_is_shown_nowhere(secret: str) -> None:
    """A secret that looks like nothing special is taken out too, as the environment tells what it is."""
    assert redacted_text(f"no {secret}!") == f"no {GONE}!"


def test_an_exchange_is_bounded_and_without_secrets() -> None:
    """An exchange shows request and answer, cut where they are long, without the code in its path."""
    told = shown_exchange(answer({"code": 0, "data": "x" * 9000}, sent={"app_secret": "s3cret-s3cret"}))
    text = orjson.dumps(told).decode()
    assert told["status"] == 200
    assert "secret-code" not in text
    assert "s3cret-s3cret" not in text
    assert len(text) < 2 * LONGEST


def test_a_body_that_is_no_json_is_shown_as_text() -> None:
    """An answer that is no JSON is shown, cut."""
    assert shown_exchange(answer(b"<html>" + b"x" * 9000))["answer"] == "<html>" + "x" * (LONGEST - 6)


def test_reprs_hide_headers_and_bodies() -> None:
    """What pytest shows of a failed comparison holds neither headers nor bodies."""
    told = repr(answer({"tenant_access_token": "t-secret-token"}, authorization="Bearer t-secret-token"))
    assert "t-secret-token" not in told
