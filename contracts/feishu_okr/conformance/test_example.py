"""The vendor's example, and what ids and times are made of."""

from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from feishu_okr.conformance.conftest import Needs
from feishu_okr.conformance.expectation import differences
from feishu_okr.conformance.law import Law
from feishu_okr.conformance.story import known_names
from feishu_okr.conformance.target import Caller
from feishu_okr.conformance.wire import Answer
from feishu_okr.contract.reader import data_folder

CREATE = "okr.v1.progress_record.create"
SLACK = 300
"""Seconds by which an id or a time may differ from the header `Date`."""


def example(name: str) -> Any:
    """Read an example of the contract."""
    return orjson.loads((data_folder() / "examples" / name).read_bytes())


def test_the_example_is_answered(caller: Caller, law: Law, needs: Needs, notes: dict[str, Any]) -> None:
    """The page's request earns the page's answer but for id and time, its keys in whatever order a claim allows."""
    needs("write", "knows:objective", "knows:key_result")
    notes["claims"], notes["checked"] = ["key_order", "progress_rate_echo", "style_ranges", "unknown_image"], 1
    request, wanted = example("create-request.json"), example("create-response.json")
    request["target_id"] = caller.target.known["objective" if request["target_type"] == 2 else "key_result"]
    answer = caller.call(CREATE, body=request)
    assert not list(law.broken(answer))
    profile = caller.target.profile
    if profile["unknown_image"] == "refuse":
        assert answer.status == 400
        return
    wanted["data"] |= {name: answer.json["data"][name] for name in ("modify_time", "progress_id")}
    if profile["progress_rate_echo"] == "always":
        wanted["data"]["progress_rate"] = {"percent": 0, "status": -1}
    assert not list(differences({"$echo": wanted}, answer.json, known_names(caller.target.contract.document)))
    if profile["key_order"] == "alphabetical" and answer.json == wanted and caller.target.is_direct:
        assert orjson.dumps(answer.json) == orjson.dumps(wanted, option=orjson.OPT_SORT_KEYS)


def test_an_id_tells_when_it_was_given(caller: Caller, needs: Needs, notes: dict[str, Any]) -> None:
    """A new record's id holds the second in which it was written, and its time is that moment in milliseconds."""
    needs("write", "knows:key_result")
    record = written(caller)
    now = parsedate_to_datetime(record.headers["date"]).timestamp()
    notes["checked"] = 2
    assert abs((int(record.json["data"]["progress_id"]) >> 32) - now) < SLACK
    assert abs(int(record.json["data"]["modify_time"]) / 1000 - now) < SLACK


def test_every_call_has_a_log_id_of_its_own(caller: Caller, notes: dict[str, Any]) -> None:
    """Two calls have two log ids and two request ids, and a log id begins with the date of its call."""
    answers = [caller.call("okr.v1.period.list", who="none") for _ in range(2)]
    notes["checked"] = 2
    assert len({answer.log_id for answer in answers}) == 2
    assert len({answer.headers["x-request-id"] for answer in answers}) == 2
    days = {parsedate_to_datetime(answer.headers["date"]).date() for answer in answers}
    assert min(abs((day - _day(answers[0].log_id)).days) for day in days) <= 1


def _day(log_id: str) -> date:
    return date(int(log_id[:4]), int(log_id[4:6]), int(log_id[6:8]))


def written(caller: Caller) -> Answer:
    """Write a record."""
    text = {"type": "textRun", "textRun": {"text": "进展"}}
    body = {
        "source_title": "周报",
        "source_url": "https://example.com/weekly",
        "target_id": caller.target.known["key_result"],
        "target_type": 3,
        "content": {"blocks": [{"type": "paragraph", "paragraph": {"elements": [text]}}]},
    }
    answer = caller.call(CREATE, body=body)
    assert answer.code == 0
    return answer
