"""`okr-mock lint` of a recording names what is wrong in it: claim, file and place."""

from pathlib import Path

import orjson
import pytest

from feishu_okr.contract import Contract
from feishu_okr.recording import Recorder
from okr_mock.linting import lint
from okr_mock.mock_server import MockServer
from tests.conftest import EXAMPLES
from tests.feishu_okr.conformance.difference.command import run_cli
from tests.feishu_okr.recording.raws import CREATE, PROFILE, TOKEN, raw, record
from tests.feishu_okr.recording.runs import record_run

FILE = f"00001-{CREATE}.json"
ANSWERED = (
    ("Content-Type", "application/json; charset=utf-8"),
    ("X-Tt-Logid", "202610151200000123456789ABCDEF0123"),
    ("X-Request-Id", "r"),
)


def body(**changed: object) -> bytes:
    return orjson.dumps(orjson.loads((EXAMPLES / "create-request.json").read_bytes()) | changed)


def carried_out() -> bytes:
    return (EXAMPLES / "create-response.json").read_bytes()


@pytest.mark.once
def test_a_run_of_another_profile_names_its_claims(contract: Contract, tmp_path: Path) -> None:
    """Of a run of the suite against another profile exactly the claims that differ are named, each with a file."""
    with MockServer(profile="gateway") as server:
        record_run(tmp_path, server.url, "probes")
    _, mistakes = lint([tmp_path])
    named = {mistake.text.partition("shows ")[2].partition("=")[0] for mistake in mistakes if "probe" in mistake.text}
    assert named == dict(contract.ledger.profiles["gateway"]).keys()
    assert all(Path(mistake.file).is_file() and mistake.pointer for mistake in mistakes)


def test_a_refusal_of_another_claim_is_named(tmp_path: Path) -> None:
    """A code that the profile does not have names the claim and option that has it, at the code's line."""
    refused = {"code": 99992402, "error": {"log_id": ANSWERED[1][1]}, "msg": "field validation failed"}
    record(tmp_path, [raw(sent=body(content=None), status=400, answered=ANSWERED, body=refused)])
    _, mistakes = lint([tmp_path])
    (mistake,) = [one for one in mistakes if "was refused" in one.text]
    assert "contradicts the ledger, shows broken_constraint=field_validation_failed" in mistake.text
    assert (mistake.file, mistake.pointer) == (str(tmp_path / FILE), "/answer/body/json/code")
    assert '"code": 99992402' in (tmp_path / FILE).read_text().splitlines()[mistake.line - 1]


def test_what_was_carried_out_all_the_same_is_named(tmp_path: Path) -> None:
    """A call that should have been refused names what is wrong with it, where, and the claim under which it is not."""
    sent = orjson.loads(body())
    del sent["source_url"]
    record(tmp_path, [raw(sent=orjson.dumps(sent), answered=ANSWERED, body=carried_out())])
    (mistake,) = lint([tmp_path])[1]
    assert "was carried out though source_url" in mistake.text
    assert "shows required_source=accept" in mistake.text
    assert mistake.pointer.startswith("/request/body/json")


def test_a_good_recording_holds(tmp_path: Path) -> None:
    """A recording of what the contract promises has no mistakes; calls that reach no operation are none."""
    good = raw(sent=body(), answered=ANSWERED, body=carried_out())
    record(tmp_path, [good, raw(operation="", path="/nowhere", status=404, answered=ANSWERED, body=b"404")])
    assert lint([tmp_path])[1] == []


def test_a_leak_is_named(tmp_path: Path) -> None:
    """What somebody has put into a file by hand and looks like a secret is a mistake, which does not tell it."""
    record(tmp_path, [raw(sent=body(), answered=ANSWERED, body=carried_out())])
    file = tmp_path / FILE
    file.write_text(file.read_text().replace('"source_title": "', f'"source_title": "{TOKEN}', 1))
    (mistake,) = lint([tmp_path])[1]
    assert mistake.text == "something that looks like a token is left"


def test_a_recording_that_was_cut_off_is_told(tmp_path: Path) -> None:
    """A recording that nobody has closed is checked, and said to be unfinished."""
    Recorder(tmp_path, PROFILE, print).take(raw(sent=body(), answered=ANSWERED, body=carried_out()))
    (mistake,) = lint([tmp_path])[1]
    assert (mistake.pointer, "was cut off" in mistake.text) == ("/state", True)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (FILE, "[" * 100_000),
        (FILE, '{"n": ' + "9" * 10_000 + "}"),
        (FILE, '{"n": 1, "operation": ' + '{"a":' * 500 + "1" + "}" * 501),
        ("manifest.json", "\x00"),
    ],
    ids=["deep", "large number", "deep in a field", "no text"],
)
@pytest.mark.once
def test_hostile_files_are_one_line(name: str, text: str, tmp_path: Path) -> None:
    """Deep nesting and huge numbers earn one line and exit code 2."""
    record(tmp_path, [raw()])
    (tmp_path / name).write_text(text)
    code, _, err = run_cli("lint", str(tmp_path))
    assert (code, err.count("\n")) == (2, 1), err
    assert name in err
