import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from okr_mock.mock_server import MockServer
from okr_mock.settings import SettingsError
from tests.conftest import CREATES, RECORDS, Body, emulator

ONCE = """
description: Refuses one call.
steps:
  - name: only
    when: {operation: okr.v1.progress_record.create}
    times: 1
    then: {error: rate_limited}
"""

Start = Callable[..., tuple[str, subprocess.Popen[str]]]


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Start]:
    """Starts two workers on a store in the test's folder; gives their URL and the process that watches them."""
    with ExitStack() as stack:

        def start(*flags: str) -> Any:
            store = f"sqlite:///{tmp_path / 'store.db'}"
            flags = ("--log-level", "error", "--store", store, "--workers", "2", *flags)
            return stack.enter_context(emulator(*flags))

        yield start


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def create(url: str, body: Body) -> dict[str, Any]:
    """Create a record on a connection of its own."""
    with httpx2.Client(headers={"Authorization": "Bearer t-dev.shared"}, timeout=20) as client:
        return client.post(f"{url}{RECORDS}/", json=body).json()  # type: ignore[no-any-return]


def test_the_address_is_printed_once_it_answers(workers: Start) -> None:
    """Whoever reads the address can connect at once."""
    url, _ = workers()
    parts = urlsplit(url)
    socket.create_connection((str(parts.hostname), parts.port or 0)).close()


def test_one_world_and_one_shot(workers: Start, create_body: Body, tmp_path: Path) -> None:
    """Workers share a world: ids are unique and rise with the numbers of their calls, and a step fires once in all."""
    file = tmp_path / "once.yaml"
    file.write_text(ONCE)
    url, _ = workers("--scenario", str(file))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: create(url, create_body), range(64)))
    assert sorted(answer["code"] == 0 for answer in answers) == [False] + [True] * 63
    ids = {answer["data"]["progress_id"] for answer in answers if answer["code"] == 0}
    assert len(ids) == 63
    listed = httpx2.get(f"{url}/__admin/requests?world=shared").json()["requests"]
    numbered = {call["n"]: call["answer"]["data"]["progress_id"] for call in listed if call["code"] == 0}
    assert len(numbered) == 63
    assert [numbered[n] for n in sorted(numbered)] == sorted(numbered.values(), key=int)
    assert {call["uptime_us"] > 0 for call in listed} == {True}


def test_both_workers_serve_and_one_is_replaced(workers: Start, create_body: Body) -> None:
    """A worker that is killed is replaced, and what it has acknowledged is there."""
    url, process = workers()
    made = [create(url, create_body)["data"]["progress_id"] for _ in range(8)]
    before = children(process.pid)
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    deadline = time.monotonic() + 20
    while len(set(children(process.pid)) - {before[0]}) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    headers = {"Authorization": "Bearer t-dev.shared"}
    for id_ in made:
        assert httpx2.get(f"{url}{RECORDS}/{id_}", headers=headers).json()["code"] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all(workers: Start, number: int, tmp_path: Path) -> None:
    """A signal ends the workers and what watches them, with exit code 0; the port file goes."""
    port_file = tmp_path / "port.json"
    _, process = workers("--port-file", str(port_file))
    while not port_file.exists():
        assert process.poll() is None
    pids = children(process.pid)
    process.send_signal(number)
    assert process.wait(20) == 0
    assert not port_file.exists()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_workers_do_not_outlive_their_parent(workers: Start) -> None:
    """Where the process that watches is killed, its workers end too."""
    _, process = workers()
    pids = children(process.pid)
    process.kill()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}/exe").exists() for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_verdict(workers: Start, create_body: Body) -> None:
    """What callers of any worker offended against is told at the end, of worlds that were deleted too."""
    url, process = workers("--fail-on-audit", "all")
    headers = {"Authorization": "Bearer t-dev.shared"}
    for world in ("shared", "other"):
        for _ in range(2):
            broken = {**create_body, "unknown_field": 1}
            httpx2.post(f"{url}{RECORDS}/", json=broken, headers={"Authorization": f"Bearer t-dev.{world}"})
    json_type = {"Content-Type": "application/json"}
    assert httpx2.delete(f"{url}/__admin/worlds/other", headers=headers | json_type).status_code == 200
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "shared" in told
    assert "other" in told


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ([], "--workers 2: workers share no memory; add --store sqlite:///okr-mock.db"),
        (["--store", "sqlite:///x.db", "--coverage"], "--workers 2: each worker counts what it has met for itself"),
        (
            ["--store", "sqlite:///x.db", "--journal-file", "x"],
            "--workers 2: only one process can write a --journal-file",
        ),
        (["--store", "sqlite:///no/such/x.db"], "--store sqlite:///no/such/x.db: the store no/such/x.db fails"),
        (["--store", "sqlite://x.db"], "--store sqlite://x.db: say sqlite:///file.db"),
        (["--store", "mongo://x"], "--store mongo://x: there is no such store"),
    ],
)
def test_mistakes(flags: list[str], says: str, tmp_path: Path) -> None:
    """What workers or a store cannot do is one line and exit code 2."""
    run = [sys.executable, "-m", "okr_mock", "serve", "--port", "0", "--workers", "2", *flags]
    done = subprocess.run(run, capture_output=True, text=True, timeout=20, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"okr-mock: {says}")


def test_a_mock_server_has_none() -> None:
    """A MockServer is a thread and refuses to have workers."""
    with pytest.raises(SettingsError, match="workers: a MockServer is a thread"):
        MockServer(workers=2, store="sqlite:///x.db").start()


@pytest.mark.once
def test_nothing_acknowledged_is_lost(workers: Start, create_body: Body) -> None:
    """Of thousands of acknowledged creates, while workers and at last all are killed, none is lost, by count."""
    url, process = workers("--max-records", "1000000")
    acknowledged: list[str] = []
    kills = list(range(CREATES // 10, CREATES, CREATES // 5))

    async def caller(client: httpx2.AsyncClient) -> None:
        while len(acknowledged) < CREATES:
            with suppress(httpx2.TransportError):  # a worker was killed; what it has not acknowledged may be lost
                answer = await client.post(f"{url}{RECORDS}/", json=create_body)
                acknowledged.append(answer.json()["data"]["progress_id"])
            if kills and len(acknowledged) >= kills[0]:
                kills.pop(0)
                os.kill(children(process.pid)[0], signal.SIGKILL)

    async def story() -> None:
        headers = {"Authorization": "Bearer t-dev.shared"}
        async with httpx2.AsyncClient(headers=headers, timeout=30) as client:
            await asyncio.gather(*(caller(client) for _ in range(16)))

    asyncio.run(story())
    for pid in [*children(process.pid), process.pid]:
        os.kill(pid, signal.SIGKILL)
    process.wait()
    url, _ = workers("--max-records", "1000000")
    records = httpx2.get(f"{url}/__admin/records?world=shared", timeout=60).json()["records"]
    assert not kills
    assert len(set(acknowledged)) == len(acknowledged) >= CREATES
    assert set(acknowledged) - {record["progress_id"] for record in records} == set()
