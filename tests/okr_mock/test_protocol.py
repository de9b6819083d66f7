"""Bytes that are not HTTP, and callers that leave."""

import asyncio
import json
import re
import socket
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from uvicorn.server import ServerState

from okr_mock.app import create_app
from okr_mock.protocol import Limits, Protocol
from okr_mock.server import Server
from okr_mock.settings import Settings
from tests.conftest import RECORDS, Body, Serve


def spoken(url: str, data: bytes, wait: bool = True) -> bytes:
    """Send bytes on a socket of their own and read to the end."""
    with socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=5) as sock:
        sock.sendall(data)
        if not wait:
            return b""
        sock.settimeout(5)
        answer = b""
        while part := sock.recv(65536):
            answer += part
        return answer


@pytest.mark.parametrize(
    "data",
    [
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /\xe5\x91\xa8 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
    ],
)
def test_not_http(serve: Serve, data: bytes) -> None:
    """What is not HTTP gets the vendor's envelope, is journalled without its bytes, and the server lives on."""
    url = serve()
    head, _, body = spoken(url, data).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"Connection: close" in head
    answer = json.loads(body)
    assert (answer["code"], answer["msg"]) == (9499, "bad request")
    journal = httpx2.get(f"{url}/__admin/requests?world=-").json()["requests"]
    assert answer["error"]["log_id"] in [entry["log_id"] for entry in journal]
    assert {entry["request"] for entry in journal} == {None}


def test_half_a_body(serve: Serve) -> None:
    """A caller that leaves before its body is complete stands in the journal without a status; nothing is stored."""
    url = serve()
    head = f"POST {RECORDS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t-dev\r\nContent-Length: 100\r\n\r\n"
    spoken(url, head.encode() + b'{"half":', wait=False)
    for _ in range(100):
        journal = httpx2.get(f"{url}/__admin/requests").json()["requests"]
        if journal:
            break
    (entry,) = journal
    assert (entry["status"], entry["code"], entry["answer"]) == (None, None, None)


def test_chunked_body(serve: Serve, create_body: Body) -> None:
    """A body may come in chunks, as streaming clients send it."""
    data = json.dumps(create_body).encode()
    answer = httpx2.post(
        f"{serve()}{RECORDS}",
        content=(data[at : at + 100] for at in range(0, len(data), 100)),
        headers={"Authorization": "Bearer t-dev"},
    )
    assert answer.json()["code"] == 0


@pytest.mark.parametrize("size", [30_000, 90_000])
def test_too_large_over_a_socket(serve: Serve, create_body: Body, size: int) -> None:
    """A caller of a too large body can read the refusal."""
    url = serve("--max-body", "20000")
    answer = httpx2.post(f"{url}{RECORDS}", content=b"x" * size, headers={"Authorization": "Bearer t-dev"})
    assert (answer.status_code, answer.json()["code"]) == (413, 9499)


def test_head_and_upgrade(serve: Serve) -> None:
    """HEAD has no body, and an upgrade that is not offered is an ordinary call."""
    url = serve()
    assert spoken(url, b"HEAD /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").endswith(b"\r\n\r\n")
    upgrade = b"GET /none HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n"
    assert b"404 page not found" in spoken(url, upgrade)


def test_pipelined_calls(serve: Serve) -> None:
    """Calls sent without waiting are answered in order."""
    call = b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = spoken(serve(), call * 3 + last)
    assert answer.count(b"404 page not found") == 3
    assert answer.endswith(b'{"status":"ok"}')


@pytest.mark.parametrize("count", [1, 2, 6])
@pytest.mark.parametrize(
    "broken",
    [
        b"GARBAGE\r\n\r\n",
        b"GET /broken HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
        b"POST /broken HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_calls_before_garbage(serve: Serve, count: int, broken: bytes) -> None:
    """What ends the connection is refused in its turn, when all that was sent before it is answered."""
    url = serve()
    answer = spoken(url, b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n" * count + broken)
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"404"] * count + [b"400"]
    paths = [entry["path"] for entry in httpx2.get(f"{url}/__admin/requests?world=-").json()["requests"]]
    assert paths.count("/none") == count
    assert "/broken" not in paths


def test_garbage_after_an_answer(serve: Serve) -> None:
    """A connection that carried a call and then something else is told so before it ends."""
    with socket.create_connection(("127.0.0.1", int(serve().rsplit(":", 1)[1])), timeout=5) as sock:
        sock.sendall(b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"404 page not found" in sock.recv(65536)
        sock.sendall(b"GARBAGE\r\n\r\n")
        assert sock.recv(65536).startswith(b"HTTP/1.1 400 Bad Request\r\n")


class _Transport(asyncio.Transport):
    """Notes what is done to it."""

    def __init__(self) -> None:
        super().__init__({"sockname": ("127.0.0.1", 1), "peername": ("127.0.0.1", 2)})
        self.seen: list[str] = []

    def write(self, data: Any) -> None:
        self.seen.append(bytes(data).partition(b"\r\n")[0].decode())

    def is_closing(self) -> bool:
        return "close" in self.seen

    def close(self) -> None:
        self.seen.append("close")

    def resume_reading(self) -> None:
        """Nothing was paused."""


Connected = list[tuple[Protocol, _Transport]]


async def _called(count: int = 1) -> Connected:
    """Let connections make a call each, all in one turn of the loop that is not over yet."""
    config = Server(create_app(Settings(log_level="error")), Limits(10, 10, 10)).config
    config.load()
    connections: Connected = []
    state = ServerState()
    for _ in range(count):
        transport = _Transport()
        connection: Protocol = config.http_protocol_class(config=config, server_state=state, app_state={})  # type: ignore[assignment,call-arg]
        connection.connection_made(transport)
        connection.data_received(b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n")
        connections.append((connection, transport))
    await asyncio.sleep(0)
    return connections


NOT_FOUND = "HTTP/1.1 404 Not Found"


@pytest.mark.parametrize(
    ("ending", "seen"), [(Protocol.shutdown, [NOT_FOUND, "close"]), (Protocol.eof_received, [NOT_FOUND])]
)
def test_answer_before_the_end(ending: Callable[[Protocol], object], seen: list[str]) -> None:
    """An answer that waits for the end of the loop's turn is written before its connection ends."""

    async def end() -> list[str]:
        ((connection, transport),) = await _called()
        ending(connection)
        return transport.seen

    assert asyncio.run(end()) == seen


def test_answers_of_one_turn() -> None:
    """Answers of one turn of the loop are written together, each once."""

    async def watch() -> tuple[list[list[str]], list[list[str]]]:
        connections = await _called(3)
        before = [list(transport.seen) for _, transport in connections]
        await asyncio.sleep(0)
        return before, [transport.seen for _, transport in connections]

    assert asyncio.run(watch()) == ([[]] * 3, [[NOT_FOUND]] * 3)


def test_keep_alive() -> None:
    """A connection waits 75 seconds for its next call, and is closed then."""

    async def wait(seconds: float) -> list[str]:
        ((connection, transport),) = await _called()
        await asyncio.sleep(0)
        connection.check_time(connection.loop.time() + seconds)
        return transport.seen

    assert asyncio.run(wait(74)) == [NOT_FOUND]
    assert asyncio.run(wait(76)) == [NOT_FOUND, "close"]
