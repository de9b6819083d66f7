"""The law names every article that an answer breaks."""

from typing import Any

import pytest

from feishu_okr.conformance.law import Law
from feishu_okr.conformance.wire import Answer
from feishu_okr.contract import Contract
from tests.feishu_okr.conformance.answers import LOG_ID, answer

CREATE = "okr.v1.progress_record.create"
TENANT = "auth.v3.tenant_access_token.internal"
OAUTH = "oauth.v3.token"
RECORD = {"content": {"blocks": []}, "modify_time": "1792022400000", "progress_id": "7046518160811425812"}
GOOD = {"code": 0, "data": RECORD, "msg": "success"}


def refusal(**error: Any) -> dict[str, Any]:
    return {"code": 1001004, "msg": "OKR data not found.", "error": {"log_id": LOG_ID, **error}}


@pytest.fixture(scope="module")
def law(contract: Contract) -> Law:
    """The law of the documented profile."""
    return Law(contract, contract.ledger.profile())


@pytest.mark.parametrize(
    "kept",
    [
        answer(GOOD),
        answer(refusal(), 400),
        answer({**GOOD, "new_of_tomorrow": 1}),
        answer(b"404 page not found", 404, "", content_type="text/plain"),
        answer(b"", 404, "", "HEAD", content_type="text/plain"),
        answer({"code": 10003, "msg": "invalid param"}, 200, TENANT),
        answer({"code": 20003, "error": "invalid_grant", "error_description": "x"}, 400, OAUTH),
    ],
    ids=str,
)
def test_a_good_answer_breaks_nothing(law: Law, kept: Answer) -> None:
    """What the contract allows, the law does."""
    assert list(law.broken(kept)) == []


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (answer(GOOD, x_tt_logid=""), "X-Tt-Logid"),
        (answer(GOOD, x_tt_logid=LOG_ID.lower()), "X-Tt-Logid"),
        (answer(GOOD, x_request_id=""), "X-Request-Id"),
        (answer(GOOD, content_type="text/html"), "content type"),
        (answer(GOOD, content_type=""), "content type"),
        (answer(b"nope"), "no JSON object"),
        (answer([]), "no JSON object"),
        (answer({**GOOD, "code": "0"}), "whole number as code"),
        (answer({**GOOD, "code": True}), "whole number as code"),
        (answer(b'{"msg":"success","code":0,"data":{}}'), "alphabetical"),
        (answer({**GOOD, "data": RECORD | {"progress_id": 7}}), "breaks the schema"),
        (answer({**GOOD, "data": {"content": {}}}), "breaks the schema"),
        (answer(refusal(), 200), "the one says yes"),
        (answer(GOOD, 400), "the one says yes"),
        (answer({**refusal(), "code": 424242}, 400), "no refusal"),
        (answer({**refusal(), "code": 1001008}, 400), "no refusal"),
        (answer(refusal(), 403), "no refusal"),
        (answer(refusal(log_id=LOG_ID[::-1]), 400), "error.log_id"),
        (answer(refusal(troubleshooter="https://open.feishu.cn/search?code=7"), 400), "troubleshooter"),
        (answer(refusal(), 418), "does not name"),
        (answer({"code": 20003, "msg": "x"}, 400, OAUTH), "OAuth"),
        (answer(b"not found", 404, "", content_type="text/plain"), "404"),
        (answer({"code": 99991400, "msg": "x", "error": {"log_id": LOG_ID}}, 429), "x-ogw-ratelimit-reset"),
        (answer({"code": 10003, "msg": "x"}, 400, CREATE), "no refusal"),
    ],
    ids=str,
)
def test_a_broken_article_is_named(law: Law, broken: Answer, says: str) -> None:
    """Each article has an answer that breaks it, and is named then."""
    assert any(says in told for told in law.broken(broken)), list(law.broken(broken))


def test_keys_may_come_as_written(contract: Contract) -> None:
    """Where the profile leaves the order of keys open, no order breaks the law."""
    law = Law(contract, contract.ledger.profile("documented", [("key_order", "as_written")]))
    assert list(law.broken(answer(b'{"msg":"success","data":' + answer(RECORD).body + b',"code":0}'))) == []
