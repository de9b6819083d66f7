"""The server as a process: where it listens, how it ends."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from okr_mock.app import create_app
from okr_mock.server import Server, address, bind, limits
from okr_mock.settings import Settings, SettingsError
from tests.conftest import RECORDS, Body, emulator


def test_free_port() -> None:
    """Port 0 gives a free port, which the URL names."""
    with bind("127.0.0.1", 0) as sock:
        assert address(sock) == f"http://127.0.0.1:{sock.getsockname()[1]}"
        assert sock.getsockname()[1] > 0


def test_port_in_use() -> None:
    """A port in use is told in one line with what to do."""
    with (
        bind("127.0.0.1", 0) as sock,
        pytest.raises(SettingsError, match=r"cannot listen on 127.0.0.1:\d+: .*--port 0"),
    ):
        bind("127.0.0.1", sock.getsockname()[1])


def test_unknown_host() -> None:
    """A host that is none is told too."""
    with pytest.raises(SettingsError, match=r"cannot listen on no\.such\.host\.invalid:0"):
        bind("no.such.host.invalid", 0)


def test_ipv6() -> None:
    """An IPv6 address is written in brackets."""
    try:
        sock = bind("::1", 0)
    except SettingsError:
        pytest.skip("this machine has no IPv6 loopback")
    with sock:
        assert address(sock).startswith("http://[::1]:")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("idle", [True, False])
def test_signal_ends_it(number: signal.Signals, idle: bool) -> None:
    """SIGTERM and SIGINT end the server with exit code 0 and without a traceback, open connections or not."""
    with emulator() as (url, process), httpx2.Client() as client:
        assert client.get(f"{url}/readyz").status_code == 200
        half = socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])))
        if not idle:
            half.sendall(b"POST " + RECORDS.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
        began = time.monotonic()
        process.send_signal(number)
        _, printed = process.communicate(timeout=10)
        assert process.returncode == 0
        assert "Traceback" not in printed
        assert time.monotonic() - began < 2, "a container's stop would turn into a kill"
        half.close()


def test_running_calls_end(create_body: Body) -> None:
    """A call that runs when the signal comes gets its answer."""
    with emulator() as (url, process), httpx2.Client(headers={"Authorization": "Bearer t-dev"}) as client:
        client.get(f"{url}/readyz")
        slow = b"".join([b" " * 100_000, httpx2.Request("POST", url, json=create_body).content])

        def parts() -> Iterator[bytes]:
            yield slow[:50_000]
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            yield slow[50_000:]

        assert client.post(f"{url}{RECORDS}", content=parts()).json()["code"] == 0


def test_used_as_a_thread(create_body: Body) -> None:
    """The server also runs in a thread, where no signal can be caught."""
    sock = bind("127.0.0.1", 0)
    server = Server(create_app(Settings()), limits(Settings()))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        answer = httpx2.post(f"{address(sock)}{RECORDS}", json=create_body, headers={"Authorization": "Bearer t-dev"})
        assert answer.json()["code"] == 0
    finally:
        server.should_exit = True
        thread.join(10)
    assert not thread.is_alive()


def test_only_loopback_by_default() -> None:
    """Without flags the emulator listens on loopback only."""
    with emulator() as (url, _):
        assert url.startswith("http://127.0.0.1:")


def loaded(folder: Path, *modules: str) -> list[str]:
    """Make the emulator in a process of its own; give which of the modules that has loaded."""
    code = (
        "import sys; sys.dont_write_bytecode = False; import okr_mock.server; from okr_mock.app import create_app;"
        f"from okr_mock.settings import Settings; create_app(Settings()); print(*(set({modules}) & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    return done.stdout.split()


def test_starts_without_heavy_imports(tmp_path: Path) -> None:
    """Serving loads neither the test tools nor what only the other commands need."""
    assert loaded(tmp_path, "jsonschema", "rich", "faker", "schemathesis", "pytest", "httpx2", "json") == ["json"]


def test_starts_without_what_the_first_call_does_not_need(tmp_path: Path) -> None:
    """A start loads no control routes, and no YAML once an earlier one has kept what the contract means."""
    loaded(tmp_path)
    assert loaded(tmp_path, "yaml", "starlette.routing", "okr_mock.inspector.routes", "okr_mock.app") == [
        "okr_mock.app"
    ]
