"""What a type checker makes of the client. `make check` judges the types, and each wrong use that it would let pass.

Each line that is marked to be ignored is a mistake that mypy finds: were it to miss one, it would call the mark unused.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, assert_type

import httpx2
import pytest

import feishu_okr
from feishu_okr import AsyncOKRClient, InvalidParameters, OKRClient, ProgressStatus, TargetType
from feishu_okr.client.types import OkrBatch, Period, ProgressRecord, UploadedImage
from feishu_okr.client.types_content import ContentJson
from feishu_okr.client.types_v2 import V2Progress
from tests.conftest import ROOT
from tests.feishu_okr.client.conftest import success, token_answer

CONTENT: ContentJson = {
    "blocks": [{"type": "paragraph", "paragraph": {"elements": [{"type": "textRun", "textRun": {"text": "完成"}}]}}]
}


def handle(request: httpx2.Request) -> httpx2.Response:
    """Answer everything at once."""
    if "token" in request.url.path:
        return token_answer()
    data: dict[str, Any] = {"progress_id": "1", "content": CONTENT, "modify_time": "1", "file_token": "b", "url": "u"}
    return success(**data, items=[], has_more=False, okr_list=[], total=0)


def make() -> OKRClient:
    return OKRClient("a", "s", transport=httpx2.MockTransport(handle), base_url="http://okr.test")


def test_results_are_typed() -> None:
    """The types of results are the contract's, of records, lists and iterators."""
    with make() as client:
        assert_type(client, OKRClient)
        created = client.progress_records.create(
            target_id="1",
            target_type=TargetType.KEY_RESULT,
            content=CONTENT,
            source_title="a",
            source_url="https://a.example",
            progress_rate={"percent": 80, "status": ProgressStatus.AT_RISK},
        )
        assert_type(created, ProgressRecord)
        assert_type(created["progress_id"], str)
        assert_type(client.images.upload(b"GIF89a", target_id=1, target_type=2), UploadedImage)
        assert_type(client.okrs.batch_get(["1"]), list[OkrBatch])
        assert_type(client.periods.list(), Iterator[Period])
        assert_type(client.key_results.progresses("1"), Iterator[V2Progress])
        client.progress_records.delete("1")


def test_awaited_results_are_typed() -> None:
    """The asynchronous client gives the same types, awaited or iterated."""

    async def main() -> None:
        transport = httpx2.MockTransport(handle)
        async with AsyncOKRClient("a", "s", transport=transport, base_url="http://okr.test") as client:
            assert_type(client, AsyncOKRClient)
            assert_type(await client.progress_records.get("1"), ProgressRecord)
            assert_type(client.periods.list(), AsyncIterator[Period])
            assert_type([okr async for okr in client.users.okrs("ou_1")], list[OkrBatch])

    asyncio.run(main())


def test_wrong_arguments_are_found() -> None:
    """A missing, misspelled, positional or mistyped argument is found before the program runs, and when it does."""
    with make() as client:
        with pytest.raises(TypeError):
            client.progress_records.create(target_id="1")  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            client.progress_records.get("1", user_id_typ="open_id")  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            client.progress_records.update("1", CONTENT)  # type: ignore[call-arg]
        with pytest.raises(InvalidParameters):
            client.progress_records.get("1", user_id_type="openid")  # type: ignore[arg-type]
        with pytest.raises(InvalidParameters):
            client.periods.patch("1", status=9)  # type: ignore[arg-type]
        with pytest.raises(InvalidParameters):
            client.images.upload(b"GIF89a", target_id="1", target_type=7)  # type: ignore[arg-type]
        with pytest.raises(InvalidParameters):
            client.progress_records.update("1", content="text")  # type: ignore[arg-type]
        with pytest.raises(InvalidParameters):
            client.progress_records.update("1", content=CONTENT, progress_rate={"percnt": 8})  # type: ignore[arg-type]


def test_wrong_uses_are_found() -> None:
    """A group, a method, a field, an exported name or an option that does not exist is found."""
    with make() as client:
        with pytest.raises(AttributeError):
            client.progress_record  # type: ignore[attr-defined]  # noqa: B018
        with pytest.raises(AttributeError):
            client.progress_records.list()  # type: ignore[attr-defined]
        with pytest.raises(KeyError):
            client.progress_records.get("1")["progress_idd"]  # type: ignore[misc]
        with pytest.raises(TypeError):
            client.periods.list()[0]  # type: ignore[index]
    with pytest.raises(TypeError):
        OKRClient("a", "s", retry=3)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="brand"):
        OKRClient("a", "s", brand="larc")  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        feishu_okr.OKRClint  # type: ignore[attr-defined]  # noqa: B018


def test_types_travel() -> None:
    """The package says that it is typed, so that checkers of other programs read its types."""
    assert (ROOT / "contracts" / "feishu_okr" / "py.typed").exists()
