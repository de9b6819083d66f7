"""Coverage tells what the calls of a run have met, and what not."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import RECORDS, Body, MakeClient

CREATE, GET = "okr.v1.progress_record.create", "okr.v1.progress_record.get"


def coverage(client: TestClient, **query: str) -> Any:
    """Ask for the coverage."""
    answer = client.get("/__admin/coverage", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def codes(told: Any, operation: str) -> dict[str, set[int]]:
    """The codes of an operation: met, missed, and further ones."""
    entry = next(one for one in told["codes"]["operations"] if one["operation"] == operation)
    met, missed = ({each["code"] for each in entry[which]} for which in ("met", "missed"))
    return {"met": met, "missed": missed, "further": set(entry["further"])}


def test_nothing_was_called(client: TestClient) -> None:
    """Without any call the shares of what was called are none, not all."""
    told = coverage(client)
    assert (told["calls"], told["codes"]["ratio"], told["operations"]["ratio"]) == (0, None, 0)
    assert CREATE in told["operations"]["missed"]
    assert told["sent"]["values"] == {"ratio": None, "met": [], "missed": []}


def test_codes(client: TestClient, create_body: Body) -> None:
    """The codes of the operations that were called are met or missed; the gateway's and scenarios' are told too."""
    client.post(RECORDS, json=create_body)
    client.post(RECORDS, json={})
    client.put("/__admin/scenario", json={"description": "No.", "steps": [{"then": {"error": 99991400}}]})
    client.get(f"{RECORDS}/1")
    told = coverage(client)
    assert told["operations"]["met"] == [CREATE, GET]
    assert codes(told, CREATE)["met"] == {1001001}
    assert {1001002, 1001004} <= codes(told, CREATE)["missed"]
    assert codes(told, GET)["further"] == {99991400}
    met = sum(len(one["met"]) for one in told["codes"]["operations"])
    whole = met + sum(len(one["missed"]) for one in told["codes"]["operations"])
    assert told["codes"]["ratio"] == met / whole


def test_fields_and_values(client: TestClient, create_body: Body) -> None:
    """Optional fields and enumerated values that were sent are met, in either spelling, and so is what was answered."""
    run = {"type": "textRun", "text_run": {"text": "x", "style": {"bold": True}}}
    block = {"type": "paragraph", "paragraph": {"elements": [run], "style": {"list": {"type": "bullet"}}}}
    body = create_body | {"content": {"blocks": [block]}}
    record = client.post(f"{RECORDS}?user_id_type=union_id", json=body).json()["data"]["progress_id"]
    sent = coverage(client)["sent"]
    assert "query.user_id_type=union_id" in sent["values"]["met"]
    assert "query.user_id_type=open_id" in sent["values"]["missed"]
    assert any(name.endswith(".bold") for name in sent["fields"]["met"])
    assert any(name.endswith(".strikeThrough") for name in sent["fields"]["missed"])
    assert any(name.endswith("type=bullet") for name in sent["values"]["met"])
    assert any(name.endswith("type=gallery") for name in sent["values"]["missed"])
    client.get(f"{RECORDS}/{record}")
    received = coverage(client)["received"]
    assert any(name.endswith(".bold") for name in received["fields"]["met"])


def test_by_world(client: TestClient, create_body: Body) -> None:
    """A world's coverage is its own; that of all is the sum."""
    client.post(RECORDS, json=create_body, headers={"Authorization": "Bearer t-dev.a"})
    client.get(f"{RECORDS}/1", headers={"Authorization": "Bearer t-dev.b"})
    assert coverage(client, world="a")["operations"]["met"] == [CREATE]
    assert coverage(client, world="b")["operations"]["met"] == [GET]
    assert coverage(client, world="c")["calls"] == 0
    assert coverage(client)["calls"] == 2


def test_text(client: TestClient, create_body: Body) -> None:
    """The table names each operation with the codes that were not met."""
    client.post(RECORDS, json=create_body)
    text = client.get("/__admin/coverage?format=text").text
    assert "coverage of all worlds" in text
    assert "okr.v1.progress_record" in text  # the column may be narrow
    assert "codes: 0% of the listed ones" in text


@pytest.mark.parametrize("query", ["format=xml", "word=a"])
def test_wrong_questions(client: TestClient, query: str) -> None:
    """A form or a parameter that there is not is an error that names it."""
    answer = client.get(f"/__admin/coverage?{query}")
    assert answer.status_code == 400
    assert query.rpartition("=")[2 if "format" in query else 0] in answer.json()["error"]


def test_what_is_put_by_is_bounded(make_client: MakeClient, create_body: Body) -> None:
    """Of many large bodies that nobody looks at only so many are kept, and what was not is counted."""
    client = make_client()
    for number in range(80):
        client.post(RECORDS, json=create_body | {"source_title": f"{number}" + "x" * 255_000})
    told = coverage(client)
    assert (told["calls"], told["not_looked_at"] > 0) == (80, True)
