from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from tests.conftest import EXAMPLES, RECORDS, Body
from tests.okr_mock.operations.conftest import KINDS, NOT_EXISTED, SMALL_WORLD, A, B, Fresh, Small, acts, bearer, moved

V2 = "/open-apis/okr/v2"
CYCLES, OBJECTIVES = f"{V2}/cycles", f"{V2}/cycles/21/objectives"
KEY_RESULTS, PROGRESSES = f"{V2}/objectives/31/key_results", f"{V2}/objectives/31/progresses"
OF_KEY_RESULT = f"{V2}/key_results/41/progresses"
HIDDEN = [OBJECTIVES, f"{V2}/objectives/31", KEY_RESULTS, PROGRESSES, f"{V2}/key_results/41", OF_KEY_RESULT]
V1_KINDS = {kind: KINDS[kind] for kind in ("open_id", "union_id", "user_id")}
SOURCE = {"source_title": "周报", "source_url": "https://example.com/"}


def write(client: TestClient, text: str = "", target_id: str = "31", target_type: int = 2, **more: Any) -> str:
    run = {"type": "textRun", "textRun": {"text": text}}
    content = {"blocks": [{"type": "paragraph", "paragraph": {"elements": [run]}}]}
    body = SOURCE | {"target_id": target_id, "target_type": target_type, "content": content} | more
    answer = client.post(RECORDS, json=body).json()
    assert answer["code"] == 0, answer
    record: str = answer["data"]["progress_id"]
    return record


def read(client: TestClient, path: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
    answer = client.get(path, params=query or None, headers=headers).json()
    assert answer["code"] == 0, answer
    return answer["data"]


def texts(content: Any) -> list[str]:
    """Read the lines of plain text, mentions as their ids."""
    return [
        "".join(
            element.get("text_run", {}).get("text", "") + element.get("mention", {}).get("user_id", "")
            for element in block["paragraph"]["elements"]
        )
        for block in content["blocks"]
    ]


def example(name: str) -> Any:
    return orjson.loads((EXAMPLES / f"v2-{name}-response.json").read_bytes())["data"]


@pytest.mark.parametrize(("app", "seen"), [("cli_narrow", {}), ("cli_contacts", {"user_id": "staff-a"})])
def test_user_id_wants_a_scope(small: Small, app: str, seen: Body) -> None:
    """Without the scope for it the tenant's own id of owners and mentioned people is left out."""
    apps = [entry | {"scopes": [*entry["scopes"], "okr:okr.content:readonly"]} for entry in SMALL_WORLD["apps"]]
    client = small({"apps": apps})
    headers = bearer(client, app)
    goals = read(client, OBJECTIVES, headers, user_id_type="user_id")["items"]
    assert goals[0]["owner"] == {"owner_type": "user"} | seen
    elements = goals[0]["content"]["blocks"][0]["paragraph"]["elements"]
    assert [element["mention"] for element in elements if "mention" in element][1:] == [seen]
    assert read(client, OBJECTIVES, headers)["items"][0]["owner"] == {"owner_type": "user", "user_id": A}


def test_cycles(small: Small) -> None:
    """A person's cycles are their OKRs, the latest first, with the period as the tenant's cycle."""
    data = read(small(), CYCLES, user_id=A)
    assert [item["id"] for item in data["items"]] == ["23", "21", "24"]
    assert list(data) == ["has_more", "items"]
    assert data["items"][1] == {
        "create_time": "0",
        "cycle_status": 1,
        "end_time": "1790783999999",
        "id": "21",
        "owner": {"owner_type": "user", "user_id": A},
        "start_time": "1782835200000",
        "tenant_cycle_id": "11",
        "update_time": "0",
    }
    assert read(small(), CYCLES, user_id=f"ou_{'c' * 32}") == {"has_more": False, "items": []}


@pytest.mark.parametrize("kind", V1_KINDS)
def test_person_of_cycles(small: Small, kind: str) -> None:
    """The person is named, and the owner shown, in the kind of id that the query names."""
    items = read(small(), CYCLES, user_id=KINDS[kind], user_id_type=kind)["items"]
    assert {item["owner"]["user_id"] for item in items} == {KINDS[kind]}


@pytest.mark.parametrize("kind", V1_KINDS)
def test_unknown_person(small: Small, kind: str) -> None:
    """An unknown person is refused in the misspelled text of v2, or in the gateway's code for that kind of id."""
    answer = small().get(CYCLES, params={"user_id": "nobody", "user_id_type": kind})
    assert (answer.status_code, answer.json()["code"], answer.json()["msg"]) == (400, 1001003, "user no found")
    client = small(profile="gateway")
    answer = client.get(CYCLES, params={"user_id": "nobody", "user_id_type": kind})
    assert answer.json()["code"] == NOT_EXISTED[kind]


@pytest.mark.parametrize(
    "query",
    [{}, {"user_id": ""}, {"user_id": A, "user_id_type": "people_admin_id"}, {"user_id": A, "user_id_type": "x"}],
)
def test_malformed_cycles(small: Small, query: Body) -> None:
    """The person is required, and the kinds of id are three."""
    assert small().get(CYCLES, params=query).json()["code"] == 1001001


def test_objectives(small: Small) -> None:
    """An objective shows its texts as rich text, score and weight between 0 and 1, and is the same alone."""
    client = small()
    (objective,) = read(client, OBJECTIVES)["items"]
    content, notes = objective.pop("content"), objective.pop("notes")
    assert objective == {
        "create_time": "0",
        "cycle_id": "21",
        "deadline": "1790000000000",
        "id": "31",
        "owner": {"owner_type": "user", "user_id": A},
        "position": 1,
        "score": 0.8,
        "update_time": "1780000000001",
        "weight": 1,
    }
    assert texts(content) == [f"和 {B}、{A} 一起"]
    assert texts(notes) == ["第一行", "第二行"]
    assert read(client, f"{V2}/objectives/31") == {"objective": objective | {"content": content, "notes": notes}}


def test_key_results(small: Small) -> None:
    """Key results stand in their places, and each is the same alone."""
    client = small()
    items = read(client, KEY_RESULTS)["items"]
    assert [(item["id"], item["position"], item["weight"]) for item in items] == [
        ("41", 1, 0.333),
        ("42", 2, 0.333),
        ("43", 3, 0.333),
    ]
    assert [texts(item["content"]) for item in items] == [["第 41 项"], ["第 42 项"], ["第 43 项"]]
    assert {item["objective_id"] for item in items} == {"31"}
    for item in items:
        assert read(client, f"{V2}/key_results/{item['id']}") == {"key_result": item}


def test_positions(small: Small) -> None:
    """Objectives of a cycle have places and shares of their own; empty lines and missing notes are kept as such."""
    client = small()
    items = read(client, f"{CYCLES}/22/objectives")["items"]
    assert [(item["id"], item["position"], item["weight"]) for item in items] == [("32", 1, 0.5), ("33", 2, 0.5)]
    assert items[0]["notes"] == {"blocks": []}
    (objective,) = read(client, f"{CYCLES}/23/objectives")["items"]
    assert texts(objective["content"]) == ["上", "", "下"]
    assert read(client, f"{CYCLES}/24/objectives") == {"has_more": False, "items": []}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (OBJECTIVES, "cycle-objectives"),
        (KEY_RESULTS, "objective-key-results"),
        (CYCLES, "cycles"),
        (PROGRESSES, "objective-progresses"),
        (OF_KEY_RESULT, "key-result-progresses"),
    ],
)
def test_fields_are_among_the_documented(small: Small, path: str, name: str) -> None:
    """What is shown has no field that the documented answer has not, and its keys are sorted."""
    client = small()
    write(client, progress_rate={"percent": 5, "status": 1})
    write(client, target_id="41", target_type=3, progress_rate={"percent": 5, "status": 1})
    item = read(client, path, user_id=A)["items"][0]
    assert item.keys() <= {key for shown in example(name)["items"] for key in shown}
    assert list(item) == sorted(item)


@pytest.mark.parametrize("kind", V1_KINDS)
def test_kinds_of_id(small: Small, kind: str) -> None:
    """Owners and mentions are shown in the kind of id that the query names; departments are nowhere."""
    client = small()
    query: Body = {"user_id_type": kind, "department_id_type": "department_id"}
    for path in (f"{V2}/objectives/31", f"{V2}/key_results/41"):
        (goal,) = read(client, path, **query).values()
        assert goal["owner"] == {"owner_type": "user", "user_id": KINDS[kind]}
    objective = read(client, f"{V2}/objectives/31", **query)["objective"]
    assert texts(objective["content"])[0].endswith(f"、{KINDS[kind]} 一起")


def test_update_time(small: Small) -> None:
    """A record moves the update time of its target and of nothing else."""
    client = small()
    now = moved(client, 0)
    write(client)
    assert read(client, f"{V2}/objectives/31")["objective"]["update_time"] == str(now)
    assert read(client, f"{V2}/key_results/41")["key_result"]["update_time"] == "0"


def test_progress(small: Small) -> None:
    """A record of v1 is shown with its target, its author or else the owner, its times and its rate."""
    client = small()
    first = moved(client, 0)
    record = write(client, "甲", "41", 3, progress_rate={"percent": 50.216, "status": 2})
    second = moved(client, 60)
    client.put(f"{RECORDS}/{record}", json={"content": {"blocks": []}})
    (item,) = read(client, OF_KEY_RESULT)["items"]
    assert item == {
        "content": {"blocks": []},
        "create_time": str(first),
        "entity_id": "41",
        "entity_type": 3,
        "id": record,
        "owner": {"owner_type": "user", "user_id": A},
        "progress_rate": {"progress_percent": 50.22, "progress_status": 2},
        "update_time": str(second),
    }
    assert read(client, PROGRESSES)["items"] == []
    client.delete(f"{RECORDS}/{record}")
    assert read(client, OF_KEY_RESULT)["items"] == []


@pytest.mark.parametrize("rate", [None, {}, {"percent": -7}, {"status": -1}])
def test_rates(small: Small, rate: Body | None) -> None:
    """A rate is shown as far as it was written."""
    client = small()
    more: Body = {} if rate is None else {"progress_rate": rate}
    write(client, **more)
    (item,) = read(client, PROGRESSES)["items"]
    assert item.get("progress_rate") == (None if rate is None else {f"progress_{k}": v for k, v in rate.items()})


def test_author(small: Small) -> None:
    """Who wrote a record is its owner, in the kind of id that the query names."""
    client = small(set=("foreign_records=accept",))
    body = SOURCE | {"target_id": "31", "target_type": 2, "content": {}}
    for person in (A, B):
        client.post(RECORDS, json=body, headers=acts(person))
    owners = [item["owner"]["user_id"] for item in read(client, PROGRESSES)["items"]]
    assert owners == [B, A]
    assert read(client, PROGRESSES, user_id_type="user_id")["items"][1]["owner"]["user_id"] == "staff-a"


@pytest.mark.parametrize(
    ("path", "code", "msg"),
    [
        (f"{CYCLES}/99/objectives", 1001004, "okr data not found"),
        (f"{CYCLES}/11/objectives", 1001004, "okr data not found"),
        (f"{V2}/objectives/99", 1001004, "okr data not found"),
        (f"{V2}/objectives/41", 1001004, "okr data not found"),
        (f"{V2}/objectives/99/key_results", 1001004, "okr data not found"),
        (f"{V2}/objectives/99/progresses", 1001004, "okr data not found"),
        (f"{V2}/key_results/31", 1001004, "okr data not found"),
        (f"{V2}/key_results/99/progresses", 1000001, "param is invalid"),
        (f"{V2}/key_results/31/progresses", 1000001, "param is invalid"),
        (f"{CYCLES}/x/objectives", 1001001, "invalid parameters"),
        (f"{V2}/objectives/-1", 1001001, "invalid parameters"),
        (f"{V2}/objectives/{'1' * 20}/key_results", 1001001, "invalid parameters"),
        (f"{V2}/objectives/1.0/progresses", 1001001, "invalid parameters"),
        (f"{V2}/key_results/é", 1001001, "invalid parameters"),
        (f"{V2}/key_results/x/progresses", 1001001, "invalid parameters"),
    ],
)
@pytest.mark.parametrize("profile", ["documented", "gateway"])
def test_unknown_and_malformed_ids(small: Small, profile: str, path: str, code: int, msg: str) -> None:
    """Unknown ids are unknown data but for one list, malformed ones break the contract; the texts are short."""
    answer = small(profile=profile).get(path).json()
    if profile == "gateway" and code == 1001001:
        code, msg = 99992402, "field validation failed"
    assert (answer["code"], answer["msg"]) == (code, msg)


@pytest.mark.parametrize("path", HIDDEN)
def test_visible_to_the_owner(small: Small, path: str) -> None:
    """What is for its owner alone is refused to other people in the short text, and shown to owner and tenant."""
    client = small(set=("foreign_records=accept",))
    answer = client.get(path, headers=acts(B))
    assert (answer.status_code, answer.json()["code"], answer.json()["msg"]) == (400, 1001002, "no permission")
    assert client.get(path, headers=acts(A)).json() == client.get(path).json()
    assert client.get(path).json()["code"] == 0


@pytest.mark.parametrize(("option", "code"), [("refuse", 1001002), ("read_only", 0), ("accept", 0)])
def test_records_of_others(small: Small, option: str, code: int) -> None:
    """The claim `foreign_records` decides whether a person may list other people's records; OKRs they may read."""
    client = small(set=(f"foreign_records={option}",))
    path = f"{V2}/objectives/32/progresses"
    assert client.get(path, headers=acts(A)).json()["code"] == code
    assert client.get(path, headers=acts(B)).json()["code"] == client.get(path).json()["code"] == 0
    assert client.get(f"{V2}/objectives/32", headers=acts(A)).json()["code"] == 0


def test_other_worlds(small: Small) -> None:
    """A record of one world is in no list of another."""
    client = small()
    write(client)
    assert read(client, PROGRESSES, headers={"Authorization": "Bearer t-dev.other"})["items"] == []


def test_default_company(fresh: Fresh) -> None:
    """From a person of the default company every cycle, objective, key result and record can be reached."""
    client = fresh()
    person = client.get("/__admin/world").json()["users"][0]["open_id"]
    records = 0
    for cycle in read(client, CYCLES, user_id=person)["items"]:
        for objective in read(client, f"{CYCLES}/{cycle['id']}/objectives")["items"]:
            assert objective["cycle_id"] == cycle["id"]
            records += len(read(client, f"{V2}/objectives/{objective['id']}/progresses")["items"])
            for key_result in read(client, f"{V2}/objectives/{objective['id']}/key_results")["items"]:
                assert key_result["objective_id"] == objective["id"]
                records += len(read(client, f"{V2}/key_results/{key_result['id']}/progresses")["items"])
    assert records == 2
