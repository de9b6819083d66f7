from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from tests.conftest import EXAMPLES, RECORDS, Body, MakeClient

KEY_RESULT = {"target_id": "7041430377642082323", "target_type": 3}
TEXT = {
    "blocks": [{"type": "paragraph", "paragraph": {"elements": [{"type": "textRun", "textRun": {"text": "第二版"}}]}}]
}
OKRS = "/open-apis/okr/v1/users/ou_7dab8a3d3cdcc9da365777c7ad535d62/okrs"


def create(client: TestClient, body: Body) -> Body:
    answer: Body = client.post(RECORDS, json=body).json()
    assert answer["code"] == 0, answer
    data: Body = answer["data"]
    return data


def test_vendor_example(client: TestClient, create_body: Body) -> None:
    """The vendor's request is answered with the vendor's answer, to the byte, but for id and time."""
    answer = client.post(RECORDS, json=create_body)
    expected = orjson.loads((EXAMPLES / "create-response.json").read_bytes())
    data = answer.json()["data"]
    expected["data"] |= {"modify_time": data["modify_time"], "progress_id": data["progress_id"]}
    assert answer.content == orjson.dumps(expected, option=orjson.OPT_SORT_KEYS)
    assert answer.headers["content-type"] == "application/json"


def test_ids_and_times(client: TestClient, create_body: Body) -> None:
    """Ids are 19 digits that sort by time and carry the second in their upper half; times are milliseconds."""
    records = [create(client, create_body) for _ in range(5)]
    ids = [record["progress_id"] for record in records]
    assert ids == sorted(set(ids))
    assert all(len(identifier) == 19 for identifier in ids)
    assert int(ids[0]) >> 32 == int(records[0]["modify_time"]) // 1000
    assert len(records[0]["modify_time"]) == 13


def test_life_of_a_record(client: TestClient, create_body: Body) -> None:
    """A record is created, read, replaced and deleted; afterwards it is unknown to every operation."""
    record = create(client, create_body | KEY_RESULT)
    path = f"{RECORDS}/{record['progress_id']}"
    assert client.get(path).json()["data"] == record
    updated = client.put(path, json={"content": TEXT}).json()["data"]
    assert updated["content"] == TEXT
    assert updated["progress_id"] == record["progress_id"]
    assert client.get(path).json()["data"] == updated
    assert client.delete(path).content == b'{"code":0,"msg":"success"}'
    for call in (client.get(path), client.put(path, json={"content": TEXT}), client.delete(path)):
        assert (call.status_code, call.json()["code"]) == (400, 1001004)


@pytest.mark.parametrize(
    "target",
    [
        {"target_id": "1", "target_type": 2},
        {"target_id": "7043693679567028244", "target_type": 3},
        {"target_id": "7041430377642082323", "target_type": 2},
    ],
)
def test_unknown_target(client: TestClient, create_body: Body, target: Body) -> None:
    """An unknown target, or the right id with the other type, is not found."""
    answer = client.post(RECORDS, json=create_body | target).json()
    assert (answer["code"], answer["msg"]) == (1001004, "OKR data not found.")


def test_numeric_target(client: TestClient, create_body: Body) -> None:
    """A numeric target id is read without loss: its neighbour is another id."""
    create(client, create_body | {"target_id": 7043693679567028244})
    assert client.post(RECORDS, json=create_body | {"target_id": 7043693679567028245}).json()["code"] == 1001004


@pytest.mark.parametrize("slash", ["", "/"])
def test_trailing_slash(client: TestClient, create_body: Body, slash: str) -> None:
    """Every route works with a trailing slash, without a redirect."""
    record = client.post(RECORDS + slash, json=create_body).json()["data"]["progress_id"]
    assert client.get(f"{RECORDS}/{record}{slash}").json()["code"] == 0


def test_trailing_slash_as_observed(make_client: MakeClient, create_body: Body) -> None:
    """The claim `trailing_slash` keeps the slash to the routes where it was seen."""
    client = make_client(set=("trailing_slash=observed",))
    record = client.post(f"{RECORDS}/", json=create_body).json()["data"]["progress_id"]
    for method, path in (("GET", f"{RECORDS}/{record}/"), ("POST", "/open-apis/okr/v1/periods/")):
        answer = client.request(method, path)
        assert (answer.status_code, answer.text) == (404, "404 page not found")


def test_unknown_fields_are_not_kept(client: TestClient, create_body: Body) -> None:
    """Unknown fields are accepted at every depth and never come back."""
    content = {"blocks": [{"type": "paragraph", "paragraph": {"elements": [], "extra": 1}, "id": 2}], "more": 3}
    record = create(client, create_body | {"content": content, "progress_id": "1", "extra": 4})
    assert record["content"] == {"blocks": [{"type": "paragraph", "paragraph": {"elements": []}}]}
    assert record["progress_id"] != "1"


def test_worlds_are_apart(make_client: MakeClient, create_body: Body) -> None:
    """A record of one world is unknown in another."""
    client = make_client()
    record = create(client, create_body)["progress_id"]
    answer = client.get(f"{RECORDS}/{record}", headers={"Authorization": "Bearer t-dev.other"})
    assert answer.json()["code"] == 1001004


@pytest.mark.parametrize("record", ["abc", "-1", "1" * 20, "1.0", "%20", "é"])
def test_malformed_id(client: TestClient, record: str) -> None:
    """An id that is no int64 breaks the contract."""
    answer = client.get(f"{RECORDS}/{record}").json()
    assert answer["code"] == 1001001
    assert answer["error"]["field_violations"][0]["field"] == "progress_id"


@pytest.mark.parametrize(
    ("sent", "decimals", "shown"),
    [
        ({"percent": 50.216, "status": 0}, "two", {"percent": 50.22, "status": 0}),
        ({"percent": 50.216}, "as_sent", {"percent": 50.216}),
        ({"percent": -0.005}, "two", {"percent": -0.01}),
        ({"percent": 50}, "two", {"percent": 50}),
        ({"percent": 12345678901.555}, "two", {"percent": 12345678901.56}),
        ({"status": 1}, "two", {"status": 1}),
        ({}, "two", {}),
    ],
)
def test_rate_decimals(make_client: MakeClient, create_body: Body, sent: Body, decimals: str, shown: Body) -> None:
    """The percent is rounded to two decimals, or not, as the claim says; integers stay integers."""
    client = make_client(set=(f"percent_decimals={decimals}",))
    assert create(client, create_body | {"progress_rate": sent})["progress_rate"] == shown


@pytest.mark.parametrize("status", ["1.0", "1e0", "0.0", "-0.0", "-1.0"])
def test_whole_numbers(client: TestClient, create_body: Body, status: str) -> None:
    """A whole number is answered and kept as an integer, however it was written, and its target stays readable."""
    item = {"type": "paragraph", "paragraph": {"style": {"list": {"type": "number", "indentLevel": 2.0}}}}
    body = create_body | {"content": {"blocks": [item]}, "progress_rate": {"percent": 80.0, "status": 7}}
    sent = orjson.dumps(body).replace(b'"status":7', f'"status":{status}'.encode())
    answer = client.post(RECORDS, content=sent, headers={"Content-Type": "application/json"})
    data = answer.json()["data"]
    assert str(data["progress_rate"]) == str({"percent": 80, "status": int(float(status))})
    assert str(data["content"]["blocks"][0]["paragraph"]["style"]["list"]["indentLevel"]) == "2"
    assert client.get(f"{RECORDS}/{data['progress_id']}").content == answer.content
    okrs = client.get(OKRS, params={"offset": "0", "limit": "10"}).json()
    rates = [goal["progress_rate"] for okr in okrs["data"]["okr_list"] for goal in okr["objective_list"]]
    assert {"percent": 80, "status": str(int(float(status)))} in rates


@pytest.mark.parametrize(
    ("echo", "sent", "shown"),
    [
        ("when_set", {"percent": 5, "status": 1}, {"percent": 5, "status": 1}),
        ("when_set", None, None),
        ("never", {"percent": 5}, None),
        ("always", None, {"percent": 0, "status": -1}),
        ("always", {"percent": 5}, {"percent": 5, "status": -1}),
    ],
)
def test_rate_echo(make_client: MakeClient, create_body: Body, echo: str, sent: Any, shown: Any) -> None:
    """The rate is shown when the claim says so."""
    client = make_client(set=(f"progress_rate_echo={echo}",))
    record = create(client, create_body | ({"progress_rate": sent} if sent else {}))
    assert record.get("progress_rate") == shown


def test_update_keeps_the_rate(client: TestClient, create_body: Body) -> None:
    """An update without a rate leaves the rate; one with a rate replaces it."""
    record = create(client, create_body | {"progress_rate": {"percent": 5, "status": 1}})
    path = f"{RECORDS}/{record['progress_id']}"
    assert client.put(path, json={"content": TEXT}).json()["data"]["progress_rate"] == {"percent": 5, "status": 1}
    rate = {"percent": 7.5}
    assert client.put(path, json={"content": TEXT, "progress_rate": rate}).json()["data"]["progress_rate"] == rate


def test_delete_claims(make_client: MakeClient, create_body: Body) -> None:
    """The claims about delete decide on `data` and on the second delete."""
    client = make_client(set=("delete_data=empty", "second_delete=success"))
    path = f"{RECORDS}/{create(client, create_body)['progress_id']}"
    assert client.delete(path).json() == {"code": 0, "data": {}, "msg": "success"}
    assert client.delete(path).json()["code"] == 0


def test_snake_case_dropped(make_client: MakeClient, create_body: Body) -> None:
    """Where the claim drops snake_case, its text is lost in silence, as a Python caller might meet it live."""
    client = make_client(set=("content_case=drop",))
    blocks = [{"type": "paragraph", "paragraph": {"elements": [{"type": "textRun", "text_run": {"text": "lost"}}]}}]
    record = create(client, create_body | {"content": {"blocks": blocks}})
    assert record["content"]["blocks"][0]["paragraph"]["elements"] == [{"type": "textRun"}]


def test_snake_case_refused(make_client: MakeClient, create_body: Body) -> None:
    """Where the claim refuses snake_case, the violation names the sender's key."""
    client = make_client(set=("content_case=refuse",))
    blocks = [{"type": "paragraph", "paragraph": {"elements": [{"type": "textRun", "text_run": {"text": "x"}}]}}]
    answer = client.post(RECORDS, json=create_body | {"content": {"blocks": blocks}}).json()
    assert answer["error"]["field_violations"][0]["field"] == "content.blocks[*].paragraph.elements[*].text_run"


def test_rate_echo_beside_a_narrower_write(make_client: MakeClient, create_body: Body) -> None:
    """A claim about which rate may be written does not forbid the rate that another claim shows."""
    client = make_client(set=("status_none=refuse", "progress_rate_echo=always"))
    record = create(client, create_body)
    assert client.get(f"{RECORDS}/{record['progress_id']}").json()["data"]["progress_rate"] == {
        "percent": 0,
        "status": -1,
    }
