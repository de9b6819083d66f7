from typing import Any

import pytest
from starlette.testclient import TestClient

from okr_mock.operations.mentions import parted
from tests.conftest import RECORDS, Body
from tests.okr_mock.operations.conftest import KINDS, NOT_EXISTED, A, B, Small, bearer

LARK_ID = KINDS["people_admin_id"]
V1_KINDS = {kind: KINDS[kind] for kind in ("open_id", "union_id", "user_id")}
OPTIONS = {"read": (False, True, False), "always": (True, True, True), "never": (False, False, False)}


def mentioning(*people: Body) -> Body:
    """Write a line that mentions people between words, and a line and a gallery without any."""
    run = {"type": "textRun", "textRun": {"text": "和"}}
    elements = [run, *({"type": "person", "person": person} for person in people), run]
    return {
        "blocks": [
            {"type": "paragraph", "paragraph": {"elements": elements}},
            {"type": "paragraph", "paragraph": {"elements": [run]}},
            {"type": "gallery", "gallery": {"imageList": []}},
        ]
    }


def record(*people: Body, **more: Any) -> Body:
    source = {"source_title": "周报", "source_url": "https://example.com/"}
    return source | {"target_id": "34", "target_type": 2, "content": mentioning(*people)} | more


def people_of(answer: Any) -> list[Body]:
    body = answer.json()
    assert body["code"] == 0, body
    elements = body["data"]["content"]["blocks"][0]["paragraph"]["elements"]
    return [element["person"] for element in elements[1:-1]]


def created(client: TestClient, *people: Body, kind: str = "") -> str:
    answer = client.post(RECORDS, params={"user_id_type": kind}, json=record(*people)).json()
    assert answer["code"] == 0, answer
    identifier: str = answer["data"]["progress_id"]
    return f"{RECORDS}/{identifier}"


@pytest.mark.parametrize(("app", "seen"), [("cli_narrow", {}), ("cli_contacts", {"openId": "staff-a"})])
def test_user_id_wants_a_scope(small: Small, app: str, seen: Body) -> None:
    """Without the scope for it the tenant's own id of a mentioned person is left out of what is read and written."""
    client = small(set=("person_user_id=never",))
    headers, asked = bearer(client, app), {"user_id_type": "user_id"}
    body = record({"openId": "staff-a"})
    written = client.post(RECORDS, params=asked, json=body, headers=headers)
    path = f"{RECORDS}/{written.json()['data']['progress_id']}"
    assert people_of(written) == people_of(client.get(path, params=asked, headers=headers)) == [seen]
    assert people_of(client.get(path, headers=headers)) == [{"openId": A}]


@pytest.mark.parametrize("sent", V1_KINDS)
@pytest.mark.parametrize("shown", V1_KINDS)
def test_kinds_in_and_out(small: Small, sent: str, shown: str) -> None:
    """A mention is written in the kind of id that this call names and read in the kind that another one names."""
    client = small()
    answer = client.post(RECORDS, params={"user_id_type": sent}, json=record({"openId": V1_KINDS[sent]}))
    assert people_of(answer) == [{"openId": V1_KINDS[sent]}]
    path = f"{RECORDS}/{answer.json()['data']['progress_id']}"
    assert people_of(client.get(path, params={"user_id_type": shown})) == [
        {"openId": V1_KINDS[shown], "userId": LARK_ID}
    ]
    update = {"content": mentioning({"openId": "nobody"}, {"openId": V1_KINDS[sent]})}
    people = people_of(client.put(path, params={"user_id_type": sent}, json=update))
    assert people == [{"openId": "nobody"}, {"openId": V1_KINDS[sent]}]
    people = people_of(client.get(path, params={"user_id_type": shown}))
    assert people == [{"openId": "nobody"}, {"openId": V1_KINDS[shown], "userId": LARK_ID}]


@pytest.mark.parametrize("kind", ["", "open_id"])
def test_open_id_by_default(small: Small, kind: str) -> None:
    """Without a kind, or with an empty one, ids are open ids."""
    client = small()
    path = created(client, {"openId": A})
    assert people_of(client.get(path, params={"user_id_type": kind}))[0]["openId"] == A


@pytest.mark.parametrize("kind", ["people_admin_id", "OPEN_ID", "x"])
def test_unknown_kind(small: Small, kind: str) -> None:
    """A kind of id that these operations do not have breaks the contract of each."""
    client = small()
    path = created(client, {"openId": A})
    body = {"content": mentioning()}
    for answer in (
        client.post(RECORDS, params={"user_id_type": kind}, json=record()),
        client.get(path, params={"user_id_type": kind}),
        client.put(path, params={"user_id_type": kind}, json=body),
    ):
        assert answer.json()["code"] == 1001001
        assert answer.json()["error"]["field_violations"][0]["field"] == "user_id_type"
    assert client.delete(path, params={"user_id_type": kind}).json()["code"] == 0


@pytest.mark.parametrize("option", OPTIONS)
def test_internal_id(small: Small, option: str) -> None:
    """The claim `person_user_id` says which of create, get and update show the internal id."""
    client = small(set=(f"person_user_id={option}",))
    answer = client.post(RECORDS, json=record({"openId": A}))
    path = f"{RECORDS}/{answer.json()['data']['progress_id']}"
    answers = (answer, client.get(path), client.put(path, json={"content": mentioning({"openId": A})}))
    for answer, has_id in zip(answers, OPTIONS[option], strict=True):
        assert people_of(answer) == [{"openId": A} | ({"userId": LARK_ID} if has_id else {})]


@pytest.mark.parametrize("kind", V1_KINDS)
@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({}, 0),
        ({"profile": "gateway"}, 1),
        ({"set": ("unknown_mention=refuse",)}, 1),
        ({"profile": "gateway", "set": ("unknown_mention=accept",)}, 0),
    ],
)
def test_unknown_person(small: Small, kind: str, settings: Any, code: int) -> None:
    """A mention of nobody is kept as it was sent, or refused in the code of its kind with every id that is unknown."""
    client = small(**settings)
    path = created(client, {"openId": V1_KINDS[kind]}, kind=kind)
    body = record({"openId": "nobody"}, {"openId": V1_KINDS[kind]}, {"openId": "no one"}, {"openId": "nobody"})
    parameters = {"user_id_type": kind}
    calls = (
        client.post(RECORDS, params=parameters, json=body),
        client.put(path, params=parameters, json={"content": body["content"]}),
    )
    for answer in calls:
        if code:
            assert (answer.status_code, answer.json()["code"]) == (400, NOT_EXISTED[kind])
            assert answer.json()["msg"].endswith("not existed: [nobody no one]")
        else:
            names = [person["openId"] for person in people_of(answer)]
            assert names == ["nobody", V1_KINDS[kind], "no one", "nobody"]
    people = people_of(client.get(path, params=parameters))
    assert {"openId": "nobody"} in people or code


def test_refused_update_changes_nothing(small: Small) -> None:
    """An update that is refused for its mention leaves content and rate."""
    client = small(profile="gateway")
    path = created(client, {"openId": A})
    before = client.get(path).json()
    body = {"content": mentioning({"openId": "nobody"}), "progress_rate": {"percent": 5}}
    assert client.put(path, json=body).json()["code"] == 99992351
    assert client.get(path).json() == before


@pytest.mark.parametrize("settings", [{}, {"profile": "gateway"}])
def test_empty_mentions(small: Small, settings: Any) -> None:
    """A mention without an id, or with an empty one, names nobody: it is neither unknown nor changed."""
    client = small(**settings)
    path = created(client, {}, {"openId": ""}, {"openId": A})
    assert people_of(client.get(path)) == [{}, {"openId": ""}, {"openId": A, "userId": LARK_ID}]


def test_sent_internal_id(small: Small) -> None:
    """The internal id is answered only: what a caller sends of it is not kept."""
    client = small()
    path = created(client, {"openId": A, "userId": "1"}, {"openId": "nobody", "userId": "2"}, {"userId": "3"})
    assert people_of(client.get(path)) == [{"openId": A, "userId": LARK_ID}, {"openId": "nobody"}, {}]


def test_read_content_can_be_written(small: Small) -> None:
    """What a get answers can be sent back as it is, and reads the same."""
    client = small()
    path = created(client, {"openId": A}, {"openId": "nobody"}, {"openId": B})
    content = client.get(path).json()["data"]["content"]
    assert client.put(path, json={"content": content}).json()["code"] == 0
    assert client.get(path).json()["data"]["content"] == content


def test_only_people_change(small: Small) -> None:
    """Translating mentions leaves everything around them as it was."""
    client = small()
    path = created(client, {"openId": "staff-a"}, kind="user_id")
    expected = mentioning({"openId": A, "userId": LARK_ID})
    assert client.get(path).json()["data"]["content"] == expected


def test_id_of_another_kind(small: Small) -> None:
    """An id is looked up as the kind that is named and no other."""
    client = small(set=("unknown_mention=refuse",))
    answer = client.post(RECORDS, params={"user_id_type": "union_id"}, json=record({"openId": A}))
    assert answer.json()["code"] == NOT_EXISTED["union_id"]


def test_unknown_id_that_is_an_open_id(small: Small) -> None:
    """An id that nobody has in the kind that is named stays as it was sent, even if it is somebody's open id."""
    client = small()
    answer = client.post(RECORDS, params={"user_id_type": "user_id"}, json=record({"openId": A}))
    assert people_of(answer) == [{"openId": A}]
    path = f"{RECORDS}/{answer.json()['data']['progress_id']}"
    assert people_of(client.get(path, params={"user_id_type": "user_id"})) == [{"openId": A}]


@pytest.mark.parametrize(
    ("text", "mentions", "parts"),
    [
        ("和 @李明 一起", ["@李明"], ["和 ", "@李明", " 一起"]),
        ("@李明明@李明", ["@李明", "@李明明"], ["", "@李明明", "", "@李明", ""]),
        ("@a.b @axb", ["@a.b"], ["", "@a.b", " @axb"]),
        ("没有人", ["@李明"], ["没有人"]),
        ("没有人", [], ["没有人"]),
        ("", ["@李明"], [""]),
        ("没有人", [""], ["没有人"]),
    ],
)
def test_parted(text: str, mentions: list[str], parts: list[str]) -> None:
    """A text is cut at mentions, the longer of two that begin alike; put together again it is the text."""
    assert parted(text, mentions) == parts
    assert "".join(parts) == text
