"""Metrics are what Prometheus reads."""

from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from tests.conftest import RECORDS, Body, MakeClient

CREATE = "okr.v1.progress_record.create"


def samples(client: TestClient) -> dict[tuple[str, ...], float]:
    """Read all samples, by name and labels in the order of their names."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_calls_are_counted(client: TestClient, create_body: Body) -> None:
    """Calls are counted by operation, code and step, and their times fill the buckets."""
    client.put("/__admin/scenario", json="flaky_create")
    for _ in range(3):
        client.post(RECORDS, json=create_body)
    client.get("/nowhere")
    told = samples(client)
    assert told["okr_mock_calls_total", "0", CREATE, ""] == 2
    assert told["okr_mock_calls_total", "1009999", CREATE, "flaky_create#every_third"] == 1
    assert told["okr_mock_calls_total", "", "", ""] == 1
    assert told["okr_mock_duration_seconds_count", CREATE] == 3
    assert told["okr_mock_duration_seconds_bucket", "+Inf", CREATE] == 3
    assert told["okr_mock_duration_seconds_sum", CREATE] > 0
    assert told["okr_mock_records",] == 2
    assert told["process_resident_memory_bytes",] > 0


def test_callers_make_up_no_labels(client: TestClient) -> None:
    """Codes and steps that callers invent share one label, and worlds have none, so that labels stay few."""
    for number in range(20):
        answer = {"status": 400, "body": {"code": 5_000_000 + number, "msg": "x", "error": {}}}
        step = {"name": f"mine{number}", "then": {"respond": answer | {"violates": True}}}
        chosen = client.put(f"/__admin/scenario?world=w{number}", json={"description": "Mine.", "steps": [step]})
        assert chosen.status_code == 200, chosen.text
        client.get(f"{RECORDS}/1", headers={"Authorization": f"Bearer t-dev.w{number}"})
    calls = {key: value for key, value in samples(client).items() if key[0] == "okr_mock_calls_total"}
    assert calls == {("okr_mock_calls_total", "other", "okr.v1.progress_record.get", "other"): 20}


def test_evictions(make_client: MakeClient) -> None:
    """What gave way in the journals is told."""
    client = make_client(journal_exchanges=2)
    for _ in range(5):
        client.get(f"{RECORDS}/1")
    assert samples(client)["okr_mock_journal_evicted",] == 3
