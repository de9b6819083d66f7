from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from okr_mock.world.fixture import month_start
from tests.conftest import Body
from tests.okr_mock.operations.conftest import A, Fresh, Small, acts

PERIODS = "/open-apis/okr/v1/periods"
RULES = "/open-apis/okr/v1/period_rules"
QUARTERS, YEARS, HALVES = "134", "135", "136"
RULED: Body = {
    "period_rules": [
        {"period_rule_id": QUARTERS, "type": "month", "length": 3, "first_month": 1},
        {"period_rule_id": YEARS, "type": "year", "length": 12, "first_month": 4},
        {"period_rule_id": HALVES, "type": "month", "length": 6, "first_month": 2},
    ]
}
STANDARD = RULED | {"edition": "standard"}
MONTHS = st.tuples(st.integers(2002, 2037), st.integers(1, 12))


def listed(client: TestClient, **query: Any) -> Any:
    answer = client.get(PERIODS, params=query).json()
    assert answer["code"] == 0, answer
    return answer["data"]


def create(client: TestClient, month: str, rule: str = QUARTERS) -> Any:
    return client.post(PERIODS, json={"period_rule_id": rule, "start_month": month}).json()


def test_list(small: Small) -> None:
    """Periods come with both names, their bounds in Beijing and their status, the latest first."""
    data = listed(small())
    assert data["has_more"] is False
    assert "page_token" not in data
    assert [period["id"] for period in data["items"]] == ["12", "11", "13"]
    assert data["items"][0] == {
        "en_name": "Oct - Dec 2026",
        "id": "12",
        "period_end_time": "1798732799999",
        "period_start_time": "1790784000000",
        "status": 0,
        "zh_name": "2026 年 10 月 - 12 月",
    }
    assert (data["items"][2]["zh_name"], data["items"][2]["en_name"]) == ("全年", "The year")


@pytest.mark.parametrize(
    ("first", "last", "zh", "en"),
    [
        ("2022-01", "2022-03", "2022 年 1 月 - 3 月", "Jan - Mar 2022"),
        ("2022-03", "2022-03", "2022 年 3 月", "Mar 2022"),
        ("2022-01", "2022-12", "2022 年", "2022"),
        ("2022-04", "2023-03", "2022 年 4 月 - 2023 年 3 月", "Apr 2022 - Mar 2023"),
        ("2022-01", "2023-12", "2022 年 1 月 - 2023 年 12 月", "Jan 2022 - Dec 2023"),
    ],
)
def test_names(small: Small, first: str, last: str, zh: str, en: str) -> None:
    """A period without a name of its own is named after its months."""
    client = small({"periods": [{"id": "1", "start_month": first, "end_month": last}], "okrs": []})
    (period,) = listed(client)["items"]
    assert (period["zh_name"], period["en_name"]) == (zh, en)


@pytest.mark.parametrize("size", [1, 2, 3, 10_000])
def test_pages(small: Small, size: int) -> None:
    """Pages of any size show every period once and in order; only the last one has no token."""
    client, token, seen = small(), "", []
    while True:
        data = listed(client, page_size=size, page_token=token)
        seen.append([period["id"] for period in data["items"]])
        if not data["has_more"]:
            break
        token = data["page_token"]
    assert "page_token" not in data
    assert [period for page in seen for period in page] == ["12", "11", "13"]
    assert all(len(page) == size for page in seen[:-1])


def test_ten_by_default(small: Small) -> None:
    """Without a size, or with an empty one, a page has ten."""
    periods = [{"id": str(n), "start_month": f"20{n}-01", "end_month": f"20{n}-01"} for n in range(11, 24)]
    client = small({"periods": periods, "okrs": []})
    assert len(listed(client)["items"]) == len(listed(client, page_size="")["items"]) == 10


@pytest.mark.parametrize("size", ["0", "-1", "x", "1.5", "9" * 30])
def test_malformed_size(small: Small, size: str) -> None:
    """A page size that is no positive number breaks the contract."""
    answer = small().get(PERIODS, params={"page_size": size}).json()
    assert answer["code"] == 1001001
    assert answer["error"]["field_violations"][0]["field"] == "page_size"


@pytest.mark.parametrize("token", ["10", "x", "12x", " 12", "9" * 100, "\0"])
def test_wrong_page_token(small: Small, token: str) -> None:
    """A page token that nobody was given is refused."""
    assert small().get(PERIODS, params={"page_token": token}).json()["code"] == 1001001


def test_rules(small: Small) -> None:
    """The rules come as the fixture has them."""
    answer = small(RULED).get(RULES).json()
    assert answer["data"]["period_rules"] == RULED["period_rules"]
    assert small().get(RULES).json()["data"]["period_rules"] == []


def test_create(small: Small) -> None:
    """A period is opened to its rule's length, and is in the list from then on."""
    client = small(RULED)
    data = create(client, "2027-01")["data"]
    assert data == {"end_month": "2027-03", "period_id": data["period_id"], "start_month": "2027-01"}
    first = listed(client)["items"][0]
    assert (first["id"], first["status"], first["en_name"]) == (data["period_id"], 0, "Jan - Mar 2027")


@pytest.mark.parametrize(
    ("month", "rule", "code"),
    [
        ("2026-07", QUARTERS, 1001008),
        ("2026-10", QUARTERS, 1001008),
        ("2026-04", QUARTERS, 0),
        ("2026-08", QUARTERS, 1001009),
        ("2026-08", HALVES, 0),
        ("2026-07", HALVES, 1001009),
        ("2026-04", YEARS, 1001008),
        ("2027-04", YEARS, 0),
        ("2025-04", YEARS, 1001008),
        ("2024-04", YEARS, 0),
        ("2026-04", "999", 1001004),
    ],
)
def test_where_periods_fit(small: Small, month: str, rule: str, code: int) -> None:
    """A period must begin where its rule says and overlap none of its own length; an unknown rule is unknown data."""
    assert create(small(RULED), month, rule)["code"] == code


def test_same_period_twice(small: Small) -> None:
    """A period that was just opened conflicts with itself, and the refusal opens nothing."""
    client = small(RULED)
    create(client, "2027-01")
    answer = create(client, "2027-01")
    assert (answer["code"], answer["msg"]) == (1001008, "Conflict period existed.")
    assert len(listed(client)["items"]) == 4


@settings(max_examples=40, deadline=None)
@given(start=MONTHS, length=st.integers(1, 12), first_month=st.integers(1, 12))
def test_any_rule(fresh: Fresh, start: tuple[int, int], length: int, first_month: int) -> None:
    """Under any rule a period ends the rule's length later and its bounds are those of its months."""
    rule = {"period_rule_id": "r", "type": "month", "length": length, "first_month": first_month}
    fixture = {"users": [{"open_id": A, "name": "x"}], "period_rules": [rule]}
    client = fresh()
    assert client.post("/__admin/worlds", json={"name": "rule", "fixture": fixture}).status_code == 201
    month = f"{start[0]}-{start[1]:02d}"
    headers = {"Authorization": "Bearer t-dev.rule"}
    answer = client.post(PERIODS, json={"period_rule_id": "r", "start_month": month}, headers=headers).json()
    n = start[0] * 12 + start[1] - 1
    if (n - (first_month - 1)) % length:
        assert answer["code"] == 1001009
        return
    last = n + length - 1
    assert answer["data"]["end_month"] == f"{last // 12}-{last % 12 + 1:02d}"
    (period,) = client.get(PERIODS, headers=headers).json()["data"]["items"]
    assert period["period_start_time"] == str(month_start(month))
    assert period["period_end_time"] == str(month_start(month, later=length) - 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"start_month": "2027-13"}, "start_month"),
        ({"start_month": "2027-1"}, "start_month"),
        ({"start_month": "2001-12"}, "start_month"),
        ({"start_month": "2038-01"}, "start_month"),
        ({"start_month": "2027-01\n"}, "start_month"),
        ({"start_month": 202701}, "start_month"),
        ({"start_month": None}, "start_month"),
        ({"period_rule_id": ""}, "period_rule_id"),
        ({"period_rule_id": 134}, "period_rule_id"),
    ],
)
def test_malformed_period(small: Small, body: Body, field: str) -> None:
    """A month or rule of another form breaks the contract."""
    answer = small(RULED).post(PERIODS, json={"period_rule_id": QUARTERS, "start_month": "2027-01"} | body).json()
    assert answer["code"] == 1001001
    assert answer["error"]["field_violations"][0]["field"] == field


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"{"])
def test_no_period_at_all(small: Small, content: bytes) -> None:
    """A body without a period is refused."""
    assert small(RULED).post(PERIODS, content=content).json()["code"] == 1001001


@pytest.mark.parametrize(("written", "shown", "cycle"), [(1, 0, 1), (2, 2, 2), (3, 3, 3)])
def test_patch(small: Small, written: int, shown: int, cycle: int) -> None:
    """Normal is written as 1 and read as 0; v2 reads it as 1; an answer repeats what was written."""
    client = small()
    for status in (2, written):
        answer = client.patch(f"{PERIODS}/11", json={"status": status}).json()
        assert answer["data"] == {"period_id": "11", "status": status}
    statuses = {period["id"]: period["status"] for period in listed(client)["items"]}
    assert statuses == {"11": shown, "12": 0, "13": 0}
    cycles = client.get(f"/open-apis/okr/v2/cycles?user_id={A}").json()["data"]["items"]
    assert [entry["cycle_status"] for entry in cycles if entry["tenant_cycle_id"] == "11"] == [cycle]


@pytest.mark.parametrize("status", [0, 4, -1, "1", 1.5, True, None])
def test_malformed_status(small: Small, status: Any) -> None:
    """Only 1, 2 and 3 can be written; nothing changes otherwise."""
    client = small()
    answer = client.patch(f"{PERIODS}/11", json={"status": status}).json()
    assert answer["code"] == 1001001
    assert answer["error"]["field_violations"][0]["field"] == "status"
    assert {period["status"] for period in listed(client)["items"]} == {0}


@pytest.mark.parametrize(("period", "code"), [("99", 1001004), ("x", 1001001), ("1" * 20, 1001001), ("-1", 1001001)])
def test_patch_of_no_period(small: Small, period: str, code: int) -> None:
    """An unknown period is not found, a malformed id breaks the contract."""
    assert small().patch(f"{PERIODS}/{period}", json={"status": 1}).json()["code"] == code


def test_periods_of_two_worlds(small: Small) -> None:
    """What one world opens and hides leaves the other as it was."""
    client = small(RULED)
    other = {"Authorization": "Bearer t-dev.other"}
    before = client.get(PERIODS, headers=other).json()
    created = create(client, "2027-01")["data"]["period_id"]
    client.patch(f"{PERIODS}/11", json={"status": 3})
    assert client.get(PERIODS, headers=other).json() == before
    assert client.patch(f"{PERIODS}/{created}", json={"status": 3}, headers=other).json()["code"] == 1001004


@pytest.mark.parametrize("profile", ["documented", "gateway"])
def test_standard_edition(small: Small, profile: str) -> None:
    """The standard edition refuses with 403 what changes periods, and the rules, in the long text; it lists periods."""
    client = small(STANDARD, profile=profile)
    assert listed(client)["items"]
    for answer in (
        client.post(PERIODS, json={"period_rule_id": "999", "start_month": "2027-01"}),
        client.patch(f"{PERIODS}/99", json={"status": 1}),
        client.get(RULES),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, 1000403)
        assert answer.json()["msg"] == (
            "OpenAPI is unavailable in current edition (Standard edition). Please update to Business edition."
        )


def test_long_texts(small: Small) -> None:
    """What changes periods answers the long texts even where the list answers the short ones."""
    client = small(RULED, profile="gateway")
    assert client.patch(f"{PERIODS}/99", json={"status": 1}).json()["msg"] == "OKR data not found."
    assert client.get(f"{PERIODS}?page_token=x").json()["msg"] == "invalid parameters"


def test_no_user_tokens(small: Small) -> None:
    """A user token is refused as such by all four, before the body is looked at."""
    client = small(STANDARD)
    for method, path in (("GET", PERIODS), ("POST", PERIODS), ("PATCH", f"{PERIODS}/x"), ("GET", RULES)):
        answer = client.request(method, path, headers=acts(A))
        assert (answer.status_code, answer.json()["code"]) == (400, 99991668)
        assert answer.json()["msg"] == "user access token not support"
