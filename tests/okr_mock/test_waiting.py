import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import emulator


def wait(*arguments: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "okr_mock", "wait", *arguments]
    return subprocess.run(run, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("flags", [[], ["--tls", "--ca-file", "ca.pem"]])
def test_ready(tmp_path: Path, flags: list[str]) -> None:
    """A server that is ready is found by its URL and by its port file, over http and https; the file goes with it."""
    file = tmp_path / "port.json"
    with emulator("--port-file", str(file), *flags, cwd=tmp_path) as (url, _):
        assert wait(url).returncode == 0
        assert wait("--port-file", str(file)).returncode == 0
    assert not file.exists()


def test_waits_for_a_server_that_comes(tmp_path: Path) -> None:
    """A server that starts later is waited for."""
    file = tmp_path / "port.json"
    run = [sys.executable, "-m", "okr_mock", "wait", "--port-file", str(file)]
    with subprocess.Popen(run, stderr=subprocess.PIPE) as waiting:
        time.sleep(0.3)
        assert waiting.poll() is None
        with emulator("--port-file", str(file)):
            waiting.communicate(timeout=20)
            assert waiting.returncode == 0


def test_not_ready() -> None:
    """A server that never comes is exit code 1 and a line that says what was amiss."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = wait(f"http://127.0.0.1:{port}", "--timeout", "0.5")
    assert done.returncode == 1
    assert "not ready within 0.5 s" in done.stderr
    assert "refused" in done.stderr


@pytest.mark.parametrize("text", ["[]", "7", "{}", '{"url": 7}', "no JSON"])
def test_a_port_file_of_another_form(tmp_path: Path, text: str) -> None:
    """A port file that names no address is no server that is ready, and no traceback."""
    file = tmp_path / "port.json"
    file.write_text(text, encoding="utf-8")
    done = wait("--port-file", str(file), "--timeout", "0")
    assert done.returncode == 1
    assert "not ready within" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [[], ["http://x", "--port-file", "y"]])
def test_mistakes(arguments: list[str]) -> None:
    """Neither or both of URL and port file is a mistake at the keyboard."""
    done = wait(*arguments)
    assert (done.returncode, "name either a URL or --port-file" in done.stderr) == (2, True)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "mock:6570", "ftp://x"])
def test_only_http(url: str) -> None:
    """Only http and https are asked."""
    assert wait(url, "--timeout", "0").returncode == 1


def test_past_a_proxy() -> None:
    """A proxy in the environment is not asked for a server of this machine."""
    with emulator() as (url, _):
        run = [sys.executable, "-m", "okr_mock", "wait", url, "--timeout", "5"]
        environment = os.environ | {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
        assert subprocess.run(run, env=environment, check=False).returncode == 0


def test_foreign_certificates_are_checked(tmp_path: Path) -> None:
    """Elsewhere than on loopback the certificate must be trusted, unless the server's own port file names it."""
    names = ["--tls", "--ca-file", "ca.pem", "--host", "0.0.0.0", "--port-file", "port.json"]
    with emulator(*names, cwd=tmp_path) as (url, _):
        foreign = url.replace("127.0.0.1", socket.gethostbyname(socket.gethostname()))
        if foreign == url or foreign.startswith("https://127."):
            pytest.skip("this machine has no address but loopback")
        done = wait(foreign, "--timeout", "1")
        assert (done.returncode, "CERTIFICATE_VERIFY_FAILED" in done.stderr) == (1, True)
        (tmp_path / "far.json").write_text(f'{{"url": "{foreign}"}}')
        assert wait("--port-file", str(tmp_path / "far.json")).returncode == 0
