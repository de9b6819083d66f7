"""A caller that repeats a recorded call gets back what it sends, not the pseudonym of it."""

from pathlib import Path

import orjson
import pytest

from feishu_okr.recording import read_recording, restored
from tests.feishu_okr.recording.raws import APP, NAME, PERSON, raw, record

BODY = {"open_id": PERSON, "name": NAME, "text": f"{NAME} of {APP}"}


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (BODY, {"code": 0, "who": PERSON, "text": f"by {NAME} in {APP}"}),
        (BODY | {"open_id": "ou_somebody_else_1"}, {"code": 0, "who": "ou_somebody_else_1"}),
    ],
)
def test_what_is_sent_comes_back(sent: dict[str, str], answered: dict[str, object], tmp_path: Path) -> None:
    """Where the answer repeated the call, the answer to the same call repeats that."""
    record(tmp_path, [raw(sent=orjson.dumps(BODY), body={"code": 0, "who": PERSON, "text": f"by {NAME} in {APP}"})])
    (exchange,) = read_recording(tmp_path).exchanges
    assert answered.items() <= orjson.loads(restored(exchange, orjson.dumps(sent))).items()


@pytest.mark.parametrize("sent", [b"", b"{", b"[1]", b'{"open_id": 7}', None])
def test_another_call_changes_nothing(sent: bytes | None, tmp_path: Path) -> None:
    """A call that is no JSON or another one gets the answer as it was recorded."""
    record(tmp_path, [raw(sent=orjson.dumps(BODY), body={"code": 0, "who": PERSON})])
    (exchange,) = read_recording(tmp_path).exchanges
    assert restored(exchange, sent) == exchange.body
