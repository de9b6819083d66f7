"""The proxy passes everything on as it is, and says mistakes in one line."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest

from feishu_okr.recording import read_recording
from tests.conftest import RECORDS, Body
from tests.okr_mock.proxies import proxy


class Upstream(BaseHTTPRequestHandler):
    """Answers what a test wants to see pass; redirects everything below /away."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response_only(302 if self.path.startswith("/away") else 418)
        self.send_header("X-Tt-Logid", "20261126000000ABCDEF0123456789ABCDEF")
        self.send_header("Location", "http://elsewhere.invalid/")
        self.send_header("X-Own", "as It is")
        self.send_header("X-Own", "twice")
        self.send_header("Content-Length", str(len(self.path)))
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_: Any) -> None:
        pass


class Moved(Upstream):
    """Redirects everything."""

    def do_GET(self) -> None:
        self.path = "/away"
        super().do_GET()


@contextmanager
def served(handler: type[Upstream]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    """Address of a server of our own."""
    with served(Upstream) as url:
        yield url


def raw_answer(url: str, path: str) -> bytes:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as sock:
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: sock.recv(65536), b""))


def test_answers_pass_unchanged(upstream: str) -> None:
    """Status, headers with their spelling and order, redirects, odd paths and bodies arrive as they were sent."""
    with proxy(upstream) as url:
        for path in ("/a%2Fb//c?x=%20&y", "/away"):
            direct, passed = (raw_answer(one, path).split(b"\r\n\r\n", 1) for one in (upstream, url))
            assert passed[1] == direct[1] == path.encode()
            lines = [line for line in passed[0].split(b"\r\n")[1:] if not line.lower().startswith(b"connection")]
            assert lines == direct[0].split(b"\r\n")[1:]
            assert passed[0].split()[1] == direct[0].split()[1]


def test_violations_are_shown_and_kept(emulator_url: str, tmp_path: Path, create_body: Body) -> None:
    """A call that breaks the contract passes, and its violations stand in the journal."""
    journal = tmp_path / "journal.ndjson"
    with proxy(emulator_url, "--journal-file", str(journal)) as url:
        headers = {"Authorization": "Bearer t-dev.proxied"}
        del create_body["source_url"]
        answer = httpx2.post(url + RECORDS, json=create_body, headers=headers)
    assert answer.status_code == 400
    (line,) = map(json.loads, journal.read_text().splitlines())
    assert [violation["field"] for violation in line["violations"]] == ["source_url"]
    assert "t-dev.proxied" not in journal.read_text()


def test_an_answer_that_breaks_the_contract_is_noted(upstream: str, tmp_path: Path) -> None:
    """What the upstream answers is judged too."""
    journal = tmp_path / "journal.ndjson"
    with proxy(upstream, "--journal-file", str(journal)) as url:
        assert httpx2.get(f"{url}{RECORDS}/1").status_code == 418
    (line,) = map(json.loads, journal.read_text().splitlines())
    assert any("breaks the contract" in remark["text"] for remark in line["warnings"])


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize(
    ("target", "says"),
    [("nowhere", "name a server"), ("", "does not answer"), ("http://127.0.0.1/path", "without a path")],
)
def test_mistakes_are_one_line(target: str, says: str) -> None:
    """An upstream that is none or does not answer earns exit code 2 and a sentence."""
    assert says in complaint(target or closed_port())


def test_an_upstream_that_redirects_is_one_line() -> None:
    """A server that lives elsewhere earns exit code 2 and the address to name instead."""
    with served(Moved) as url:
        assert "redirects to http://elsewhere.invalid/; name that server" in complaint(url)


def test_a_folder_in_use_is_one_line(emulator_url: str, tmp_path: Path) -> None:
    """A recording never mixes with what is there already."""
    (tmp_path / "old.json").write_text("{}")
    assert "holds something already" in complaint(emulator_url, "--record", str(tmp_path))


def complaint(upstream: str, *flags: str) -> str:
    command = [sys.executable, "-m", "okr_mock", "proxy", "--port", "0", "--upstream", upstream, *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    return done.stderr


def test_a_killed_proxy_leaves_its_recording(emulator_url: str, tmp_path: Path) -> None:
    """What passed before the proxy was killed stands in the folder, and the recording says that it was cut off."""
    folder = tmp_path / "run"
    command = [sys.executable, "-m", "okr_mock", "proxy", "--port", "0", "--upstream", emulator_url, "--json"]
    with subprocess.Popen(
        [*command, "--record", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        for _ in range(3):
            httpx2.get(f"{url}{RECORDS}/1", headers={"Authorization": "Bearer t-dev.killed-proxy"})
        httpx2.get(f"{url}{RECORDS}/1")  # answered after all that came before was written
        process.kill()
    recording = read_recording(folder)
    assert len(recording.exchanges) >= 3
    assert "was cut off" in recording.shortfall
    assert not [file for file in folder.iterdir() if "killed-proxy" in file.read_text()]
