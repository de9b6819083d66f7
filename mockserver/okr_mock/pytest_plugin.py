"""The pytest plugin: a server for the session, a world for each test, and what a failed test's world has seen.

Nothing that is slow to load is imported before a fixture is used.
"""

import os
import re
import secrets
from collections.abc import Generator, Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from okr_mock.control import Control, ControlError
from okr_mock.handle import World
from okr_mock.mock_server import MockServer, RunningServer
from okr_mock.settings import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from feishu_okr import OKRClient

MARK = "okr_scenario"
_SEVERAL = [field.name for field in fields(Settings) if isinstance(field.default, tuple)]
_PATHS = ("fixtures", "scenario")
_SETTINGS = pytest.StashKey[dict[str, Any]]()
_SHARED = pytest.StashKey[MockServer]()
_WORLD = pytest.StashKey[World]()
_LONGEST_NAME = 48
_INPUT = "okr_mock"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our options."""
    group = parser.getgroup("okr-mock", "emulator of the Feishu (Lark) OKR API")
    group.addoption("--okr-shared", action="store_true", help="one emulator for all workers of pytest-xdist")
    group.addoption(
        "--okr-url",
        default="",
        metavar="URL",
        help="use the one that runs there; its token in OKR_MOCK_ADMIN_TOKEN",
    )
    text = "setting of `okr-mock serve`, such as profile=gateway; may be repeated"
    group.addoption("--okr-setting", action="append", default=[], metavar="NAME=VALUE", help=text)
    parser.addini("okr_settings", "settings of `okr-mock serve`, NAME=VALUE, one a line", "linelist", [])


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known, and look at the settings before anything runs."""
    text = "scenarios that the test's okr_world follows: names, or whole ones as dictionaries"
    config.addinivalue_line("markers", f"{MARK}(*scenarios): {text}")
    config.stash[_SETTINGS] = settings = _settings(config)
    if settings and config.getoption("--okr-url"):
        raise pytest.UsageError("--okr-url names a server that runs already; leave the settings out")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where the shared server is; the first one has it started."""
    config: pytest.Config = node.config
    if not config.getoption("--okr-shared") or config.getoption("--okr-url"):
        return
    if _SHARED not in config.stash:
        config.stash[_SHARED] = _started(config.stash[_SETTINGS])
    node.workerinput[_INPUT] = config.stash[_SHARED].control.facts


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the shared server."""
    if _SHARED in config.stash:
        config.stash[_SHARED].stop()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a mark that would do nothing."""
    is_marked = any(mark.name == MARK for mark in item.own_markers)
    if is_marked and "okr_world" not in getattr(item, "fixturenames", ()):
        raise _failed(f"the mark {MARK} is for tests that use okr_world, directly or through okr_client")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a failed test what its world has seen."""
    report = yield
    world = item.stash.get(_WORLD, None)
    if world is not None and report.failed and call.when != "teardown":
        try:
            text = world.journal()
        except ControlError as error:
            text = f"cannot be read: {error}"
        report.sections.append((f"okr journal of world {world.name}", text))
    return report


@pytest.fixture(scope="session")
def okr_server(pytestconfig: pytest.Config) -> Iterator[RunningServer]:
    """Serve on a real socket: from this process, for all workers (--okr-shared), or give yours (--okr-url)."""
    url, given = pytestconfig.getoption("--okr-url"), getattr(pytestconfig, "workerinput", {}).get(_INPUT)
    if url:
        yield RunningServer(Control(url, os.environ.get("OKR_MOCK_ADMIN_TOKEN", "")))
    elif given:
        yield RunningServer(Control(*given))
    else:
        try:
            server = _started(pytestconfig.stash[_SETTINGS])
        except pytest.UsageError as error:
            raise _failed(str(error)) from None
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def okr_base_url(okr_server: RunningServer) -> str:
    """Tell where the emulator is: the base URL or domain for clients."""
    return okr_server.url


@pytest.fixture
def okr_world(okr_server: RunningServer, request: pytest.FixtureRequest) -> Iterator[World]:
    """Make a world of this test's own, named like the test, which follows its mark's scenarios; drop it at the end."""
    try:
        world = okr_server.world(_name(request.node.name))
    except ControlError as error:
        raise _failed(f"okr_world: {error}") from None
    with world:
        request.node.stash[_WORLD] = world
        mark = request.node.get_closest_marker(MARK)
        if mark:
            _follow(world, mark)
        yield world


@pytest.fixture
def okr_client(okr_server: RunningServer, okr_world: World) -> "Iterator[OKRClient]":
    """Give a client with its defaults, as the app of this test's world; it trusts the emulator's CA, past any proxy."""
    from ssl import create_default_context  # slow to load, as is what follows

    import httpx2

    from feishu_okr import OKRClient

    _, _, ca_file = okr_server.control.facts
    transport = httpx2.HTTPTransport(verify=create_default_context(cafile=ca_file or None))
    app = okr_world.app_id, okr_world.app_secret
    with OKRClient(*app, base_url=okr_world.base_url, transport=transport) as client:
        yield client


def _name(test: str) -> str:
    """Make a name that is no other test's and that no earlier run has left behind."""
    return f"{re.sub(r'[^A-Za-z0-9_.]+', '-', test)[:_LONGEST_NAME].strip('-')}-{secrets.token_hex(4)}"


def _follow(world: World, mark: pytest.Mark) -> None:
    if mark.kwargs or not mark.args:
        raise _failed(f"{MARK} takes names of scenarios, or whole ones as dictionaries")
    try:
        world.scenario(*mark.args)
    except ControlError as error:
        raise _failed(f"{MARK}: {error}") from None


def _failed(text: str) -> BaseException:
    """Fail a test with one sentence."""
    return pytest.fail.Exception(text, pytrace=False)


def _started(settings: dict[str, Any]) -> MockServer:
    """Start a server.

    Raises:
        pytest.UsageError: it cannot start; says why in one sentence.
    """
    try:
        return MockServer(**settings).start()
    except Exception as error:
        raise pytest.UsageError(f"the emulator cannot start: {error}") from error


def _settings(config: pytest.Config) -> dict[str, Any]:
    """Read the settings of the ini file, whose paths start where it is, and those of the command line, which win."""
    home = config.inipath.parent if config.inipath else config.rootpath
    settings: dict[str, Any] = {}
    for lines, folder in ((config.getini("okr_settings"), home), (config.getoption("--okr-setting"), Path())):
        read: dict[str, Any] = {}
        for line in lines:
            name, is_pair, value = (part.strip() for part in line.partition("="))
            if not is_pair:
                raise pytest.UsageError(f"okr setting {line!r} is none; write NAME=VALUE, such as profile=gateway")
            name = name.replace("-", "_")
            path = folder / value
            value = str(path.resolve()) if name in _PATHS and path.exists() else value
            read[name] = [*read.get(name, []), value] if name in _SEVERAL else value
        settings |= read
    try:
        read_settings(settings)
    except SettingsError as error:
        raise pytest.UsageError(f"okr setting: {error}") from error
    return settings
