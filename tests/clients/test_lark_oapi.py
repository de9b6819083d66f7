"""The official Python SDK, unchanged: what it sends is taken, what it cannot read is still there in the raw answer."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import lark_oapi
import pytest
from lark_oapi.api.okr import v1, v2

from tests.clients.conftest import Requests

OBJECTIVE = 7043693679567028244
Call = Callable[..., Any]
"""Call a method of the SDK's progress records: `call("get", request)`."""


@pytest.fixture
def client(emulator_url: str, app_id: str) -> Any:
    """The SDK's client, which fetches its tenant token by itself."""
    return lark_oapi.Client.builder().app_id(app_id).app_secret("secret").domain(emulator_url).build()


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest, client: Any) -> Call:
    """Call a method, or its asynchronous twin."""
    records = client.okr.v1.progress_record
    if request.param == "sync":
        return lambda method, *arguments: getattr(records, method)(*arguments)
    return lambda method, *arguments: asyncio.run(getattr(records, f"a{method}")(*arguments))


def content(text: str) -> Any:
    """Build one bold, indented line; the SDK spells its keys in snake_case."""
    style = v1.ContentTextStyle.builder().bold(True).strike_through(False).build()
    run = v1.ContentTextRun.builder().text(text).style(style).build()
    element = v1.ContentParagraphElement.builder().type("textRun").text_run(run).build()
    items = v1.ContentList.builder().type("bullet").indent_level(2).build()
    line = v1.ContentParagraphStyle.builder().list(items).build()
    paragraph = v1.ContentParagraph.builder().style(line).elements([element]).build()
    block = v1.ContentBlockElement.builder().type("paragraph").paragraph(paragraph).build()
    return v1.ContentBlock.builder().blocks([block]).build()


def shown(text: str) -> dict[str, Any]:
    """Write the same line as the API answers it."""
    run = {"style": {"bold": True, "strikeThrough": False}, "text": text}
    style = {"list": {"indentLevel": 2, "type": "bullet"}}
    paragraph = {"elements": [{"textRun": run, "type": "textRun"}], "style": style}
    return {"blocks": [{"paragraph": paragraph, "type": "paragraph"}]}


def create(source_url: str | None = "https://example.com/", target_id: int = OBJECTIVE, target_type: int = 2) -> Any:
    """Build a create request; the SDK leaves out what is None."""
    body = v1.CreateProgressRecordRequestBody.builder().source_title("周报").source_url(source_url)
    body = body.target_id(target_id).target_type(target_type).content(content("开始")).build()
    return v1.CreateProgressRecordRequest.builder().user_id_type("open_id").request_body(body).build()


def get(progress_id: Any) -> Any:
    """Build a get request."""
    return v1.GetProgressRecordRequest.builder().progress_id(progress_id).user_id_type("open_id").build()


def raw(answer: Any) -> Any:
    """Read the answer that the SDK's types lose the content of."""
    return json.loads(answer.raw.content)


def test_a_record_lives_and_dies(call: Call) -> None:
    """A record is created, read, changed and deleted with the SDK's own builders, and unknown afterwards."""
    created = call("create", create())
    assert (created.success(), created.msg) == (True, "success")
    progress_id = created.data.progress_id

    assert raw(call("get", get(progress_id)))["data"]["content"] == shown("开始")

    rate = v1.ProgressRateNew.builder().percent(50.216).status(1).build()
    body = v1.UpdateProgressRecordRequestBody.builder().content(content("继续")).progress_rate(rate).build()
    update = v1.UpdateProgressRecordRequest.builder().progress_id(progress_id).request_body(body).build()
    updated = call("update", update)
    assert updated.success()
    assert (updated.data.progress_rate.percent, updated.data.progress_rate.status) == (50.22, 1)
    assert raw(call("get", get(progress_id)))["data"]["content"] == shown("继续")

    delete = v1.DeleteProgressRecordRequest.builder().progress_id(progress_id).build()
    assert call("delete", delete).success()
    assert call("get", get(progress_id)).code == 1001004


def test_the_typed_answer_has_no_text(call: Call) -> None:
    """The SDK's types cannot read camelCase content; its raw answer and the journal's warning say what happened."""
    element = call("create", create()).data.content.blocks[0].paragraph.elements[0]
    assert (element.type, element.text_run) == ("textRun", None)


def test_the_journal_warns_of_snake_case(call: Call, journal: Requests) -> None:
    """Every key that the SDK sends in snake_case is warned of at its place."""
    call("create", create())
    warnings = journal()[-1]["warnings"]
    assert {warning["kind"] for warning in warnings} == {"snake_case"}
    assert {warning["pointer"].rpartition("/")[2] for warning in warnings} == {
        "text_run",
        "strike_through",
        "indent_level",
    }
    assert warnings[0]["pointer"].startswith("/body/content/blocks/0/paragraph/")


def test_a_numeric_target_id_is_exact(call: Call, journal: Requests) -> None:
    """An id sent as a JSON number is read without the loss of a floating-point number."""
    assert call("create", create(target_id=OBJECTIVE)).success()
    assert journal()[-1]["request"]["target_id"] == OBJECTIVE
    assert call("create", create(target_id=int(float(OBJECTIVE)))).code == 1001004


def test_the_token_call_has_no_content_type(call: Call, journal: Requests) -> None:
    """The SDK asks for its token without a Content-Type and gets one, once for many calls."""
    for _ in range(2):
        assert call("create", create()).success()
    operations = [request["operation"] for request in journal()]
    assert operations == ["auth.v3.tenant_access_token.internal", *["okr.v1.progress_record.create"] * 2]
    token, record, _ = journal()
    assert "content-type" not in token["headers"]
    assert record["headers"]["content-type"].startswith("application/json")


def test_a_user_token_leads_to_its_world(client: Any, app_id: str, journal: Requests) -> None:
    """A user token given with the call is sent in place of the app's."""
    client.config.enable_set_token = True
    option = lark_oapi.RequestOption.builder().user_access_token(f"u-dev.{app_id}").build()
    created = client.okr.v1.progress_record.create(create(), option)
    assert created.success()
    assert client.okr.v1.progress_record.get(get(created.data.progress_id), option).success()
    assert [request["operation"] for request in journal()] == [
        "okr.v1.progress_record.create",
        "okr.v1.progress_record.get",
    ]


def test_a_forged_token_is_refused(client: Any) -> None:
    """A tenant token that was never issued is refused, and the SDK neither repeats nor refetches."""
    client.config.enable_set_token = True
    option = lark_oapi.RequestOption.builder().tenant_access_token("t-forged").build()
    answer = client.okr.v1.progress_record.create(create(), option)
    assert (answer.code, answer.raw.status_code) == (99991663, 400)


def test_a_target_of_the_other_type_is_refused(call: Call) -> None:
    """The id of an objective is not that of a key result."""
    answer = call("create", create(target_type=3))
    assert (answer.code, answer.raw.status_code) == (1001004, 400)


def test_a_missing_field_is_named(call: Call) -> None:
    """A create without source_url is refused, and the field violations say so."""
    answer = call("create", create(source_url=None))
    assert (answer.code, answer.raw.status_code) == (1001001, 400)
    assert raw(answer)["error"]["field_violations"] == [
        {"field": "source_url", "description": "source_url is required"}
    ]


def test_header_names_are_spelled_as_the_vendor_does(client: Any) -> None:
    """The SDK looks for `X-Tt-Logid` and, in untyped calls, `Content-Type` in just this spelling, and finds both."""
    answer = client.okr.v1.progress_record.get(get(1))
    assert answer.get_log_id() == answer.error["log_id"]

    untyped = lark_oapi.BaseRequest.builder().http_method(lark_oapi.HttpMethod.GET)
    untyped = untyped.uri("/open-apis/okr/v1/progress_records/1").token_types({lark_oapi.AccessTokenType.TENANT})
    assert client.request(untyped.build()).code == 1001004


def test_a_plain_404_breaks_the_sdk(client: Any, journal: Requests) -> None:
    """What is not emulated answers the vendor's plain-text 404, which the SDK's typed methods cannot read."""
    with pytest.raises(json.JSONDecodeError):
        client.okr.v2.okr_category.list(v2.ListOkrCategoryRequest.builder().build())
    assert [warning["kind"] for warning in journal()[-1]["warnings"]] == ["not_emulated"]
