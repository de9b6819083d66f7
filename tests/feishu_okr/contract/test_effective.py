from typing import Any

import jsonschema
import orjson
import pytest
from hypothesis import given

from feishu_okr.contract import Contract, Effective, Rules
from feishu_okr.contract.schema import closed
from tests.conftest import EXAMPLES, Body
from tests.feishu_okr.contract.bodies import CREATE, damaged, in_snake_case

CREATE_OPERATION = "okr.v1.progress_record.create"


@pytest.fixture(scope="module")
def effective(contract: Contract) -> Effective:
    return contract.effective(contract.ledger.profile())


@pytest.fixture(scope="module")
def rules(effective: Effective) -> Rules:
    return effective.rules(CREATE_OPERATION)


@pytest.fixture(scope="module")
def oracle(effective: Effective) -> jsonschema.Draft202012Validator:
    """The independent library that must agree with the one on the request path."""
    components = effective.document["components"]
    schema = components["schemas"]["CreateProgressRecordRequest"]
    return jsonschema.Draft202012Validator(closed(schema) | {"components": closed(components)})


def message(body: Any) -> dict[str, Any]:
    return {"path": {}, "query": {}, "body": body}


def test_vendor_example(rules: Rules, create_body: Body) -> None:
    """The vendor's example request holds, at once and without a remark."""
    checked = rules.check(message(create_body))
    assert (checked.violations, checked.remarks) == ([], [])
    assert checked.message["body"] is create_body


@given(body=CREATE)
def test_valid_bodies(rules: Rules, body: Any) -> None:
    """Every body made by the documented rules is accepted."""
    assert rules.check(message(body)).violations == []


@given(body=damaged())
def test_oracle_agrees(rules: Rules, oracle: jsonschema.Draft202012Validator, body: Any) -> None:
    """Two independent validators agree on every damaged body, once unknown fields are out."""
    checked = rules.check(message(body))
    assert oracle.is_valid(checked.message["body"]) == (not checked.violations)


@given(body=CREATE)
def test_snake_case_is_the_same_message(rules: Rules, body: Any) -> None:
    """Content in snake_case is read as its camelCase twin, and remarked."""
    checked = rules.check(message(body | {"content": in_snake_case(body["content"])}))
    assert checked.violations == []
    assert checked.message["body"] == body


def test_violations_speak_the_senders_spelling(rules: Rules, create_body: Body) -> None:
    """A violation inside snake_case content is told by the sender's keys, with [*] for the gateway."""
    blocks = [{"type": "paragraph", "paragraph": {"elements": [{"type": "textRun", "text_run": {"text": 5}}]}}]
    (violation,) = rules.check(message(create_body | {"content": {"blocks": blocks}})).violations
    assert violation.pointer == "/content/blocks/0/paragraph/elements/0/text_run/text"
    assert violation.field == "content.blocks[*].paragraph.elements[*].text_run.text"
    assert (violation.keyword, violation.value) == ("type", "5")


@pytest.mark.parametrize(
    ("field", "value", "description", "written"),
    [
        ("target_type", 4, "options: [2,3]", "4"),
        ("source_url", "open.feishu.cn", "source_url does not match ^https?://.*$", "open.feishu.cn"),
        ("progress_rate", {"percent": 1e11}, "the max value is 99999999999", "100000000000.0"),
        ("progress_rate", {"percent": -1e11}, "the min value is -99999999999", "-100000000000.0"),
        ("source_title", None, "source_title should be string", "null"),
        ("target_id", 2**63, "the max value is 9223372036854775807", "9223372036854775808"),
    ],
)
def test_descriptions(rules: Rules, create_body: Body, field: str, value: Any, description: str, written: str) -> None:
    """Violations are described in the gateway's words, their value always a string."""
    (violation,) = rules.check(message(create_body | {field: value})).violations
    assert (violation.description, violation.value) == (description, written)


def test_missing_field(rules: Rules, create_body: Body) -> None:
    """A missing field is a violation at its own place, without a value."""
    del create_body["source_url"]
    (violation,) = rules.check(message(create_body)).violations
    assert (violation.pointer, violation.description, violation.value) == (
        "/source_url",
        "source_url is required",
        None,
    )


def test_answers_are_checked(rules: Rules) -> None:
    """The vendor's example answer holds, and an answer with an unknown or a missing key does not."""
    answer = orjson.loads((EXAMPLES / "create-response.json").read_bytes())
    assert rules.broken(answer) == []
    answer["data"]["author"] = answer["data"].pop("progress_id")
    assert len(rules.broken(answer)) == 2


SWITCHES: list[tuple[str, str, Any, bool]] = [
    ("numeric_target_id", "refuse", {"target_id": 7043693679567028244}, False),
    ("numeric_target_id", "accept", {"target_id": 7043693679567028244}, True),
    ("string_target_type", "accept", {"target_type": "2"}, True),
    ("string_target_type", "refuse", {"target_type": "2"}, False),
    ("unknown_fields", "refuse", {"extra": 1}, False),
    ("unknown_fields", "drop", {"extra": 1}, True),
    ("empty_content", "refuse", {"content": {}}, False),
    ("empty_content", "refuse", {"content": {"blocks": []}}, False),
    ("empty_content", "accept", {"content": {}}, True),
    ("unknown_kinds", "store", {"content": {"blocks": [{"type": "table"}]}}, True),
    ("unknown_kinds", "refuse", {"content": {"blocks": [{"type": "table"}]}}, False),
    ("missing_member", "refuse", {"content": {"blocks": [{"type": "gallery"}]}}, False),
    ("missing_member", "accept", {"content": {"blocks": [{"type": "gallery"}]}}, True),
    ("status_without_percent", "refuse", {"progress_rate": {"status": 1}}, False),
    ("status_without_percent", "accept", {"progress_rate": {"status": 1}}, True),
    ("status_none", "refuse", {"progress_rate": {"status": -1}}, False),
    ("status_none", "accept", {"progress_rate": {"status": -1}}, True),
    ("required_source", "accept", {"source_url": ...}, True),
    ("required_source", "refuse", {"source_url": ...}, False),
]


@pytest.mark.parametrize(("claim", "option", "change", "accepted"), SWITCHES)
def test_claims_change_the_contract(
    contract: Contract, create_body: Body, claim: str, option: str, change: Body, accepted: bool
) -> None:
    """Each option of a claim about messages decides whether the message is accepted."""
    rules = contract.effective(contract.ledger.profile(switches=[(claim, option)])).rules(CREATE_OPERATION)
    body = {key: value for key, value in (create_body | change).items() if value is not ...}
    assert (rules.check(message(body)).violations == []) is accepted


@pytest.mark.parametrize(("option", "accepted"), [("refuse", False), ("store", True), ("clamp", True)])
@pytest.mark.parametrize("style", [{"textColor": {"red": 300}}, {"backColor": {"alpha": 1.5}}])
def test_style_ranges(contract: Contract, create_body: Body, option: str, accepted: bool, style: Body) -> None:
    """Colours out of range are refused or stored as the claim says."""
    rules = contract.effective(contract.ledger.profile(switches=[("style_ranges", option)])).rules(CREATE_OPERATION)
    blocks = [
        {"type": "paragraph", "paragraph": {"elements": [{"type": "textRun", "textRun": {"text": "", "style": style}}]}}
    ]
    assert (rules.check(message(create_body | {"content": {"blocks": blocks}})).violations == []) is accepted


def test_only_the_blank_member_is_not_checked(rules: Rules) -> None:
    """A member left blank passes; every other one of the same answer is still held to the contract."""
    answer = orjson.loads((EXAMPLES / "create-response.json").read_bytes())
    answer["data"]["content"] = None
    assert rules.broken(answer, "content") == []
    assert len(rules.broken(answer)) == 1
    answer["data"]["progress_rate"] = {"status": 7}
    assert len(rules.broken(answer, "content")) == 1
