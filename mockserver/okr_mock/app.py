"""Where the parts meet: one ASGI application from one settings object."""

import asyncio
import contextlib
import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from feishu_okr.contract import Contract, load
from okr_mock.audit import Auditor, Watch, asked_rules
from okr_mock.call import Handler
from okr_mock.choice import read_starts
from okr_mock.coverage import Coverage
from okr_mock.download import Download
from okr_mock.endpoint import Emulator, Endpoint, Limits
from okr_mock.gateway.admission import Admission
from okr_mock.gateway.delivery import NoSocketError
from okr_mock.gateway.envelope import Refusal, refused
from okr_mock.gateway.tokens import Signer
from okr_mock.journal import NO_WORLD
from okr_mock.journal_file import JournalFile, open_journal_file
from okr_mock.not_found import NotFound
from okr_mock.observer import Observer
from okr_mock.operations import HANDLERS
from okr_mock.operations.images import DOWNLOAD
from okr_mock.routing import Later, PathTable
from okr_mock.scenario.library import open_library
from okr_mock.settings import Settings, SettingsError
from okr_mock.store import StoreError
from okr_mock.store.opening import open_store
from okr_mock.terminal import Terminal
from okr_mock.world.start import Start, Starts
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
    contract: Contract | None = None,
) -> "App":
    """Build the emulator.

    Args:
        settings: everything that can be set.
        clock: tells the time in milliseconds since the epoch.
        handlers: what each operation does, by operation id.
        terminal: told of every call; standard error at the level of the settings by default.
        contract: what the API accepts, answers and refuses; the shipped one by default.

    Raises:
        ContractError: our own data files are wrong.
        FixtureError: a fixture file is wrong.
        ScenarioError: a scenario is wrong.
        SettingsError: a setting is none of its forms, or a file cannot be read or written.
        ValueError: no such profile, claim, option, scenario, fixture or rule.
    """
    contract = contract or load()
    library = open_library(settings.scenario, contract)
    starts = read_starts(contract, settings, library.usual.scenarios)
    effective = contract.effective(starts.default.profile)
    watch = Watch(Auditor(contract, effective), asked_rules(settings.fail_on_audit))
    store = open_store(settings, starts, clock, watch.look)
    admission = _admission(settings, starts)
    terminal = terminal or Terminal(sys.stderr, settings.log_level, settings.log_format)
    limits, observer = Limits(settings.max_body, settings.max_image), Observer(contract.operations.values())
    emulator = Emulator(contract, library, store, admission, terminal, limits, _journal_file(settings), observer)
    coverage = Coverage(contract, effective, observer)
    inspector = Later(partial(_inspector, emulator, settings, starts, clock, watch, coverage))
    table = PathTable(_operation_apps(emulator, handlers), otherwise=inspector)
    paths = _replayed(settings, table, emulator)
    return App(paths, emulator, starts.default, watch, coverage, [table.warm_up, inspector.warm_up])


def _inspector(*parts: Any) -> ASGIApp:
    from okr_mock.inspector.opening import open_inspector  # slow to load, and the first call needs none of it

    return open_inspector(*parts)


def _replayed(settings: Settings, paths: ASGIApp, emulator: Emulator) -> ASGIApp:
    """Put a recording before the operations, if there is one."""
    if not settings.replay:
        if settings.replay_only:
            raise SettingsError("--replay-only wants --replay DIR")
        return paths
    from feishu_okr.recording import read_recording
    from okr_mock.replay import Replay

    return Replay(read_recording(Path(settings.replay)), paths, emulator, only=settings.replay_only)


def _admission(settings: Settings, starts: Starts) -> Admission:
    key = settings.token_key or f"feishu-okr-mock {settings.seed}"
    return Admission(Signer(key.encode()), settings.auth, starts)


def _journal_file(settings: Settings) -> JournalFile | None:
    return open_journal_file(settings.journal_file, settings.journal_file_bytes)


class App:
    """The emulator as an ASGI application; a failure of ours still answers as the API would.

    Args:
        paths: the operations, and behind them the inspector.
        emulator: what all endpoints share.
        start: what worlds start from.
        watch: judges callers.
        coverage: says what calls have met.
        parts: make what calls need but the first one may not, piece by piece.
    """

    def __init__(
        self,
        paths: ASGIApp,
        emulator: Emulator,
        start: Start,
        watch: Watch,
        coverage: Coverage,
        parts: Sequence[Callable[[], None]],
    ) -> None:
        self._paths = paths
        self.emulator = emulator
        self._start = start
        self.watch = watch
        self.coverage = coverage
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call."""
        try:
            await self._paths(scope, receive, send)
        except NoSocketError:
            raise  # whoever calls the application itself shall read it
        except StoreError as error:
            await self._apologise(scope, send, error)
        except Exception as error:
            if scope["type"] != "http":
                raise
            await self._apologise(scope, send, error)

    async def warm_up(self, pause: float) -> None:
        """Make what calls need, once the server answers: a start must not wait for operations nobody has called.

        Not in a thread: a process that ever had two pays for locks at each allocation.

        Args:
            pause: seconds in which a first call can come before.
        """
        await asyncio.sleep(pause)
        for make in self._parts:
            make()
            await asyncio.sleep(0)
        effective = self.emulator.contract.effective(self._start.profile)
        for operation in self.emulator.contract.operations:
            effective.rules(operation)
            await asyncio.sleep(0)

    async def _apologise(self, scope: Scope, send: Send, error: Exception) -> None:
        turn = open_turn(NO_WORLD, 0, system_clock(), self._start)
        if isinstance(error, StoreError):
            logger.error("%s; log id %s", error, turn.log_id)
        else:
            logger.error("this is a bug of the emulator; log id %s", turn.log_id, exc_info=error)
        answer = refused(Refusal("internal_error"), self.emulator.contract.effective(turn.profile), turn)
        with contextlib.suppress(RuntimeError):  # the answer had begun; the server closes the connection
            await answer.send(turn, scope, send)


def _operation_apps(emulator: Emulator, handlers: Mapping[str, Handler]) -> dict[str, Mapping[str, ASGIApp]]:
    """Lead every path and method of the API to what answers it: our operations, and those we do not have."""
    apps: dict[str, dict[str, ASGIApp]] = {}
    for path, names in emulator.contract.unmodelled.items():
        apps[path] = {method: NotFound(emulator, name) for method, name in names.items()}
    for operation in emulator.contract.operations.values():
        endpoint = Endpoint(operation, handlers[operation.id], emulator)
        apps.setdefault(operation.path, {})[operation.method] = endpoint
    apps[DOWNLOAD] = {"GET": Download(emulator)}
    return {path: {**methods, "": NotFound(emulator)} for path, methods in apps.items()}
