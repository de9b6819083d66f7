from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import RECORDS, Body
from tests.okr_mock.operations.conftest import A, B, Fresh, Small, acts, moved

BATCH = "/open-apis/okr/v1/okrs/batch_get"
UPLOAD = "/open-apis/okr/v1/images/upload"
GIF = b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02L\x01\0;"
EMPTY: Body = {"content": {"blocks": []}}
OBJECTIVE, KEY_RESULT = {"target_id": "31", "target_type": 2}, {"target_id": "41", "target_type": 3}
SOURCE = {"source_title": "周报", "source_url": "https://example.com/"}
SHOWN = {"refuse": [], "read_only": ["get"], "accept": ["create", "get", "update", "upload", "delete"]}


def write(client: TestClient, target: Body, rate: Body | None = None, **kwargs: Any) -> str:
    body = SOURCE | EMPTY | target | ({"progress_rate": rate} if rate is not None else {})
    answer = client.post(RECORDS, json=body, **kwargs).json()
    assert answer["code"] == 0, answer
    record: str = answer["data"]["progress_id"]
    return record


def show(client: TestClient, target: Body, okr: str = "21") -> Any:
    """Show a target as its OKR does."""
    (shown,) = client.get(BATCH, params={"okr_ids": okr}).json()["data"]["okr_list"]
    goals = shown["objective_list"]
    if target["target_type"] == 3:
        goals = [key_result for objective in goals for key_result in objective["kr_list"]]
    (goal,) = [goal for goal in goals if goal["id"] == target["target_id"]]
    return goal


def times(goal: Any) -> dict[str, str]:
    names = {
        "record": "progress_record_last_updated_time",
        "percent": "progress_rate_percent_last_updated_time",
        "status": "progress_rate_status_last_updated_time",
        "report": "progress_report_last_updated_time",
        "score": "score_last_updated_time",
    }
    return {name: goal[long] for name, long in names.items()}


@pytest.mark.parametrize("target", [OBJECTIVE, KEY_RESULT])
def test_list_of_records(small: Small, target: Body) -> None:
    """A target names its own records in the order of their writing, until they are deleted."""
    client = small()
    records = [write(client, target) for _ in range(3)]
    write(client, KEY_RESULT if target is OBJECTIVE else OBJECTIVE)
    assert [entry["id"] for entry in show(client, target)["progress_record_list"]] == records
    client.delete(f"{RECORDS}/{records[1]}")
    assert [entry["id"] for entry in show(client, target)["progress_record_list"]] == [records[0], records[2]]


def test_times(small: Small) -> None:
    """A record moves the target's times: always that of records, those of percent and status if it carries them."""
    client = small()
    before = times(show(client, OBJECTIVE))
    assert before == {"record": "0", "percent": "0", "status": "0", "report": "1780000000000", "score": "1780000000001"}
    first = str(moved(client, 0))
    record = write(client, OBJECTIVE, {"percent": 5})
    assert times(show(client, OBJECTIVE)) == before | {"record": first, "percent": first}
    second = str(moved(client, 10))
    client.put(f"{RECORDS}/{record}", json=EMPTY | {"progress_rate": {"status": 1}})
    assert times(show(client, OBJECTIVE)) == before | {"record": second, "percent": first, "status": second}
    third = str(moved(client, 10))
    client.put(f"{RECORDS}/{record}", json=EMPTY)
    after = before | {"record": third, "percent": first, "status": second}
    assert times(show(client, OBJECTIVE)) == after
    moved(client, 10)
    client.delete(f"{RECORDS}/{record}")
    assert times(show(client, OBJECTIVE)) == after
    assert times(show(client, KEY_RESULT)) == dict.fromkeys(before, "0")


@pytest.mark.parametrize(
    ("sent", "percent", "status"),
    [
        ({"percent": 50}, 50, "1"),
        ({"percent": 50.216}, 50, "1"),
        ({"percent": 50.5}, 51, "1"),
        ({"percent": 49.5}, 50, "1"),
        ({"percent": 0.5}, 1, "1"),
        ({"percent": 0.49}, 0, "1"),
        ({"percent": -0.5}, 0, "1"),
        ({"percent": -99999999999}, 0, "1"),
        ({"percent": 150}, 150, "1"),
        ({"percent": 99999999999}, 99999999999, "1"),
        ({"percent": 1e-9}, 0, "1"),
        ({"status": -1}, 12, "-1"),
        ({"status": 0}, 12, "0"),
        ({"status": 2}, 12, "2"),
        ({"percent": 0, "status": 0}, 0, "0"),
        ({}, 12, "1"),
        (None, 12, "1"),
    ],
)
def test_rate(small: Small, sent: Body | None, percent: int, status: str) -> None:
    """A record's rate moves its target: a whole percent, not below 0, and the status as a string; the rest stays."""
    client = small()
    write(client, OBJECTIVE, sent)
    assert show(client, OBJECTIVE)["progress_rate"] == {"percent": percent, "status": status}


def test_rate_by_update(small: Small) -> None:
    """An update moves the target too, if it carries a rate."""
    client = small()
    record = write(client, KEY_RESULT, {"percent": 5, "status": 0})
    client.put(f"{RECORDS}/{record}", json=EMPTY)
    assert show(client, KEY_RESULT)["progress_rate"] == {"percent": 5, "status": "0"}
    client.put(f"{RECORDS}/{record}", json=EMPTY | {"progress_rate": {"percent": 7}})
    assert show(client, KEY_RESULT)["progress_rate"] == {"percent": 7, "status": "0"}


def test_rates_do_not_spread(small: Small) -> None:
    """A key result's record leaves its objective and its siblings."""
    client = small()
    write(client, KEY_RESULT, {"percent": 5})
    assert show(client, OBJECTIVE)["progress_rate"]["percent"] == 12
    assert show(client, {"target_id": "42", "target_type": 3})["progress_rate"]["percent"] == 0


def test_refused_record_moves_nothing(small: Small) -> None:
    """A record that is refused leaves its target."""
    client = small(profile="gateway")
    before = show(client, OBJECTIVE)
    person = {"type": "person", "person": {"openId": "nobody"}}
    content = {"content": {"blocks": [{"type": "paragraph", "paragraph": {"elements": [person]}}]}}
    answer = client.post(RECORDS, json=SOURCE | OBJECTIVE | content | {"progress_rate": {"percent": 99}})
    assert answer.json()["code"] == 99992351
    assert show(client, OBJECTIVE) == before


def test_rate_stays_after_delete(small: Small) -> None:
    """By default the target stays as the deleted record left it."""
    client = small()
    client.delete(f"{RECORDS}/{write(client, OBJECTIVE, {'percent': 5, 'status': 2})}")
    assert show(client, OBJECTIVE)["progress_rate"] == {"percent": 5, "status": "2"}


def test_rate_falls_back(small: Small) -> None:
    """Where the claim says so the latest remaining record counts, and without one the target's first rate."""
    client = small(set=("rate_after_delete=fall_back",))
    rates: list[Body | None] = [{"percent": 10, "status": 0}, {"percent": 20}, None, {"percent": 30, "status": 2}]
    first, second, third, fourth = [write(client, OBJECTIVE, rate) for rate in rates]

    def after(record: str) -> Any:
        assert client.delete(f"{RECORDS}/{record}").json()["code"] == 0
        return show(client, OBJECTIVE)["progress_rate"]

    assert after(third) == {"percent": 30, "status": "2"}
    assert after(fourth) == {"percent": 20, "status": "0"}
    assert after(first) == {"percent": 20, "status": "1"}
    assert after(second) == {"percent": 12, "status": "1"}


def test_older_record_deleted(small: Small) -> None:
    """Deleting a record that no longer counts changes nothing, whatever the claim says."""
    client = small(set=("rate_after_delete=fall_back",))
    older, _ = write(client, OBJECTIVE, {"percent": 10}), write(client, OBJECTIVE, {"percent": 20})
    client.delete(f"{RECORDS}/{older}")
    assert show(client, OBJECTIVE)["progress_rate"]["percent"] == 20


def test_records_of_the_fixture_fall_back_by_number(small: Small) -> None:
    """Records of a fixture with short ids are later the greater their number."""
    given = KEY_RESULT | EMPTY | {"modify_time": "1780000000000"}
    records = [given | {"id": str(n), "progress_rate": {"percent": n}} for n in (9, 10, 100)]
    client = small({"records": records}, set=("rate_after_delete=fall_back",))
    client.delete(f"{RECORDS}/100")
    assert show(client, KEY_RESULT)["progress_rate"]["percent"] == 10


def four_operations(client: TestClient, headers: dict[str, str]) -> dict[str, int]:
    """Try everything that a person may do with a record of the tenant's; gives the code of each."""
    record = f"{RECORDS}/{write(client, KEY_RESULT)}"
    files, fields = {"data": ("a.gif", GIF)}, {"target_id": "41", "target_type": "3"}
    answers = {
        "create": client.post(RECORDS, json=SOURCE | EMPTY | KEY_RESULT, headers=headers),
        "get": client.get(record, headers=headers),
        "update": client.put(record, json=EMPTY, headers=headers),
        "upload": client.post(UPLOAD, data=fields, files=files, headers=headers),
        "delete": client.delete(record, headers=headers),
    }
    return {name: answer.json()["code"] for name, answer in answers.items()}


@pytest.mark.parametrize("option", SHOWN)
def test_foreign_records(small: Small, option: str) -> None:
    """The claim `foreign_records` says what a person may do with other people's; nobody is kept from their own."""
    client = small(set=(f"foreign_records={option}",))
    names = SHOWN["accept"]
    assert four_operations(client, acts(B)) == {name: 0 if name in SHOWN[option] else 1001002 for name in names}
    for headers in (acts(A), {"Authorization": "Bearer u-dev"}, {"Authorization": "Bearer t-dev"}):
        assert four_operations(client, headers) == dict.fromkeys(names, 0)


def test_author_is_not_the_owner(small: Small) -> None:
    """Who wrote a record to somebody else's target has no right to it by that."""
    client = small()
    given = KEY_RESULT | EMPTY | {"id": "9", "author": B, "modify_time": "1780000000000"}
    client = small({"records": [given]})
    assert client.get(f"{RECORDS}/9", headers=acts(B)).json()["code"] == 1001002
    assert client.get(f"{RECORDS}/9", headers=acts(A)).json()["code"] == 0


def test_unknown_before_foreign(small: Small) -> None:
    """An unknown record or target is unknown to everybody."""
    client = small(set=("second_delete=success",))
    for person in (A, B):
        assert client.get(f"{RECORDS}/9", headers=acts(person)).json()["code"] == 1001004
        unknown = SOURCE | EMPTY | {"target_id": "9", "target_type": 2}
        assert client.post(RECORDS, json=unknown, headers=acts(person)).json()["code"] == 1001004
        assert client.delete(f"{RECORDS}/9", headers=acts(person)).json()["code"] == 0


def test_nobody_of_this_world(small: Small) -> None:
    """A token of a person whom the world does not know is not valid."""
    answer = small().get(f"{RECORDS}/9", headers=acts(f"ou_{'9' * 32}"))
    assert (answer.status_code, answer.json()["code"]) == (400, 99991668)


@pytest.mark.parametrize("kind", ["t-dev.other", f"u-dev.other@{A}"])
def test_records_of_another_world(small: Small, kind: str) -> None:
    """What another world wrote is unknown here to every operation, and moves nothing here."""
    client = small()
    path = f"{RECORDS}/{write(client, OBJECTIVE, {'percent': 77})}"
    headers = {"Authorization": f"Bearer {kind}"}
    for answer in (
        client.get(path, headers=headers),
        client.put(path, json=EMPTY, headers=headers),
        client.delete(path, headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (400, 1001004)
    (okr,) = client.get(f"{BATCH}?okr_ids=21", headers=headers).json()["data"]["okr_list"]
    assert okr["objective_list"][0]["progress_record_list"] == []
    assert okr["objective_list"][0]["progress_rate"]["percent"] == 12
    assert client.get(path).json()["code"] == 0


def test_reset_returns_targets(fresh: Fresh) -> None:
    """A reset world's targets stand where the fixture has them."""
    client = fresh()
    target = {"target_id": "7041430377642082323", "target_type": 3}
    before = show(client, target, "7688682419146198036")
    write(client, target, {"percent": 77})
    client.post("/__admin/reset", json={})
    assert show(client, target, "7688682419146198036") == before
