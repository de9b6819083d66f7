"""Where the parts meet: one ASGI application from one settings object."""

import contextlib
import logging
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from feishu_okr.contract import Contract, Operation, Profile, load
from okr_mock.call import Handler
from okr_mock.download import Download
from okr_mock.endpoint import Emulator, Endpoint, NotFound
from okr_mock.gateway.admission import Admission
from okr_mock.gateway.envelope import Refusal, refused
from okr_mock.gateway.tokens import Signer
from okr_mock.inspector.routes import inspector_routes
from okr_mock.inspector.worlds import Worlds
from okr_mock.journal import NO_WORLD, Journal
from okr_mock.journal_file import JournalFile
from okr_mock.operations import HANDLERS
from okr_mock.operations.images import DOWNLOAD
from okr_mock.routing import PathTable
from okr_mock.settings import Settings, SettingsError
from okr_mock.store.memory import Bounds, MemoryStore
from okr_mock.terminal import Terminal
from okr_mock.world.fixture import Fixture
from okr_mock.world.fixture_file import default_fixture, read_fixtures
from okr_mock.world.start import DEFAULT_WORLD, Start, Starts
from okr_mock.world.turn import open_turn

logger = logging.getLogger("okr_mock")


def system_clock() -> int:
    """Tell the time in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def create_app(
    settings: Settings,
    clock: Callable[[], int] = system_clock,
    handlers: Mapping[str, Handler] = HANDLERS,
    terminal: Terminal | None = None,
) -> "App":
    """Build the emulator.

    Args:
        settings: everything that can be set.
        clock: tells the time in milliseconds since the epoch.
        handlers: what each operation does, by operation id.
        terminal: told of every call; standard error at the level of the settings by default.

    Raises:
        ContractError: our own data files are wrong.
        SettingsError: the journal file cannot be written.
        ValueError: no such profile, claim or option.
    """
    contract = load()
    profile = choose_profile(contract, settings)
    starts = read_starts(contract, profile, settings)
    store = MemoryStore(
        starts,
        clock,
        partial(Journal, settings.journal_exchanges, settings.journal_bytes),
        Bounds(
            settings.max_worlds,
            settings.max_records,
            settings.max_images,
            settings.max_world_bytes,
            settings.world_idle,
        ),
    )
    key = settings.token_key or f"feishu-okr-mock {settings.seed}"
    admission = Admission(Signer(key.encode()), settings.auth, starts)
    terminal = terminal or Terminal(sys.stderr, settings.log_level)
    emulator = Emulator(
        contract, store, admission, terminal, settings.max_body, settings.max_image, _journal_file(settings)
    )
    effective = contract.effective(profile)
    for operation in contract.operations:
        effective.rules(operation)
    apps = _operation_apps(emulator, handlers, choose_quota(settings.quota))
    worlds = Worlds(store, starts, contract, clock)
    routes = [PathTable(apps), *inspector_routes(settings, store, worlds, effective)]
    return App(Router(routes, redirect_slashes=False, default=NotFound(emulator)), emulator, starts.default)


def _journal_file(settings: Settings) -> JournalFile | None:
    if not settings.journal_file:
        return None
    try:
        return JournalFile(Path(settings.journal_file), settings.journal_file_bytes)
    except OSError as error:
        text = f"cannot write --journal-file {settings.journal_file}: {error.strerror}; name another"
        raise SettingsError(text) from error


def choose_profile(contract: Contract, settings: Settings) -> Profile:
    """Choose the options that the settings ask for.

    Args:
        contract: knows the claims.
        settings: name a profile, single claims and strictness.

    Raises:
        ValueError: no such profile, claim or option.
    """
    switches = [("unknown_fields", "refuse")] if settings.strict else []
    for text in settings.set:
        claim, equals, option = text.partition("=")
        if not equals:
            raise ValueError(f"{text!r} is not CLAIM=OPTION; `okr-mock claims` lists the claims")
        switches.append((claim, option))
    return contract.ledger.profile(settings.profile, switches, settings.brand)


class App:
    """The emulator as an ASGI application; a failure of ours still answers as the API would.

    Args:
        router: routes of the inspector and the operations.
        emulator: what all endpoints share.
        start: what worlds start from.
    """

    def __init__(self, router: Router, emulator: Emulator, start: Start) -> None:
        self._router = router
        self.emulator = emulator
        self._start = start

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call."""
        try:
            await self._router(scope, receive, send)
        except Exception:
            if scope["type"] != "http":
                raise
            await self._apologise(scope, send)

    async def _apologise(self, scope: Scope, send: Send) -> None:
        turn = open_turn(NO_WORLD, 0, system_clock(), self._start)
        logger.exception("this is a bug of the emulator; log id %s", turn.log_id)
        answer = refused(Refusal("internal_error"), self.emulator.contract.effective(turn.profile), turn)
        with contextlib.suppress(RuntimeError):  # the answer had begun; the server closes the connection
            await answer.send(turn, scope, send)


def choose_quota(text: str) -> Callable[[Operation], tuple[int, int] | None]:
    """Choose how calls are counted: gives calls and seconds for each operation.

    Args:
        text: the setting `quota`.

    Raises:
        SettingsError: it is none of its forms.
    """
    if text == "off":
        return lambda _: None
    if text == "live":
        return lambda operation: operation.quota
    if text.isdecimal() and int(text) > 0:
        return lambda operation: (int(text), operation.quota[1]) if operation.quota else None
    raise SettingsError(f"--quota {text}: say off, live, or a number of calls a minute")


def read_starts(contract: Contract, profile: Profile, settings: Settings) -> Starts:
    """Read what worlds start from. Of several fixture files, the one named `default` is for all other worlds.

    Args:
        contract: knows what content may be.
        profile: options of every world.
        settings: name the fixture files.

    Raises:
        FixtureError: a fixture file is wrong.
        SettingsError: there is no such file.
    """

    def start(fixture: Fixture) -> Start:
        return Start(fixture, profile, fixture.document.get("seed", settings.seed))

    if not settings.fixtures:
        return Starts(start(default_fixture()), {})
    path = Path(settings.fixtures)
    if not path.exists():
        raise SettingsError(f"--fixtures {path}: there is no such file or folder")
    fixtures = read_fixtures(path, contract.document["components"])
    if path.is_file():
        return Starts(start(fixtures[path.stem]), {})
    first = fixtures.pop(DEFAULT_WORLD, None) or default_fixture()
    return Starts(start(first), {name: start(fixture) for name, fixture in fixtures.items()})


def _operation_apps(
    emulator: Emulator, handlers: Mapping[str, Handler], quota: Callable[[Operation], tuple[int, int] | None]
) -> dict[str, Mapping[str, ASGIApp]]:
    """Lead every path and method of the API to what answers it: our operations, and those we do not have."""
    apps: dict[str, dict[str, ASGIApp]] = {}
    for path, names in emulator.contract.unmodelled.items():
        apps[path] = {method: NotFound(emulator, name) for method, name in names.items()}
    for operation in emulator.contract.operations.values():
        endpoint = Endpoint(operation, handlers[operation.id], emulator, quota(operation))
        apps.setdefault(operation.path, {})[operation.method] = endpoint
    apps[DOWNLOAD] = {"GET": Download(emulator)}
    return {path: {**methods, "": NotFound(emulator)} for path, methods in apps.items()}
