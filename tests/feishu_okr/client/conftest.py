"""Both clients under one hand: every promise is tested for the blocking and for the asynchronous one."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import httpx2
import orjson
import pytest

from feishu_okr import AsyncOKRClient, OKRClient, Retries
from tests.conftest import TENANT_TOKEN

TARGET = "7041430377642082323"
OBJECTIVE = "7043693679567028244"
PERSON = "ou_7dab8a3d3cdcc9da365777c7ad535d62"
QUICK = Retries(times=3, first=0.001, longest=0.002, patience=5.0)
Do = Callable[[Callable[[Any], Any]], Any]
Answers = Callable[[httpx2.Request], httpx2.Response]


def content(text: str = "完成 80%") -> dict[str, Any]:
    """Write one line of text as content."""
    element = {"type": "textRun", "textRun": {"text": text}}
    return {"blocks": [{"type": "paragraph", "paragraph": {"elements": [element]}}]}


def report(text: str = "完成 80%", **more: Any) -> dict[str, Any]:
    """Give the arguments of a create."""
    given = {"target_id": TARGET, "target_type": 3, "content": content(text)}
    return given | {"source_title": "周报", "source_url": "https://example.com/weekly"} | more


class Clients:
    """Makes clients of one kind and waits for what they do.

    Args:
        kind: `OKRClient` or `AsyncOKRClient`.
        stack: ends what was begun.
    """

    def __init__(self, kind: str, stack: ExitStack) -> None:
        self.is_async = kind == "async"
        self._stack = stack
        self._runner = stack.enter_context(asyncio.Runner()) if self.is_async else None

    def make(self, app_id: str = "", secret: str = "made-up", **options: Any) -> Do:
        """Make a client; gives a function that lets it do something and gives what came of it, lists for iterators."""
        app_id = app_id or f"cli_{uuid4().hex[:16]}"
        options = {"retries": QUICK, **options}
        kind: Any = AsyncOKRClient if self.is_async else OKRClient
        client = kind(app_id, secret, **options)
        self._stack.callback(lambda: self._wait(client.close()))
        return lambda act: self._wait(act(client))

    def answered(self, answer: Answers, **options: Any) -> Do:
        """Make a client whose calls, but for the one for a token, are answered by a function."""

        def handle(request: httpx2.Request) -> httpx2.Response:
            return token_answer() if request.url.path == TENANT_TOKEN else answer(request)

        given: dict[str, Any] = {"transport": httpx2.MockTransport(handle), "base_url": "http://okr.test"}
        return self.make(**(given | options))

    def _wait(self, result: Any) -> Any:
        if inspect.isawaitable(result) and self._runner:
            return self._runner.run(_await(result))
        if isinstance(result, AsyncIterator) and self._runner:
            return self._runner.run(_collect(result))
        return list(result) if isinstance(result, Iterator) else result


async def _await(result: Any) -> Any:
    return await result


async def _collect(result: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in result]


def token_answer(token: str = "t-made-up", expire: int = 7200) -> httpx2.Response:
    """Answer a request for a token."""
    return httpx2.Response(200, json={"code": 0, "expire": expire, "msg": "ok", "tenant_access_token": token})


def success(**data: Any) -> httpx2.Response:
    """Answer a call."""
    return httpx2.Response(200, json={"code": 0, "data": data, "msg": "success"})


def refused(code: int, status: int = 400, msg: str = "no", **headers: str) -> httpx2.Response:
    """Refuse a call."""
    return httpx2.Response(status, json={"code": code, "msg": msg}, headers=headers)


def record(progress_id: str = "7712208405305229844") -> httpx2.Response:
    """Answer with a record."""
    return success(content=content(), modify_time="1795638447722", progress_id=progress_id)


def sent(request: httpx2.Request) -> Any:
    """Read the JSON of a request."""
    return orjson.loads(request.read())


def text_of(record: Any) -> str:
    """Read the one run of text of a record that v2 shows."""
    text: str = record["content"]["blocks"][0]["paragraph"]["elements"][0]["text_run"]["text"]
    return text


@pytest.fixture(params=["sync", "async"])
def clients(request: pytest.FixtureRequest) -> Iterator[Clients]:
    """Make clients of either kind."""
    with ExitStack() as stack:
        yield Clients(request.param, stack)


@pytest.fixture
def do(clients: Clients, emulator_url: str) -> Do:
    """Let a client of the emulator, in a world of its own, do something."""
    return clients.make(base_url=emulator_url)
