"""Refusals and broken answers as errors: the catalog decides the class, and the error says what is known."""

import copy
import pickle
from typing import Any

import httpx2
import pytest

import feishu_okr
from feishu_okr import ContractBroken, InvalidParameters, OKRError, Refused, ScopeMissing, Unreachable
from feishu_okr.client import errors
from feishu_okr.contract import Catalog, load
from tests.feishu_okr.client.conftest import Clients, Do, record, refused, report, success

CATALOG: Catalog = load().catalog
KINDS = {
    "invalid_parameters": "InvalidParameters",
    "no_permission": "NoPermission",
    "no_permission_period": "NoPermission",
    "user_not_found": "UserNotFound",
    "okr_data_not_found": "OKRDataNotFound",
    "internal_error": "ServerError",
    "system_exception": "ServerError",
    "overloaded": "ServerError",
    "edition_restricted": "Refused",
    "period_conflict": "Refused",
    "tenant_token_invalid": "TokenInvalid",
    "user_token_not_supported": "TokenInvalid",
    "app_secret_invalid": "TokenInvalid",
    "app_scope_missing": "ScopeMissing",
    "user_scope_missing": "ScopeMissing",
    "rate_limited": "RateLimited",
    "rate_limited_old": "RateLimited",
    "quota_month": "Refused",
    "field_validation_failed": "InvalidParameters",
    "invalid_parameter_type": "InvalidParameters",
    "open_ids_not_existed": "InvalidParameters",
    "param_is_invalid": "InvalidParameters",
}


def read(client: Any) -> Any:
    return client.progress_records.get("1")


def caught_by(clients: Clients, answer: httpx2.Response) -> Any:
    with pytest.raises(OKRError) as caught:
        clients.answered(lambda _: again(answer), retries=0)(read)
    return caught.value


def again(answer: httpx2.Response) -> httpx2.Response:
    """Answer the same anew: an answer can be read by one client only."""
    return httpx2.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.mark.parametrize(("name", "kind"), KINDS.items(), ids=KINDS)
def test_the_catalog_decides_the_class(clients: Clients, name: str, kind: str) -> None:
    """Each refusal becomes the class that its name, stage and advice ask for, with code, text, status and advice."""
    entry = CATALOG[name]
    text = next(iter(entry.messages.values()))
    error = caught_by(clients, refused(entry.code, entry.status, text))
    assert type(error).__name__ == kind
    assert (error.code, error.msg, error.http_status) == (entry.code, text, entry.status)
    assert error.retryable == (entry.retry != "never")
    assert entry.advice in str(error)


def test_every_refusal_has_a_class() -> None:
    """No entry of the catalog is left without a decision, and only those without a kind of their own are plain."""
    from feishu_okr.client.refusal import _kind

    plain = {name for name, entry in CATALOG.entries.items() if _kind(entry, entry.status) is Refused}
    assert not {name for name in plain if CATALOG[name].stage in ("token", "scope", "read", "check", "transform")}
    assert {"edition_restricted", "period_conflict", "period_start_unfit", "quota_month", "not_found"} <= plain


def test_an_error_says_all_it_was_told(clients: Clients) -> None:
    """Log id, link, violations and scopes of a refusal are attributes, and the text names what matters."""
    detail = {
        "log_id": "20261125202803342BD86CA6025633C99E",
        "troubleshooter": "https://open.feishu.cn/search?log_id=1",
        "field_violations": [{"field": "source_url", "description": "is required", "value": "x"}],
        "permission_violations": [{"type": "action_scope_required", "subject": "okr:okr"}],
    }
    error = caught_by(clients, httpx2.Response(400, json={"code": 99991672, "msg": "denied", "error": detail}))
    assert type(error) is ScopeMissing
    assert (error.log_id, error.troubleshooter) == (detail["log_id"], detail["troubleshooter"])
    assert (error.scopes, error.field_violations[0]["field"]) == (("okr:okr",), "source_url")
    assert "source_url: is required (was 'x')" in str(error)
    assert "okr.v1.progress_record.get" in str(error)
    assert error.operation == "okr.v1.progress_record.get"


@pytest.mark.parametrize(
    "detail", [None, [], "x", {"field_violations": 7}, {"permission_violations": [3], "log_id": 4}]
)
def test_odd_details_do_no_harm(clients: Clients, detail: Any) -> None:
    """A refusal whose details have another form is still that refusal; its log id may come from the header."""
    answer = httpx2.Response(400, json={"code": 1001001, "error": detail}, headers={"X-Tt-Logid": "L"})
    error = caught_by(clients, answer)
    assert type(error) is InvalidParameters
    assert error.log_id in ("L", "4")


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (httpx2.Response(404, text="404 page not found"), Refused, "path"),
        (httpx2.Response(404, html="<h1>404</h1>"), Unreachable, "text/html"),
        (httpx2.Response(502, html="<h1>502</h1>"), Unreachable, "HTTP 502"),
        (httpx2.Response(302, headers={"location": "https://login.example/"}), Unreachable, "https://login.example/"),
        (httpx2.Response(200, html="<h1>Welcome to our WiFi</h1>"), ContractBroken, "text/html"),
        (httpx2.Response(200), ContractBroken, "not JSON"),
        (httpx2.Response(200, json=[]), ContractBroken, "without a code"),
        (httpx2.Response(200, json={"code": "0"}), ContractBroken, "without a code"),
        (httpx2.Response(200, json={"code": 0, "msg": "success"}), ContractBroken, "data"),
        (httpx2.Response(200, content=b'{"code": 0, "data": ' + b"[" * 3000), ContractBroken, "not JSON"),
    ],
)
def test_what_is_no_answer_of_the_api(clients: Clients, answer: httpx2.Response, kind: type, words: str) -> None:
    """Plain text, pages of something in between, and damaged or strange JSON become errors that say what came."""
    error = caught_by(clients, answer)
    assert type(error) is kind
    assert words in str(error)


def test_bytes_count_and_their_media_type_does_not(clients: Clients) -> None:
    """JSON that is sent as something else is read all the same."""
    answer = httpx2.Response(200, content=record().content, headers={"content-type": "text/html"})
    assert clients.answered(lambda _: answer)(read)["progress_id"]


def test_pages_without_an_end_are_told(clients: Clients) -> None:
    """A list that says there is more and names no new page ends in an error, not in a loop."""
    do = clients.answered(lambda _: success(items=[], has_more=True, page_token="a"))
    with pytest.raises(ContractBroken, match="would never end"):
        do(lambda client: client.periods.list())


@pytest.mark.parametrize(
    "data",
    [{"has_more": False}, {"has_more": False, "items": None}, {"total": 0}, {"total": 0, "okr_list": None}],
    ids=str,
)
def test_a_list_without_items_is_empty(clients: Clients, data: dict[str, Any]) -> None:
    """A list that is left out, or null, is empty where the service says that nothing follows."""
    do = clients.answered(lambda _: success(**data))
    act = (lambda client: client.users.okrs("ou_1")) if "total" in data else (lambda client: client.periods.list())
    assert do(act) == []


@pytest.mark.parametrize(
    "data", [{}, {"items": []}, {"has_more": True}, {"has_more": False, "items": {}}, {"total": 1, "okr_list": None}]
)
def test_what_is_no_list_is_told(clients: Clients, data: dict[str, Any]) -> None:
    """Data that names no items where there should be some is no empty list."""
    with pytest.raises(ContractBroken, match="lacks something"):
        clients.answered(lambda _: success(**data))(lambda client: client.users.okrs("ou_1"))


def test_no_okrs(clients: Clients) -> None:
    """A list that does not come in pages may be null, but not something else."""
    do = clients.answered(lambda _: success(okr_list=None, period_rules={}))
    assert do(lambda client: client.okrs.batch_get(["1"])) == []
    with pytest.raises(ContractBroken, match="is no list"):
        do(lambda client: client.period_rules.list())


def test_mistakes_are_told_before_sending(clients: Clients) -> None:
    """Every place where a call breaks the contract is named, unknown and misspelled keys too; nothing is sent."""
    text = {"blocks": [{"type": "paragraph", "paragraph": {"elements": [{"type": "textRun", "text_run": {}}]}}]}
    wrong = report(target_type=7, source_url="example.com", content=text, user_id_type="openid")
    with pytest.raises(InvalidParameters) as caught:
        clients.make(base_url="http://127.0.0.1:1")(lambda client: client.progress_records.create(**wrong))
    assert {violation["field"] for violation in caught.value.field_violations} == {
        "body/target_type",
        "body/source_url",
        "query/user_id_type",
        "body/content/blocks/0/paragraph/elements/0/text_run",
    }
    assert caught.value.http_status is None
    assert not caught.value.carried_out


@pytest.mark.parametrize("wrong", ["完成 80%", None, ["a"], 7])
def test_what_is_no_content_is_told(clients: Clients, wrong: Any) -> None:
    """Content that is a text, nothing or a list is a mistake with a place, not a crash."""
    with pytest.raises(InvalidParameters, match="body/content"):
        clients.make(base_url="http://127.0.0.1:1")(
            lambda client: client.progress_records.create(**report(content=wrong))
        )


def test_the_check_can_be_left_out(clients: Clients, emulator_url: str) -> None:
    """Without the check the API judges, and its violations arrive."""
    do: Do = clients.make(base_url=emulator_url, check=False)
    with pytest.raises(InvalidParameters) as caught:
        do(lambda client: client.progress_records.create(**report(target_type=7)))
    assert caught.value.http_status == 400
    assert [violation["field"] for violation in caught.value.field_violations] == ["target_type"]


def test_the_tree_is_drawn_as_it_is() -> None:
    """The tree at the top of the module names every error at its place."""
    drawn = [line for line in (errors.__doc__ or "").splitlines() if line.lstrip()[:2] in ("* ", "x ", "+ ")]
    depth = {"*": 0, "x": 1, "+": 2}
    tree: list[tuple[int, str]] = [(depth[line.split()[0]], line.split()[1]) for line in drawn]
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OKRError)]
    assert sorted((len(kind.__mro__) - OKRError.__mro__.__len__(), kind.__name__) for kind in classes) == sorted(tree)
    assert all(kind.__name__ in feishu_okr.__all__ for kind in classes)


@pytest.mark.parametrize("copied", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))], ids=["copy", "pickle"])
def test_errors_can_be_copied(clients: Clients, copied: Any) -> None:
    """An error survives a copy and a pickle with all it knows, as when it crosses processes."""
    error = caught_by(clients, refused(99991400, 429, **{"Retry-After": "3"}))
    again = copied(error)
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
