from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from tests.conftest import EXAMPLES, RECORDS, Body
from tests.okr_mock.operations.conftest import KINDS, NOT_EXISTED, A, B, Small, acts, bearer

BATCH = "/open-apis/okr/v1/okrs/batch_get"


def batch(client: TestClient, *ids: str, headers: dict[str, str] | None = None, **query: str) -> Any:
    answer = client.get(BATCH, params={"okr_ids": list(ids), **query}, headers=headers).json()
    assert answer["code"] == 0, answer
    return answer["data"]["okr_list"]


def of_user(client: TestClient, person: str = A, **query: Any) -> Any:
    return client.get(f"/open-apis/okr/v1/users/{person}/okrs", params={"offset": "0", "limit": "10"} | query).json()


def test_fields_are_those_of_the_vendor(small: Small) -> None:
    """An OKR, its objectives and key results have exactly the fields of the vendor's example, keys sorted."""
    (shown,) = batch(small(), "21")
    example = orjson.loads((EXAMPLES / "batch-get-okr-response.json").read_bytes())["data"]["okr_list"][0]
    assert list(shown) == sorted(example)
    (objective,) = shown["objective_list"]
    assert list(objective) == sorted(example["objective_list"][0])
    assert list(objective["kr_list"][0]) == sorted(example["objective_list"][0]["kr_list"][0])


def test_what_an_okr_shows(small: Small) -> None:
    """Percents are whole numbers, statuses strings, times strings or 0 for never, and defaults are filled in."""
    (shown,) = batch(small(), "21")
    assert (shown["confirm_status"], shown["period_id"], shown["permission"]) == (2, "11", 1)
    (objective,) = shown["objective_list"]
    assert (objective["score"], objective["weight"], objective["deadline"]) == (84, 100, "1790000000000")
    assert objective["progress_rate"] == {"percent": 12, "status": "1"}
    assert objective["progress_report"] == "第一行\n第二行"
    assert objective["progress_report_last_updated_time"] == "1780000000000"
    assert objective["score_last_updated_time"] == "1780000000001"
    assert objective["progress_rate_percent_last_updated_time"] == "0"
    key_result = objective["kr_list"][0]
    assert (key_result["kr_weight"], key_result["weight"]) == (33.33, 33)
    assert key_result["deadline"] == "1790783999999"
    assert key_result["progress_rate"] == {"percent": 0, "status": "-1"}
    assert key_result["progress_record_list"] == key_result["mentioned_user_list"] == []


def test_order_of_a_batch(small: Small) -> None:
    """OKRs come in the order they were asked for, each once."""
    assert [okr["id"] for okr in batch(small(), "23", "21", "23", "22")] == ["23", "21", "22"]


@pytest.mark.parametrize(
    ("ids", "field"),
    [
        ([], "okr_ids"),
        (["21"] * 11, "okr_ids"),
        (["x"], "okr_ids[*]"),
        ([""], "okr_ids"),
        (["2" * 20], "okr_ids[*]"),
    ],
)
def test_malformed_batch(small: Small, ids: list[str], field: str) -> None:
    """No ids, more than ten, or one that is no int64 break the contract."""
    answer = small().get(BATCH, params={"okr_ids": ids}).json()
    assert answer["code"] == 1001001
    assert {found["field"] for found in answer["error"]["field_violations"]} == {field}


def test_ten_ids(small: Small) -> None:
    """Ten ids are allowed, repeated or not."""
    assert len(batch(small(), *["21", "22"] * 5)) == 2


def test_unknown_ids(small: Small) -> None:
    """The claim `unknown_okr_ids` decides whether unknown ids spoil the whole batch."""
    answer = small().get(BATCH, params={"okr_ids": ["21", "31"]})
    assert (answer.status_code, answer.json()["code"]) == (400, 1001004)
    client = small(set=("unknown_okr_ids=leave_out",))
    assert [okr["id"] for okr in batch(client, "31", "22")] == ["22"]
    assert batch(client, "31") == []


def test_who_may_see(small: Small) -> None:
    """An OKR for its owner alone shows its id to other people, and everything to its owner and to a tenant."""
    client = small()
    hidden = {"id": "21", "permission": 0}
    assert batch(client, "21", "22", headers=acts(B))[0] == hidden
    assert batch(client, "21", "22", headers=acts(B))[1]["permission"] == 1
    assert batch(client, "21", headers=acts(A))[0]["permission"] == batch(client, "21")[0]["permission"] == 1
    answer = client.get(f"/open-apis/okr/v1/users/{A}/okrs?offset=0&limit=10", headers=acts(B)).json()["data"]
    assert [okr["permission"] for okr in answer["okr_list"]] == [1, 0, 1]
    assert answer["total"] == 3


@pytest.mark.parametrize(
    ("lang", "names", "text"),
    [
        ("zh_cn", ["2026 年 7 月 - 9 月", "全年"], "和 @李明明、@李明 一起"),
        ("", ["2026 年 7 月 - 9 月", "全年"], "和 @李明明、@李明 一起"),
        ("en_us", ["Jul - Sep 2026", "The year"], "和 @Mingming Li、@Ming Li 一起"),
    ],
)
def test_languages(small: Small, lang: str, names: list[str], text: str) -> None:
    """The language decides on names of periods and people, also where one name begins like another."""
    okrs = batch(small(), "21", "24", lang=lang)
    assert [okr["name"] for okr in okrs] == names
    assert okrs[0]["objective_list"][0]["content"] == text


def test_unknown_language(small: Small) -> None:
    """A language that is none of the two breaks the contract."""
    answer = small().get(BATCH, params={"okr_ids": "21", "lang": "fr"}).json()
    assert answer["error"]["field_violations"] == [
        {"field": "lang", "description": "options: [zh_cn,en_us]", "value": "fr"}
    ]


def test_alignments(small: Small) -> None:
    """What supports an objective is among the aligned ones, what it supports among the aligning ones."""
    client = small()
    supporter = {"id": "32", "okr_id": "22", "owner": {"open_id": B, "user_id": B}}
    supported = {"id": "34", "okr_id": "23", "owner": {"open_id": A, "user_id": A}}
    (okr,) = batch(client, "23")
    assert okr["objective_list"][0]["aligned_objective_list"] == [supporter]
    assert okr["objective_list"][0]["aligning_objective_list"] == []
    (okr,) = batch(client, "22")
    assert okr["objective_list"][0]["aligned_objective_list"] == []
    assert okr["objective_list"][0]["aligning_objective_list"][1] == supported
    assert [other["id"] for other in okr["objective_list"][0]["aligning_objective_list"]] == ["31", "34"]


@pytest.mark.parametrize("kind", KINDS)
def test_people_by_type(small: Small, kind: str) -> None:
    """People carry the open id and, as user_id, the kind that was asked for; or always the internal id, as claimed."""
    (okr,) = batch(small(), "21", user_id_type=kind)
    assert okr["objective_list"][0]["mentioned_user_list"][0] == {"open_id": A, "user_id": KINDS[kind]}
    (okr,) = batch(small(set=("owner_user_id=internal",)), "21", user_id_type=kind)
    person = {"open_id": A, "user_id": KINDS["people_admin_id"]}
    assert okr["objective_list"][0]["mentioned_user_list"][0] == person


@pytest.mark.parametrize("code", ["", "narrow"])
def test_user_id_wants_a_scope(small: Small, code: str) -> None:
    """Without the scope for it the tenant's own id of a person is left out, other kinds are not."""
    client = small()
    headers = bearer(client, "cli_narrow", code)
    for kind, person in (("user_id", {"open_id": A}), ("union_id", {"open_id": A, "user_id": KINDS["union_id"]})):
        (okr,) = batch(client, "21", headers=headers, user_id_type=kind)
        assert okr["objective_list"][0]["mentioned_user_list"][0] == person


@pytest.mark.parametrize("code", ["", "wide"])
def test_user_id_with_the_scope(small: Small, code: str) -> None:
    """With the scope the tenant's own id is shown, be it granted to the app or by the person."""
    client = small()
    (okr,) = batch(client, "21", headers=bearer(client, "cli_contacts", code), user_id_type="user_id")
    assert okr["objective_list"][0]["mentioned_user_list"][0] == {"open_id": A, "user_id": "staff-a"}


@pytest.mark.parametrize(("kind", "person"), [("", A), *KINDS.items()])
def test_person_of_a_list(small: Small, kind: str, person: str) -> None:
    """The person in the path is found by the kind of id that the query names."""
    answer = of_user(small(), person, user_id_type=kind)
    assert [okr["id"] for okr in answer["data"]["okr_list"]] == ["23", "21", "24"]


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_person(small: Small, kind: str) -> None:
    """An unknown person is refused by the service, or by the gateway in the kind's own code."""
    wrong = KINDS["user_id" if kind == "open_id" else "open_id"]
    assert of_user(small(), wrong, user_id_type=kind)["code"] == 1001003
    answer = of_user(small(profile="gateway"), wrong, user_id_type=kind)
    assert answer["code"] == NOT_EXISTED[kind]
    assert answer["msg"].endswith(f"not existed: [{wrong}]")


@pytest.mark.parametrize(
    ("offset", "limit", "ids"),
    [
        ("0", "10", ["23", "21", "24"]),
        ("0", "1", ["23"]),
        ("1", "1", ["21"]),
        ("2", "5", ["24"]),
        ("3", "5", []),
        ("4000000000", "1", []),
        ("0", "0", []),
    ],
)
def test_parts_of_a_list(small: Small, offset: str, limit: str, ids: list[str]) -> None:
    """Offset and limit cut the list, the latest period first; the total stays."""
    data = of_user(small(), offset=offset, limit=limit)["data"]
    assert ([okr["id"] for okr in data["okr_list"]], data["total"]) == (ids, 3)


@pytest.mark.parametrize("name", ["offset", "limit"])
@pytest.mark.parametrize("value", ["-1", "", "x", "1.0", "11111111111", "0x1", "٣", None])
def test_malformed_parts(small: Small, name: str, value: str | None) -> None:
    """Both are required decimals, the limit ten at most."""
    sent: Body = {name: [] if value is None else value}
    answer = of_user(small(), **sent)
    assert answer["code"] == 1001001
    assert answer["error"]["field_violations"][0]["field"] == name


@pytest.mark.parametrize(
    ("periods", "ids"), [(["11"], ["21"]), (["13", "11"], ["21", "24"]), (["99"], []), ([], ["23", "21", "24"])]
)
def test_periods_of_a_list(small: Small, periods: list[str], ids: list[str]) -> None:
    """Periods keep the list to theirs, the total too."""
    data = of_user(small(), period_ids=periods)["data"]
    assert ([okr["id"] for okr in data["okr_list"]], data["total"]) == (ids, len(ids))


def test_too_many_periods(small: Small) -> None:
    """Eleven periods break the contract."""
    answer = of_user(small(), period_ids=["11"] * 11)
    assert answer["error"]["field_violations"] == [{"field": "period_ids", "description": "the max len is 10"}]


def test_records_of_a_target_by_number(small: Small, create_body: Body) -> None:
    """The records of a target are listed in the order of their ids as numbers, new ones last."""
    record = {"target_id": "34", "target_type": 2, "modify_time": "1780000000000", "content": {"blocks": []}}
    client = small({"records": [record | {"id": name} for name in ("10", "9", "100")]})
    new = client.post(RECORDS, json=create_body | {"target_id": "34"}).json()["data"]["progress_id"]
    (okr,) = batch(client, "23")
    records = [entry["id"] for entry in okr["objective_list"][0]["progress_record_list"]]
    assert records == ["9", "10", "100", new]


def test_okrs_write_nothing(small: Small) -> None:
    """Other methods on these paths do not exist."""
    client = small()
    for path in (BATCH, f"/open-apis/okr/v1/users/{A}/okrs"):
        assert client.post(path, json={}).status_code == client.put(path, json={}).status_code == 404
