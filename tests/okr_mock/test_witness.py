"""A witness judges what passes by as the emulator would, and nothing that passes by can end it."""

import asyncio
import io
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feishu_okr.contract import Contract, load
from feishu_okr.recording import Raw, Recorder, read_recording
from okr_mock.terminal import Terminal
from okr_mock.witness import Witness
from tests.conftest import EXAMPLES, RECORDS
from tests.feishu_okr.recording.raws import PROFILE, TOKEN, raw

GOOD = orjson.loads((EXAMPLES / "create-request.json").read_bytes())


def said(contract: Contract, *raws: Raw, recorder: Recorder | None = None) -> str:
    """Give what a witness prints of exchanges."""
    stream = io.StringIO()

    async def look() -> None:
        witness = Witness(contract, PROFILE, Terminal(stream, "info"), None, lambda: 0, recorder)
        for one in raws:
            witness(one)
        await asyncio.sleep(0)

    asyncio.run(look())
    return stream.getvalue()


def test_what_breaks_the_contract_is_said(contract: Contract) -> None:
    """A message's violation and an answer that breaks the contract stand in the call's line; its token does not."""
    sent = orjson.dumps({name: value for name, value in GOOD.items() if name != "source_url"})
    asked = (("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/json"))
    line = said(contract, raw(path=RECORDS, sent=sent, asked=asked, status=400, body={"code": 7}))
    assert "source_url" in line
    assert "the answer breaks the contract" in line
    assert TOKEN not in line


def test_a_path_of_no_operation_is_said(contract: Contract) -> None:
    """A call that the contract does not have passes, and is said to be none of it."""
    assert "the contract has no such operation" in said(contract, raw(path="/open-apis/im/v1/messages"))


def test_what_is_seen_is_recorded(contract: Contract, tmp_path: Path) -> None:
    """Each exchange is recorded as it is seen, under the operation that its path leads to."""
    recorder = Recorder(tmp_path, PROFILE, pytest.fail)
    said(contract, raw(operation="", path=RECORDS), raw(operation="", path="/elsewhere"), recorder=recorder)
    assert [one.operation for one in read_recording(tmp_path).exchanges] == ["okr.v1.progress_record.create", ""]


_NAMES = st.sampled_from(["Content-Type", "Authorization", "X-Tt-Logid"])
HEADERS = st.lists(st.tuples(_NAMES, st.text("aé/;= -", max_size=30)))
BODIES = st.none() | st.binary(max_size=40) | st.integers(0, 1500).map(lambda n: b'{"code":' * n + b"0" + b"}" * n)
PATHS = st.sampled_from([RECORDS, f"{RECORDS}/1", "/open-apis/okr/v1/images/upload"]) | st.text("/%é0a", max_size=20)


@settings(max_examples=25)
@given(PATHS, st.text("a=&%é", max_size=20), HEADERS, BODIES, BODIES, st.integers(200, 999))
def test_nothing_ends_it(
    path: str,
    query: str,
    headers: list[tuple[str, str]],
    sent: bytes | None,
    body: bytes | None,
    status: int,
) -> None:
    """Whatever two others say to each other is a line on the terminal."""
    pairs = tuple(headers)
    exchange = Raw("", "POST", path, query, pairs, sent, status, pairs, body)
    assert said(load(), exchange).count("\n") == 1
