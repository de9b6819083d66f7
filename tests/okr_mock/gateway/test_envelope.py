import re

import orjson
import pytest

from feishu_okr.contract import Contract, Violation
from okr_mock.gateway.envelope import MOST_FIELD_VIOLATIONS, Refusal, refused
from okr_mock.world.start import Start
from okr_mock.world.turn import Turn, open_turn
from tests.conftest import RECORDS, Body, MakeClient


def turn(start: Start) -> Turn:
    return open_turn("w", 1, 1_700_000_000_000, start)


def test_every_entry_makes_an_answer(contract: Contract, start: Start) -> None:
    """Every refusal of the catalog becomes an answer with its status and its shape."""
    effective = contract.effective(contract.ledger.profile())
    for entry in contract.catalog.entries.values():
        params = dict.fromkeys(
            ("scopes", "query", "app_id", "limit", "reason", "field", "value", "ids", "ip", "scenario"), "x"
        )
        answer = refused(Refusal(entry.name, **params), effective, turn(start))
        assert answer.status == entry.status
        if entry.body == "plain":
            assert answer.content_type == b"text/plain"
            continue
        body = orjson.loads(answer.body)
        assert body["code"] == entry.code
        assert isinstance(body.get("error"), {"error": dict, "oauth": str}.get(entry.body, type(None)))
        assert ("data" in body) == (entry.body == "data")


def test_error_helps(contract: Contract, start: Start) -> None:
    """A refusal names the log id and links to advice with the code and the operation's number."""
    effective = contract.effective(contract.ledger.profile())
    answer = refused(
        Refusal("no_permission"), effective, turn(start), contract.operations["okr.v1.progress_record.create"]
    )
    error = orjson.loads(answer.body)["error"]
    assert re.fullmatch(r"[0-9]{14}[0-9A-F]{20}", error["log_id"])
    assert error["troubleshooter"] == (
        "排查建议查看(Troubleshooting suggestions): https://open.feishu.cn/search?from=openapi"
        f"&log_id={error['log_id']}&code=1001002&method_id=7047048928294944770"
    )


def test_field_violations_are_few(contract: Contract, start: Start) -> None:
    """Of many violations the caller gets one a field and description, a hundred at most."""
    same = [Violation("body", f"/a/{n}", "a[*]", "type", "a[*] should be string", str(n)) for n in range(50)]
    many = [Violation("body", f"/b{n}", f"b{n}", "required", f"b{n} is required", None) for n in range(500)]
    answer = refused(
        Refusal("invalid_parameters"), contract.effective(contract.ledger.profile()), turn(start), None, same + many
    )
    found = orjson.loads(answer.body)["error"]["field_violations"]
    assert len(found) == MOST_FIELD_VIOLATIONS
    assert found[0] == {"description": "a[*] should be string", "field": "a[*]", "value": "0"}
    assert found[1] == {"description": "b0 is required", "field": "b0"}


@pytest.mark.parametrize(
    ("option", "keys"), [("alphabetical", ["code", "error", "msg"]), ("as_written", ["code", "msg", "error"])]
)
def test_key_order(make_client: MakeClient, create_body: Body, option: str, keys: list[str]) -> None:
    """Keys are in the order that the claim says."""
    client = make_client(set=(f"key_order={option}",))
    assert list(client.post(RECORDS, json={}).json()) == keys
    element = client.post(RECORDS, json=create_body).json()["data"]["content"]["blocks"][0]
    assert list(element) == sorted(element) if option == "alphabetical" else list(create_body["content"]["blocks"][0])
