"""`okr-mock proxy`: from options to a running proxy, and to a recording when it ends."""

import json
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import uvicorn

from feishu_okr.contract import chosen_profile, load
from feishu_okr.recording import Recorder
from okr_mock.app import system_clock
from okr_mock.journal_file import open_journal_file
from okr_mock.proxy import Proxy
from okr_mock.server import Ending, address, bind
from okr_mock.settings import Settings, SettingsError
from okr_mock.terminal import Terminal
from okr_mock.witness import Witness


def run(
    upstream: str,
    record: str,
    host: str,
    port: int,
    profile: str,
    switches: Sequence[tuple[str, str]],
    journal_file: str,
    as_json: bool,
) -> int:
    """Pass calls on until a signal comes; gives the exit code: 1 where an exchange was kept out of the recording.

    Args:
        upstream: address of the server.
        record: empty folder to record into, or "".
        host: address to listen on.
        port: port to listen on, 0 for a free one.
        profile: options expected of disputed behaviour.
        switches: claims and options that differ from it.
        journal_file: file that every exchange is appended to, or "".
        as_json: whether the address is printed as JSON.

    Raises:
        ValueError: what was asked for cannot be done.
    """
    contract = load()
    chosen = chosen_profile(contract.ledger, profile, switches)
    check_upstream(upstream)
    recorder = Recorder(Path(record), chosen, _complain) if record else None
    journal = open_journal_file(journal_file, Settings.journal_file_bytes)
    witness = Witness(contract, chosen, Terminal(sys.stderr, "info"), journal, system_clock, recorder)
    sock = bind(host, port)
    _tell(address(sock), upstream, as_json)
    _serve(Proxy(upstream, httpx2.AsyncHTTPTransport(trust_env=False), witness), sock)
    return _ended(record, recorder) if recorder else 0


def _complain(text: str) -> None:
    sys.stderr.write(f"okr-mock: {text}\n")


def _tell(url: str, upstream: str, as_json: bool) -> None:
    facts = json.dumps({"url": url, "upstream": upstream})
    sys.stdout.write(f"{facts if as_json else f'okr-mock proxy passes {url} on to {upstream}'}\n")
    sys.stdout.flush()


def check_upstream(upstream: str) -> None:
    """Find whether there is a Feishu API at an address.

    Args:
        upstream: the address.

    Raises:
        SettingsError: there is none.
    """
    parts = urlsplit(upstream)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise SettingsError(f"--upstream {upstream}: name a server, http://HOST or https://HOST, without a path")
    try:
        answer = httpx2.get(f"{upstream.rstrip('/')}/open-apis/okr/v1/periods", timeout=10, trust_env=False)
    except httpx2.TransportError as error:
        raise SettingsError(f"--upstream {upstream} does not answer: {error}") from error
    if answer.is_redirect:
        raise SettingsError(
            f"--upstream {upstream} redirects to {answer.headers.get('location', '?')}; name that server"
        )
    if "x-tt-logid" not in answer.headers:
        raise SettingsError(f"--upstream {upstream} is no Feishu API: HTTP {answer.status_code} without X-Tt-Logid")


def _serve(proxy: Proxy, sock: socket.socket) -> None:
    config = uvicorn.Config(
        proxy,
        http="h11",  # writes the names of headers as they are spelled
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
    )
    Ending(config).run(sockets=[sock])


def _ended(record: str, recorder: Recorder) -> int:
    recorder.close()
    sys.stderr.write(f"okr-mock: {recorder.exchanges} exchanges recorded in {record}\n")
    return 1 if recorder.refused else 0
