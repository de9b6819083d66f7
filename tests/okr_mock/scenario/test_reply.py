from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from feishu_okr.contract import Contract, ErrorCode
from tests.conftest import RECORDS, TENANT_TOKEN, Body, MakeClient
from tests.okr_mock.scenario.conftest import CREATE, GET, RECORD, of, scenario_file

TABLE = {1001001: 400, 1001002: 400, 1001003: 400, 1001004: 400, 1009998: 500, 1009999: 500}
"""The codes of the vendor's page and their HTTP statuses."""
SPENT = {"code": 99991400, "msg": "request trigger frequency limit"}
APP = {"app_id": "cli_mine", "app_secret": "s"}


@pytest.fixture
def played(make_client: MakeClient, tmp_path: Path) -> Any:
    """Give clients of emulators that play these steps, in a world whose clock stands still."""

    def play(*steps: Body, **settings: Any) -> TestClient:
        given = {"clock": {"set": "2026-10-05T09:00:00Z", "freeze": True}}
        file = scenario_file(tmp_path, *steps, given=given)
        return make_client(scenario=(file,), log_level="error", **settings)

    return play


def records(client: TestClient, world: str = "default") -> int:
    count: int = client.get(f"/__admin/worlds/{world}").json()["records"]
    return count


def check_envelope(answer: Any, entry: ErrorCode) -> None:
    """See that an answer is what the catalog says of an entry, but for its placeholders and texts."""
    assert answer.status_code == entry.status, entry.name
    if entry.body == "plain":
        assert answer.headers["content-type"].startswith("text/plain")
        return
    body = answer.json()
    assert body["code"] == entry.code, entry.name
    shapes = {"error": {"code", "msg", "error"}, "data": {"code", "msg", "data"}, "bare": {"code", "msg"},
              "oauth": {"code", "error", "error_description"}}  # fmt: skip
    assert set(body) == shapes[entry.body], entry.name
    if entry.body == "oauth":
        assert body["error"] == entry.error
    if entry.body == "error":
        assert body["error"]["log_id"] == answer.headers["x-tt-logid"]
    assert ("permission_violations" in str(body)) is bool(entry.permission), entry.name


def is_text_of(text: str, entry: ErrorCode) -> bool:
    """Say whether a text is one of an entry's, whatever its placeholders hold."""
    return any(all(part.split("}")[-1] in text for part in message.split("{")) for message in entry.messages.values())


def test_every_error_by_name(played: Any, contract: Contract) -> None:
    """Every entry of the catalog, asked for by its name, answers with its status, text and envelope."""
    entries = list(contract.catalog.entries.values())
    client = played({"sequence": [{"error": entry.name} for entry in entries]})
    for entry in entries:
        answer = client.get(f"{RECORDS}/1")
        check_envelope(answer, entry)
        text = answer.text if entry.body == "plain" else answer.json().get("msg") or answer.json()["error_description"]
        assert is_text_of(text, entry), text
        assert not {"{", "}"} & set(text), text
        assert answer.headers["x-mock-step"] == "played#1"
    assert client.get(f"{RECORDS}/1").json()["code"] == 1001004
    assert client.get(f"{RECORDS}/1").headers.get("x-mock-step") is None


def test_every_error_by_code(played: Any, contract: Contract) -> None:
    """Every code of the catalog answers with that code, and with the status of one of its entries."""
    entries = list(contract.catalog.entries.values())
    codes = sorted({entry.code for entry in entries})
    client = played({"sequence": [{"error": code} for code in codes]})
    for code in codes:
        having = [entry for entry in entries if entry.code == code]
        answer = client.get(f"{RECORDS}/1")
        assert answer.status_code in {entry.status for entry in having}
        if "plain" not in {entry.body for entry in having}:
            assert answer.json()["code"] == code


@pytest.mark.parametrize("code", TABLE)
def test_the_vendors_table(played: Any, contract: Contract, code: int) -> None:
    """Each code of the vendor's table comes from a file of two lines with the table's status and message."""
    client = played({"when": {"operation": CREATE}, "then": {"error": code}})
    answer = client.post(RECORDS, json=RECORD)
    (message,) = {entry.messages["long"] for entry in contract.catalog.entries.values()
                  if entry.code == code and "long" in entry.messages}  # fmt: skip
    assert (answer.status_code, answer.json()["code"], answer.json()["msg"]) == (TABLE[code], code, message)
    assert list(answer.json()) == ["code", "error", "msg"] or list(answer.json()) == ["code", "msg", "error"]
    assert records(client) == 0


@pytest.mark.parametrize(
    ("error", "status", "has"),
    [
        ({"code": 1001001, "status": 422}, 422, {"code": 1001001}),
        ({"name": "user_not_found", "msg": "nobody"}, 400, {"code": 1001003, "msg": "nobody"}),
        ({"code": 1009999, "status": 200, "msg": "周"}, 200, {"code": 1009999, "msg": "周"}),
        ({"name": "ip_denied", "params": {"ip": "10.0.0.9"}}, 400, {"msg": "ip 10.0.0.9 is denied by app setting"}),
        ({"name": "ip_denied"}, 400, {"msg": "ip … is denied by app setting"}),
        ({"name": "rate_limited", "msg": "slow down"}, 429, {"code": 99991400, "msg": "slow down"}),
    ],
)
def test_overrides(played: Any, error: Body, status: int, has: Body) -> None:
    """Status, text and placeholders of an error can be said otherwise; the rest stays the catalog's."""
    answer = played({"then": {"error": error}}).get(f"{RECORDS}/1")
    assert answer.status_code == status
    assert answer.json().items() >= has.items()


def test_plain_and_oauth_texts(played: Any, contract: Contract) -> None:
    """Another text stands where the entry's own stood, be that a plain body or an OAuth description."""
    name = next(entry.name for entry in contract.catalog.entries.values() if entry.body == "oauth")
    client = played(
        {"sequence": [{"error": {"name": "not_found", "msg": "gone"}}, {"error": {"name": name, "msg": "no"}}]}
    )
    assert client.get(f"{RECORDS}/1").text == "gone"
    assert client.get(f"{RECORDS}/1").json()["error_description"] == "no"


def test_scopes_of_the_operation(played: Any, contract: Contract) -> None:
    """An injected lack of scope names the scopes of the operation that was called."""
    body = played({"then": {"error": 99991672}}).post(RECORDS, json=RECORD).json()
    subjects = [violation["subject"] for violation in body["error"]["permission_violations"]]
    assert subjects == list(contract.operations[CREATE].scopes)


def test_respond(played: Any) -> None:
    """A written answer comes with its status, headers and body, parts of the call filled in."""
    body = {"code": 0, "msg": "for ${header/x-run}", "data": {"was": "${body}", "id": "${path/progress_id}"}}
    headers = {"X-Own": "yes", "Content-Type": "application/json; charset=utf-8"}
    client = played({"then": {"respond": {"status": 201, "headers": headers, "body": body, "violates": True}}})
    answer = client.put(f"{RECORDS}/71?lang=x", json={"n": 1}, headers={"X-Run": "7"})
    assert answer.status_code == 201
    assert answer.json() == {"code": 0, "msg": "for 7", "data": {"was": {"n": 1}, "id": "71"}}
    assert (answer.headers["x-own"], answer.headers["content-type"]) == ("yes", headers["Content-Type"])
    assert answer.headers["content-length"] == str(len(answer.content))


def test_respond_with_facts(played: Any) -> None:
    """Templates name the call's ids, time, world and app too."""
    body = {name: f"${{{name}}}" for name in ("method", "log_id", "request_id", "now", "world", "app", "id")}
    answer = played({"then": {"respond": {"body": body, "violates": True}}}).get(f"{RECORDS}/1")
    got = answer.json()
    assert (got["method"], got["now"], got["world"], got["app"]) == ("GET", "1791190800000", "default", "default")
    assert (got["log_id"], got["request_id"]) == (answer.headers["x-tt-logid"], answer.headers["x-request-id"])
    assert got["id"].isdecimal()


@pytest.mark.parametrize(
    ("body", "media", "text"),
    [("teapot", "text/plain", "teapot"), (None, "application/json", ""), ([1], "application/json", "[1]")],
)
def test_respond_with_any_body(played: Any, body: Any, media: str, text: str) -> None:
    """A text is sent as it is, any other value as JSON, and nothing as no bytes."""
    client = played({"then": {"respond": {"status": 418, "body": body, "violates": True}}})
    answer = client.get(f"{RECORDS}/1")
    assert (answer.status_code, answer.headers["content-type"]) == (418, media)
    assert answer.text == text


def test_respond_within_the_contract(played: Any) -> None:
    """An answer that the contract allows needs no `violates`, templates or not."""
    body: Body = {
        "code": 0,
        "msg": "success",
        "data": {"progress_id": "${path/progress_id}", "modify_time": "1791190800000", "content": {"blocks": []}},
    }
    answer = played({"when": {"operation": GET}, "then": {"respond": {"body": body}}}).get(f"{RECORDS}/71")
    assert (answer.status_code, answer.json()["data"]["progress_id"]) == (200, "71")


def test_respond_that_breaks_the_contract_late(played: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Where only the call shows that an answer breaks the contract, it is refused, and the log names the step."""
    body: Body = {"code": 0, "msg": "success", "data": {"progress_id": "${body}"}}
    client = played({"when": {"operation": GET}, "then": {"respond": {"body": body}}})
    assert client.get(f"{RECORDS}/71").json()["code"] == 1009999
    assert "played#1 breaks the contract without `violates`" in caplog.text


def test_rate_limit(played: Any) -> None:
    """So many calls a window pass, the next is refused with the vendor's headers until the world's clock is past it."""
    client = played({"when": {"operation": GET}, "then": {"rate_limit": {"calls": 2, "seconds": 10}}})
    assert [client.get(f"{RECORDS}/1").status_code for _ in range(2)] == [400, 400]
    refused = client.get(f"{RECORDS}/1")
    assert (refused.status_code, refused.json()) == (429, SPENT)
    assert (refused.headers["x-ogw-ratelimit-limit"], refused.headers["x-ogw-ratelimit-reset"]) == ("2", "10")
    assert client.post(RECORDS, json=RECORD).status_code == 200
    client.put("/__admin/clock", json={"advance": 9})
    assert client.get(f"{RECORDS}/1").headers["x-ogw-ratelimit-reset"] == "1"
    client.put("/__admin/clock", json={"advance": 1})
    assert [client.get(f"{RECORDS}/1").status_code for _ in range(3)] == [400, 400, 429]
    assert client.get(f"{RECORDS}/1", headers=of("other")).status_code == 400


def test_rate_limit_anywhere(played: Any) -> None:
    """A limit counts calls that reach no operation too, and refuses them with the vendor's headers."""
    client = played({"when": {"path": "/{any}"}, "then": {"rate_limit": {"calls": 1}}})
    assert client.get("/nowhere").status_code == 404
    refused = client.get("/nowhere")
    assert (refused.status_code, refused.headers.get("x-ogw-ratelimit-reset")) == (429, "60")


def test_expire_token(played: Any) -> None:
    """All tokens issued so far expire at once, this call's first, and a new one works; other worlds keep theirs."""
    client = played({"when": {"operation": GET}, "times": 1, "then": {"expire_token": True}})
    tokens = [client.post(TENANT_TOKEN, json={**APP, "app_id": name}).json()["tenant_access_token"]
              for name in ("cli_mine", "cli_mine", "cli_other")]  # fmt: skip

    def code(token: str, times: int = 1) -> list[int]:
        headers = {"Authorization": f"Bearer {token}"}
        return [client.get(f"{RECORDS}/1", headers=headers).json()["code"] for _ in range(times)]

    assert code(tokens[0], 2) == [99991663, 99991663]
    assert code(tokens[1]) == [99991663]
    renewed = client.post(TENANT_TOKEN, json=APP).json()["tenant_access_token"]
    assert code(renewed) == [1001004]
    assert code(tokens[2], 2) == [99991663, 99991663]
    assert code("t-dev.cli_mine") == [1001004]


def test_expire_token_of_a_person(played: Any) -> None:
    """A person whose token expires is told so with the code for user tokens; a token route goes on."""
    client = played({"then": {"expire_token": True}})
    answer = client.get(f"{RECORDS}/1", headers={"Authorization": "Bearer u-dev"})
    assert answer.json()["code"] == 99991668
    assert client.post(TENANT_TOKEN, json=APP).json()["code"] == 0


def test_patch(played: Any) -> None:
    """A successful answer is changed by JSON Patch; the record that is kept is the true one, and refusals stay."""
    patch = [{"op": "add", "path": "/data/a~1b", "value": [1]}, {"op": "remove", "path": "/data/content"}]
    client = played({"when": {"operation": CREATE}, "then": {"patch": patch}})
    data = client.post(RECORDS, json=RECORD).json()["data"]
    assert data["a/b"] == [1]
    assert "content" not in data
    assert "content" in client.get(f"{RECORDS}/{data['progress_id']}").json()["data"]
    refused = client.post(RECORDS, json={})
    assert (refused.status_code, refused.json()["code"]) == (400, 1001001)
    assert refused.headers["x-mock-step"] == "played#1"


def test_answer_without_write(played: Any) -> None:
    """The answer says that the record was written, and it was not."""
    client = played({"when": {"operation": CREATE}, "times": 1, "then": {"answer_without_write": True}})
    answer = client.post(RECORDS, json=RECORD)
    assert (answer.status_code, answer.json()["code"], records(client)) == (200, 0, 0)
    assert client.get(f"{RECORDS}/{answer.json()['data']['progress_id']}").json()["code"] == 1001004
    client.post(RECORDS, json=RECORD)
    assert records(client) == 1


def test_proceed(played: Any) -> None:
    """A step that proceeds takes the call, answers as usual and keeps later steps from it."""
    client = played({"times": 1, "then": {"proceed": True}}, {"then": {"error": 1009998}})
    first, second = (client.post(RECORDS, json=RECORD) for _ in range(2))
    assert (first.json()["code"], first.headers["x-mock-step"]) == (0, "played#1")
    assert (second.json()["code"], second.headers["x-mock-step"]) == (1009998, "played#2")
    assert records(client) == 1


def test_patch_that_does_not_fit(played: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A patch that does not fit the answer is the scenario's mistake: 500 for the caller, the step named in the log."""
    client = played({"name": "odd", "then": {"patch": [{"op": "remove", "path": "/data/none"}]}})
    answer = client.post(RECORDS, json=RECORD)
    assert (answer.status_code, answer.json()["code"]) == (500, 1009999)
    assert "step played#odd: the patch does not fit the answer" in caplog.text
    assert "bug of the emulator" not in caplog.text
