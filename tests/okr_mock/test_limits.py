"""A shared emulator survives a runaway test: slow callers, too many connections, too many worlds and records."""

import contextlib
import json
import resource
import socket
import time

import httpx2
import pytest

from tests.conftest import RECORDS, Body, MakeClient, Serve, emulator
from tests.okr_mock.test_protocol import spoken

HEAD = f"POST {RECORDS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t-dev\r\n".encode()


def port(url: str) -> int:
    return int(url.rsplit(":", 1)[1])


@pytest.mark.parametrize("data", [b"", HEAD, HEAD + b"Content-Length: 100\r\n\r\n{"])
def test_slow_callers(serve: Serve, data: bytes) -> None:
    """A caller that is silent before, in or after the head of its request is refused in time, in the envelope."""
    url = serve("--header-timeout", "1", "--body-timeout", "1")
    head, _, body = spoken(url, data).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert json.loads(body)["code"] == 9499


def test_an_idle_connection_is_no_slow_caller(serve: Serve) -> None:
    """A connection that waits between two calls is left alone."""
    url = serve("--header-timeout", "1", "--body-timeout", "1")
    with httpx2.Client() as client:
        assert client.get(f"{url}/readyz").status_code == 200
        time.sleep(2.5)
        with client.stream("GET", f"{url}/readyz") as answer:
            assert answer.status_code == 200
            assert len(client._transport._pool.connections) == 1  # type: ignore[attr-defined]


def test_too_many_connections(serve: Serve) -> None:
    """A connection too many is refused in the envelope; when one goes the next is served."""
    url = serve("--max-connections", "3")
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.create_connection(("127.0.0.1", port(url)))) for _ in range(3)]
        time.sleep(0.2)
        head, _, body = spoken(url, b"").partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ")
        assert json.loads(body)["msg"] == "limit of this emulator: no more than 3 connections at once"
        held[0].close()
        time.sleep(0.2)
        assert httpx2.get(f"{url}/readyz").status_code == 200


def test_few_open_files(create_body: Body) -> None:
    """Under `ulimit -n 256` a flood of connections leaves the server alive, and it serves again afterwards."""

    def lower() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))

    with emulator("--log-level", "error", preexec_fn=lower) as (url, process):
        with contextlib.ExitStack() as stack:
            for _ in range(400):
                stack.enter_context(socket.create_connection(("127.0.0.1", port(url)), timeout=5))
            time.sleep(0.3)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx2.HTTPError):
                answer = httpx2.post(f"{url}{RECORDS}", json=create_body, headers={"Authorization": "Bearer t-dev"})
                if answer.status_code == 200:
                    break
        assert answer.json()["code"] == 0
        assert process.poll() is None


def test_too_many_worlds(make_client: MakeClient, create_body: Body) -> None:
    """A world too many is refused and journalled under no world; the worlds there are go on."""
    client = make_client(max_worlds=2)
    codes = []
    for world in ("a", "b", "c", "a"):
        answer = client.post(RECORDS, json=create_body, headers={"Authorization": f"Bearer t-dev.{world}"})
        codes.append((answer.status_code, answer.json()["code"]))
    assert codes == [(200, 0), (200, 0), (503, 2200), (200, 0)]
    (entry,) = client.get("/__admin/requests?world=-").json()["requests"]
    assert entry["msg"] == "limit of this emulator: no more than 2 worlds"


@pytest.mark.parametrize(
    ("settings", "msg"),
    [
        ({"max_records": 2}, "limit of this emulator: no more than 2 progress records a world"),
        ({"max_world_bytes": 10_000}, "limit of this emulator: no more than 10000 bytes a world"),
    ],
)
def test_too_much_in_a_world(make_client: MakeClient, create_body: Body, settings: Body, msg: str) -> None:
    """A record too many is refused and not stored, as the journal says; a delete makes room."""
    client = make_client(**settings)
    records = [client.post(RECORDS, json=create_body).json()["data"]["progress_id"] for _ in range(2)]
    answer = client.post(RECORDS, json=create_body)
    assert (answer.status_code, answer.json()["msg"]) == (503, msg)
    assert [entry["code"] for entry in client.get("/__admin/requests").json()["requests"]] == [0, 0, 2200]
    client.delete(f"{RECORDS}/{records[0]}")
    assert client.post(RECORDS, json=create_body).json()["code"] == 0


@pytest.mark.parametrize(
    ("brand", "start"),
    [
        ("feishu", "排查建议查看(Troubleshooting suggestions): https://open.feishu.cn/"),
        ("lark", "Troubleshooting suggestions: https://open.larksuite.com/"),
    ],
)
def test_brand(make_client: MakeClient, brand: str, start: str) -> None:
    """The brand decides on texts and links."""
    error = make_client(brand=brand).get(f"{RECORDS}/1").json()["error"]
    assert error["troubleshooter"].startswith(start)
