from typing import Any

import pytest

from tests.conftest import RECORDS, TENANT_TOKEN, Body, MakeClient
from tests.okr_mock.audit.conftest import Caller

SNAKE = {"blocks": [{"type": "paragraph", "paragraph": {"elements": [{"type": "textRun", "text_run": {"text": "x"}}]}}]}


@pytest.mark.parametrize(
    ("rule", "change", "says"),
    [
        ("snake_case_content", {"content": SNAKE}, "/body/content/blocks/0/paragraph/elements/0/text_run"),
        ("unknown_field", {"sorce": "x"}, "'sorce' is not a field of the contract"),
        ("number_for_string", {"target_id": 7041430377642082323, "target_type": 3}, "target_id"),
        ("number_for_string", {"source_title": 5}, "source_title"),
    ],
)
def test_bodies(caller: Caller, rule: str, change: Body, says: str) -> None:
    """What a body carries that it should not is found, with the place; the same body without it is fine."""
    caller.create()
    assert caller.found() == {}
    caller.create(**change)
    (finding,) = caller.findings()
    assert (finding["rule"], finding["evidence"]) == (rule, [2])
    assert says in finding["seen"]


def test_unknown_fields_that_are_refused(make_client: MakeClient, create_body: Body) -> None:
    """An unknown field is found as well where the emulator refuses it."""
    caller = Caller(make_client(strict=True), create_body)
    caller.create(sorce="x")
    assert caller.found() == {"unknown_field": [1]}


@pytest.mark.parametrize(
    ("media", "is_found"), [("text/plain", True), ("", True), ("Application/JSON;charset=utf-8", False)]
)
def test_content_types(caller: Caller, media: str, is_found: bool) -> None:
    """A body whose Content-Type is none of the operation's is found, however the right one is spelled."""
    caller.http.post(RECORDS, json=caller.body, headers=caller.headers | {"Content-Type": media})
    assert caller.found() == ({"wrong_content_type": [1]} if is_found else {})


@pytest.mark.parametrize(("media", "is_found"), [("text/plain", True), ("", False)])
def test_content_types_of_token_routes(caller: Caller, media: str, is_found: bool) -> None:
    """A token route takes a body without a Content-Type, as the vendor's Python SDK sends it, but no wrong one."""
    body = {"app_id": caller.world, "app_secret": "s"}
    caller.http.post(TENANT_TOKEN, json=body, headers={"Content-Type": media})
    assert caller.found() == ({"wrong_content_type": [1]} if is_found else {})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{RECORDS}/1?access_token=x"),
        ("GET", f"{RECORDS}/1?auth={{token}}"),
        ("GET", f"{RECORDS}/{{token}}"),
        ("POST", f"{TENANT_TOKEN}?app_secret=x"),
    ],
)
def test_secrets_in_urls(caller: Caller, method: str, path: str) -> None:
    """A secret in a query string or a token in a path is found, by name or because it is the caller's own token."""
    token = caller.token()
    body: Any = {"json": {"app_id": caller.world, "app_secret": "s"}} if method == "POST" else {}
    caller.http.request(method, path.format(token=token), headers={"Authorization": f"Bearer {token}"}, **body)
    assert caller.found()["secret_in_url"] == [2]
    assert token not in caller.audit("text").text


def test_what_is_no_secret(caller: Caller) -> None:
    """An app id in the query of a token route and the parameters of the API are no secrets."""
    caller.http.post(f"{TENANT_TOKEN}?app_id=x", json={"app_id": caller.world, "app_secret": "s"})
    caller.look()
    assert "secret_in_url" not in caller.found()
