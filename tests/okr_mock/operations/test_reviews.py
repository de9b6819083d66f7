from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import Body
from tests.okr_mock.operations.conftest import KINDS, NOT_EXISTED, SMALL_WORLD, A, B, C, Fresh, Small, acts, bearer

REVIEWS = "/open-apis/okr/v1/reviews/query"
CYCLE = {"url": "https://example.feishu.cn/docx/cycle", "create_time": "1790335460308"}
REPORT = {"url": "https://example.feishu.cn/docx/report", "create_time": "1790300851877"}
WRITTEN: Body = {
    "reviews": [
        {"user": A, "period": "11", "cycle_reviews": [CYCLE], "progress_reports": [REPORT, CYCLE]},
        {"user": A, "period": "12", "progress_reports": [REPORT]},
        {"user": B, "period": "11"},
    ]
}
FIRST = {"cycle_review_list": [CYCLE], "period_id": "11", "progress_report_list": [REPORT, CYCLE]}
SECOND: Body = {"cycle_review_list": [], "period_id": "12", "progress_report_list": [REPORT]}


def query(client: TestClient, people: list[str], periods: list[str], **more: Any) -> Any:
    return client.get(REVIEWS, params={"user_ids": people, "period_ids": periods, **more}).json()


def reviews(client: TestClient, people: list[str], periods: list[str], **more: Any) -> Any:
    answer = query(client, people, periods, **more)
    assert answer["code"] == 0, answer
    return answer["data"]["review_list"]


def test_reviews(small: Small) -> None:
    """Each person comes with their periods and documents; who wrote nothing has an empty list."""
    first, second, third = reviews(small(WRITTEN), [A, B, C], ["11", "12"])
    assert first == {"review_period_list": [FIRST, SECOND], "user_id": {"open_id": A, "user_id": A}}
    empty = {"cycle_review_list": [], "period_id": "11", "progress_report_list": []}
    assert second == {"review_period_list": [empty], "user_id": {"open_id": B, "user_id": B}}
    assert third == {"review_period_list": [], "user_id": {"open_id": C, "user_id": C}}


def test_order_and_repetition(small: Small) -> None:
    """People and periods come in the order they were asked for, each once."""
    client = small(WRITTEN)
    assert [entry["user_id"]["open_id"] for entry in reviews(client, [C, A, C], ["11"])] == [C, A]
    (person,) = reviews(client, [A], ["12", "11", "12"])
    assert person["review_period_list"] == [SECOND, FIRST]


def test_unknown_period(small: Small) -> None:
    """A period that nobody knows has no reviews and spoils nothing."""
    (person,) = reviews(small(WRITTEN), [A], ["99", "11"])
    assert person["review_period_list"] == [FIRST]


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_id(small: Small, kind: str) -> None:
    """People are named and shown in the kind of id that the query names, or by the internal id, as claimed."""
    (person,) = reviews(small(WRITTEN), [KINDS[kind]], ["11"], user_id_type=kind)
    assert person["user_id"] == {"open_id": A, "user_id": KINDS[kind]}
    client = small(WRITTEN, set=("owner_user_id=internal",))
    (person,) = reviews(client, [KINDS[kind]], ["11"], user_id_type=kind)
    assert person["user_id"]["user_id"] == KINDS["people_admin_id"]


def test_user_id_wants_a_scope(small: Small) -> None:
    """An app without the scope for the tenant's own ids does not get them."""
    apps = [{"id": "cli_narrow", "secret": SMALL_WORLD["apps"][0]["secret"], "scopes": ["okr:okr"]}]
    client = small(WRITTEN | {"apps": apps})
    parameters = {"user_ids": "staff-a", "period_ids": "11", "user_id_type": "user_id"}
    answer = client.get(REVIEWS, params=parameters, headers=bearer(client, "cli_narrow")).json()
    assert answer["data"]["review_list"][0]["user_id"] == {"open_id": A}


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_person(small: Small, kind: str) -> None:
    """One unknown person refuses the whole query, in the service's code or in the gateway's for that kind of id."""
    people = [KINDS[kind], "nobody"]
    assert query(small(WRITTEN), people, ["11"], user_id_type=kind)["code"] == 1001003
    answer = query(small(WRITTEN, set=("unknown_user_id=ids_not_existed",)), people, ["11"], user_id_type=kind)
    assert answer["code"] == NOT_EXISTED[kind]
    assert answer["msg"].endswith("not existed: [nobody]")


@pytest.mark.parametrize(
    ("people", "periods", "field"),
    [
        ([], ["11"], "user_ids"),
        ([A], [], "period_ids"),
        ([""], ["11"], "user_ids"),
        ([A] * 6, ["11"], "user_ids"),
        ([A], ["11"] * 6, "period_ids"),
        ([A], ["x"], "period_ids[*]"),
        ([A], ["11,12"], "period_ids[*]"),
    ],
)
def test_malformed_query(small: Small, people: list[str], periods: list[str], field: str) -> None:
    """People and periods are one to five each."""
    answer = query(small(WRITTEN), people, periods)
    assert answer["code"] == 1001001
    assert [found["field"] for found in answer["error"]["field_violations"]] == [field]


def test_five_of_each(small: Small) -> None:
    """Five people and five periods are allowed."""
    assert len(reviews(small(WRITTEN), [A, B, C, A, B], ["11", "12", "13", "98", "99"])) == 3


def test_no_user_tokens(small: Small) -> None:
    """Reviews want a tenant token."""
    answer = small().get(REVIEWS, headers=acts(A))
    assert (answer.status_code, answer.json()["code"]) == (400, 99991668)


def test_default_world_has_reviews(fresh: Fresh) -> None:
    """Everybody of the default company reviewed the period that is over."""
    client = fresh()
    fixture = client.get("/__admin/world").json()
    period = fixture["periods"][0]["id"]
    for people in ([user["open_id"] for user in fixture["users"]][:5], [fixture["users"][5]["open_id"]]):
        for person in reviews(client, people, [period]):
            assert person["review_period_list"][0]["cycle_review_list"]
