"""`MockServer`: an emulator in a thread of this process, for tests, notebooks and the pytest plugin."""

import secrets
import threading
from types import TracebackType
from typing import Any, Self

from okr_mock.control import Control
from okr_mock.handle import World, new_world
from okr_mock.settings import SettingsError, read_settings

_END = 10
"""Seconds to wait for the thread; running calls get less."""


class RunningServer:
    """An emulator that somebody has started.

    Args:
        control: calls its control routes; None while it does not run.
    """

    def __init__(self, control: Control | None) -> None:
        self._control = control

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._control.url if self._control else 'stopped'}>"

    @property
    def control(self) -> Control:
        """Calls the control routes.

        Raises:
            SettingsError: the server does not run.
        """
        if self._control is None:
            raise SettingsError("the server does not run; call start() or use it in a `with` block")
        return self._control

    @property
    def url(self) -> str:
        """Where the server is: the base URL or domain for clients.

        Raises:
            SettingsError: the server does not run.
        """
        return self.control.url

    def world(self, name: str = "", **start: Any) -> World:
        """Make a world of its own.

        Args:
            name: its name; one is made up if it is left out.
            start: `seed`, `profile`, `set`, `quota` and `fixture`, as `POST /__admin/worlds` takes them.

        Raises:
            ControlError: there is a world of this name, or the start is wrong.
            SettingsError: the server does not run.
        """
        return new_world(self.control, name or f"world-{secrets.token_hex(4)}", start)


class MockServer(RunningServer):
    """An emulator on a free port of loopback, for as long as a `with` block, or between `start` and `stop`.

    It has a thread and an event loop of its own: it works inside a running loop, in notebooks and several at once.

    Args:
        settings: those of `okr-mock serve`, with underscores; `port` is 0 and `log_level` is `error` if not named.

    Raises:
        SettingsError: there is no such setting, or its value is none that it takes.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(None)
        self._settings = read_settings({"port": 0, "log_level": "error"} | settings)
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    def start(self) -> Self:
        """Start serving; returns once the server answers.

        Raises:
            ContractError: our own data files are wrong.
            FixtureError: a fixture file is wrong.
            ScenarioError: a scenario is wrong.
            SettingsError: what was set cannot be done, or the server runs already.
            ValueError: no such profile, claim, option, scenario or fixture.
        """
        from okr_mock.app import create_app  # slow to load, as is what follows
        from okr_mock.certificate import tls_context
        from okr_mock.server import Server, address, bind, limits
        from okr_mock.serving import with_admin_token

        if self._settings.workers > 1:
            raise SettingsError("workers: a MockServer is a thread of this process; leave it out")
        if self._control:
            raise SettingsError(f"the server runs already at {self._control.url}; stop it first")
        settings, _ = with_admin_token(self._settings)
        context = tls_context(settings)
        app = create_app(settings)
        self._socket = bind(settings.host, settings.port)
        self._ready = threading.Event()
        self._journal_file, self._store = app.emulator.journal_file, app.emulator.store
        self._server = Server(app, limits(settings), context, self._ready.set)
        self._thread = threading.Thread(target=self._serve, name="okr-mock", daemon=True)
        url = address(self._socket, "https" if context else "http")
        self._thread.start()
        self._ready.wait()
        if self._failure:
            raise self._failure
        ca_file = settings.ca_file if settings.tls else settings.certfile
        self._control = Control(url, settings.admin_token, ca_file)
        return self

    def _serve(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        except BaseException as error:
            self._failure = error
        finally:
            self._socket.close()
            if self._journal_file is not None:
                self._journal_file.close()
            self._store.close()
            self._ready.set()

    def stop(self) -> None:
        """Stop serving; calls that are running end within two seconds. One that does not run is left alone."""
        if self._control:
            self._server.should_exit = True
            self._thread.join(_END)
            self._control = None
