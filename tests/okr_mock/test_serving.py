import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from tests.conftest import emulator


def test_port_file_comes_when_ready(tmp_path: Path) -> None:
    """The port file holds the address as JSON and is there only while the server answers."""
    file = tmp_path / "port.json"
    with emulator("--port-file", str(file)) as (url, process):
        while not file.exists():
            assert process.poll() is None
        assert json.loads(file.read_text())["url"] == url
        assert httpx2.get(f"{url}/readyz").status_code == 200
    assert not file.exists()


def test_port_file_of_a_successor(tmp_path: Path) -> None:
    """A server that ends leaves the port file of one that was started meanwhile."""
    file = tmp_path / "port.json"
    with emulator("--port-file", str(file)) as (_, process):
        while not file.exists():
            assert process.poll() is None
        file.write_text("another's", encoding="utf-8")
    assert file.read_text(encoding="utf-8") == "another's"


def test_ready_fd() -> None:
    """The descriptor gets the address and is closed."""
    reading, writing = os.pipe()
    with emulator("--ready-fd", str(writing), pass_fds=[writing]) as (url, _):
        os.close(writing)
        with os.fdopen(reading) as pipe:
            assert json.loads(pipe.read())["url"] == url


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--port-file", "no/such/folder/x"], "cannot write --port-file no/such/folder/x"),
        (["--ready-fd", "99"], "--ready-fd 99: Bad file descriptor"),
        (["--tls", "--certfile", "x", "--keyfile", "y"], "--tls makes a certificate and --certfile brings one"),
        (["--journal-file", "no/such/folder/x"], "cannot write --journal-file no/such/folder/x"),
    ],
)
def test_mistakes(flags: list[str], says: str) -> None:
    """What cannot be done is one line and exit code 2."""
    run = [sys.executable, "-m", "okr_mock", "serve", "--port", "0", *flags]
    done = subprocess.run(run, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"okr-mock: {says}")


def test_admin_token_is_made_and_printed() -> None:
    """Bound elsewhere than on loopback, the control routes want a token, which is printed once; health is free."""
    run = [sys.executable, "-u", "-m", "okr_mock", "serve", "--port", "0", "--host", "0.0.0.0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OKR_MOCK_")}
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            greeting = "".join(process.stdout.readline() for _ in range(6))
            url, token = re.findall(r"serves (\S+) .*Bearer (\S+)\n", greeting, re.DOTALL)[0]
            assert httpx2.get(f"{url}/readyz").status_code == 200
            assert httpx2.get(f"{url}/__admin/requests").status_code == 401
            headers = {"Authorization": f"Bearer {token}"}
            assert httpx2.get(f"{url}/__admin/requests", headers=headers).status_code == 200
        finally:
            process.terminate()
        _, printed = process.communicate(timeout=10)
    assert token not in printed


def test_without_an_output(tmp_path: Path) -> None:
    """Started with its output closed, the server serves; whoever started it reads the port file."""
    file = tmp_path / "port"
    command = f"exec {sys.executable} -m okr_mock serve --port 0 --port-file {file} >&-"
    with subprocess.Popen(command, shell=True, stderr=subprocess.PIPE, text=True) as process:
        try:
            while process.poll() is None and not file.exists():
                time.sleep(0.02)
            assert httpx2.get(f"{json.loads(file.read_text())['url']}/readyz").status_code == 200
        finally:
            process.terminate()
        assert "Traceback" not in process.communicate(timeout=10)[1]


def test_garbage_is_collected_once_it_serves() -> None:
    """A start puts garbage collection off; a server that answers collects, and leaves alone what its start built."""
    tells = "import atexit, gc; atexit.register(lambda: print(gc.isenabled(), gc.get_freeze_count() > 0))"
    code = f"{tells}; from okr_mock.cli import main; main()"
    with emulator(command=[sys.executable, "-c", code]) as (url, process):
        assert httpx2.get(f"{url}/readyz").status_code == 200
        process.terminate()
        assert process.stdout is not None
        assert process.stdout.read().split() == ["True", "True"]
