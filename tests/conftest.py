"""What the tests share: emulators as a user starts them, and in-process ones with settings of choice."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import hypothesis
import orjson
import pytest
from starlette.testclient import TestClient

from feishu_okr.contract import Contract, load
from okr_mock.app import create_app
from okr_mock.call import Handler
from okr_mock.operations import HANDLERS
from okr_mock.settings import Settings
from okr_mock.world.fixture_file import default_fixture
from okr_mock.world.start import Start

# The same inputs on every machine and in every run; `make fuzz` draws others.
hypothesis.settings.register_profile("same", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("same")

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "contracts" / "examples"
RECORDS = "/open-apis/okr/v1/progress_records"
TENANT_TOKEN = "/open-apis/auth/v3/tenant_access_token/internal"
CREATES = int(os.environ.get("CREATES", "2000"))
"""How many must be acknowledged in tests that kill what acknowledges them."""

NODE_INSTALL = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]

Body = dict[str, Any]
MakeClient = Callable[..., TestClient]
Serve = Callable[..., str]


@contextmanager
def emulator(
    *flags: str, command: list[str] | None = None, **options: Any
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run `okr-mock serve` on a free port; gives its URL and process, and ends it."""
    arguments = [*(command or [sys.executable, "-m", "okr_mock"]), "serve", "--port", "0", "--json", *flags]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the emulator did not start: {process.stderr.read() if process.stderr else ''}"
        yield json.loads(line)["url"], process
    finally:
        process.terminate()
        process.communicate(timeout=10)


@pytest.fixture(scope="session")
def emulator_url() -> Iterator[str]:
    """URL of an emulator with default settings; an app id of your own gives a world of your own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OKR_MOCK_")}
    with emulator("--log-level", "error", env=environment) as (url, _):
        yield url


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start emulators with flags of choice, such as `"--profile", "gateway"`; gives their URLs."""
    with ExitStack() as stack:
        yield lambda *flags: stack.enter_context(emulator("--log-level", "error", *flags))[0]


@pytest.fixture
def make_client() -> Iterator[MakeClient]:
    """Make in-process clients with settings of choice; they carry the token `t-dev`."""
    with ExitStack() as stack:

        def make(handlers: Mapping[str, Handler] = HANDLERS, **settings: Any) -> TestClient:
            app = create_app(Settings(**settings), handlers=handlers)
            client = TestClient(
                app, headers={"Authorization": "Bearer t-dev"}, base_url="http://localhost", follow_redirects=False
            )
            return stack.enter_context(client)

        yield make


@pytest.fixture
def client(make_client: MakeClient) -> TestClient:
    """An in-process client of an emulator with default settings."""
    return make_client()


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The shipped contract."""
    return load()


@pytest.fixture(scope="session")
def start(contract: Contract) -> Start:
    """What a world starts from by default."""
    return Start(default_fixture(), contract.ledger.profile(), 0)


@pytest.fixture
def create_body() -> Body:
    """The vendor's example request."""
    body: Body = orjson.loads((EXAMPLES / "create-request.json").read_bytes())
    return body


@pytest.fixture(scope="session")
def http() -> Iterator[httpx2.Client]:
    """A plain HTTP client."""
    with httpx2.Client(timeout=10) as client:
        yield client


def tool(name: str) -> str:
    """Find a command, or skip what needs it."""
    return shutil.which(name) or pytest.skip(f"{name} is not on PATH")


def node_packages(folder: Path) -> Path:
    """The modules that the folder's package.json names, installed once for all workers and runs."""
    package = folder / "package.json"
    home = ROOT / ".cache" / f"{folder.name}-{sha256(package.read_bytes()).hexdigest()[:12]}"
    if not home.exists():
        install_node_packages(package, home)
    return home / "node_modules"


def install_node_packages(package: Path, home: Path) -> None:
    """Install packages beside their place and move them there in one go, whatever other workers do meanwhile."""
    home.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        staging = Path(folder) / home.name
        staging.mkdir()
        shutil.copy(package, staging)
        done = subprocess.run([tool("npm"), *NODE_INSTALL], cwd=staging, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        with suppress(OSError):  # another worker was faster
            staging.rename(home)


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The official Node SDK."""
    return node_packages(ROOT / "tests" / "clients" / "node")
