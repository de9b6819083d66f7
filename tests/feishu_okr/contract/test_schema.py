import pytest

from feishu_okr.contract import Contract, Rules
from feishu_okr.contract.schema import MOST_REMARKS, closed, pointer, snake_case
from tests.conftest import Body


@pytest.fixture(scope="module")
def rules(contract: Contract) -> Rules:
    return contract.effective(contract.ledger.profile()).rules("okr.v1.progress_record.create")


@pytest.mark.parametrize(
    ("camel", "snake"),
    [("textRun", "text_run"), ("openId", "open_id"), ("strikeThrough", "strike_through"), ("bold", "bold")],
)
def test_snake_case(camel: str, snake: str) -> None:
    """Names are spelled as the Python SDK spells them."""
    assert snake_case(camel) == snake


def test_pointer_escapes() -> None:
    """Keys with a slash or tilde are escaped as RFC 6901 says."""
    assert pointer(("a/b", 0, "c~d")) == "/a~1b/0/c~0d"


def test_closed_reaches_every_object() -> None:
    """The closed form forbids unknown keys at every depth and leaves free-form objects free."""
    schema = {
        "type": "object",
        "properties": {"a": {"type": "array", "items": {"type": "object", "properties": {}}}, "b": {}},
    }
    shut = closed(schema)
    assert shut["additionalProperties"] is False
    assert shut["properties"]["a"]["items"]["additionalProperties"] is False
    assert closed({"type": "object"}) == {"type": "object"}


def test_did_you_mean(rules: Rules, create_body: Body) -> None:
    """An unknown field is dropped, and the remark names the field that was probably meant."""
    checked = rules.check({"path": {}, "query": {}, "body": create_body | {"sorce_title": "x"}})
    assert "sorce_title" not in checked.message["body"]
    (remark,) = checked.remarks
    assert (remark.kind, remark.pointer) == ("unknown_field", "/body/sorce_title")
    assert "did you mean 'source_title'?" in remark.text


def test_both_spellings(rules: Rules, create_body: Body) -> None:
    """Where both spellings are sent the documented one counts and the other is remarked as unknown."""
    element = {"type": "textRun", "textRun": {"text": "counts"}, "text_run": {"text": "does not"}}
    create_body["content"] = {"blocks": [{"type": "paragraph", "paragraph": {"elements": [element]}}]}
    checked = rules.check({"path": {}, "query": {}, "body": create_body})
    elements = checked.message["body"]["content"]["blocks"][0]["paragraph"]["elements"]
    assert elements == [{"type": "textRun", "textRun": {"text": "counts"}}]
    assert [remark.kind for remark in checked.remarks] == ["unknown_field"]


def test_remarks_are_bounded(rules: Rules, create_body: Body) -> None:
    """However many unknown fields come, the remarks stay few."""
    checked = rules.check({"path": {}, "query": {}, "body": create_body | {f"x{n}": n for n in range(1000)}})
    assert len(checked.remarks) == MOST_REMARKS
