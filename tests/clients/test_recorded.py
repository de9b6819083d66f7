"""The official SDKs, recorded through the proxy and replayed: the same outcome, and nothing of them in the files."""

import json
import os
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import lark_oapi
import pytest

from feishu_okr.recording import leaks
from tests.clients.test_lark_oapi import create
from tests.conftest import EXAMPLES, Serve, tool
from tests.okr_mock.proxies import proxy

pytestmark = pytest.mark.once
_APP = "cli_5e6f7a8b9c0d1e2f"
_SECRET = "Zk3vQ9xW2mN8bT5yL7pR4sD6fG1hJ0cA"
_NAMED = re.compile(r"o[un]_[0-9a-f]{32}|\"userId\": ?\"[0-9]+\"|ticket=[^&\"]+")


def node(url: str, modules: Path) -> str:
    assert url.startswith("http://127.0.0.1:")
    sent = {"domain": url, "appId": _APP}
    sent |= {"record": json.loads((EXAMPLES / "create-request.json").read_bytes())}
    sent |= {"change": json.loads((EXAMPLES / "update-request.json").read_bytes())}
    done = subprocess.run(
        [tool("node"), str(Path(__file__).parent / "node" / "life.cjs")],
        input=json.dumps(sent),
        env=os.environ | {"NODE_PATH": str(modules)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return _NAMED.sub("*", done.stdout)


def lark(url: str, app: str) -> list[Any]:
    records = lark_oapi.Client.builder().app_id(app).app_secret(_SECRET).domain(url).build().okr.v1.progress_record
    answers = [records.create(create()), records.create(create(source_url=None))]
    return [(answer.code, answer.msg, answer.raw.content, answer.raw.headers["X-Tt-Logid"]) for answer in answers]


def check_clean(folder: Path, *secrets: str) -> None:
    files = list(folder.glob("*.json"))
    assert len(files) > 2
    for file in files:
        assert list(leaks(file.read_bytes(), secrets)) == []


def test_node_sdk_replays(emulator_url: str, serve: Serve, node_modules: Path, tmp_path: Path) -> None:
    """The Node SDK gets from the recording what it got from the server."""
    with proxy(emulator_url, "--record", str(tmp_path)) as url:
        first = node(url, node_modules)
    check_clean(tmp_path, _APP)
    assert node(serve("--replay", str(tmp_path), "--replay-only"), node_modules) == first


def test_lark_oapi_replays(emulator_url: str, serve: Serve, tmp_path: Path) -> None:
    """The Python SDK gets from the recording what it got from the server, to the byte."""
    app = f"cli_{time.time_ns():016x}"
    with proxy(emulator_url, "--record", str(tmp_path)) as url:
        first = lark(url, app)
    check_clean(tmp_path, app, _SECRET)
    assert lark(serve("--replay", str(tmp_path), "--replay-only"), f"{app}x") == first
