"""Workers: several processes that serve one port, started, watched and ended by the one that has nothing else to do."""

import asyncio
import logging
import os
import pickle
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from typing import IO, Any, NoReturn

from okr_mock.app import App
from okr_mock.server import BACKLOG, Server, serve
from okr_mock.settings import Settings, SettingsError
from okr_mock.store.opening import MEMORY

_END = 5
"""Seconds that workers get to end; calls that run in them get less."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

logger = logging.getLogger("okr_mock")


def check_workers(settings: Settings) -> None:
    """See that several processes can do what is asked of them.

    Args:
        settings: what is asked.

    Raises:
        SettingsError: they cannot.
    """
    if settings.workers == 1:
        return
    asked = f"--workers {settings.workers}"
    if not hasattr(os, "fork"):
        raise SettingsError(f"{asked}: this system cannot fork; leave it out")
    if settings.store == MEMORY:
        raise SettingsError(f"{asked}: workers share no memory; add --store sqlite:///okr-mock.db")
    if settings.coverage or settings.min_code_coverage:
        raise SettingsError(f"{asked}: each worker counts what it has met for itself; measure coverage with one")
    if settings.journal_file:
        raise SettingsError(
            f"{asked}: only one process can write a --journal-file; ask GET /__admin/requests?format=ndjson"
        )


class Workers:
    """Processes that serve one application.

    Args:
        app: the emulator; whatever it holds open is opened by each worker for itself.
        make_server: makes a worker's server, given what to call when it answers.
        sock: the port: a listening socket.
        close: descriptor that is of no concern to workers; -1 for none.
    """

    def __init__(
        self, app: App, make_server: Callable[[Callable[[], None]], Server], sock: socket.socket, close: int = -1
    ) -> None:
        self._app = app
        self._make_server = make_server
        self._port = _Port(sock)
        self._close = close
        self._reports: dict[int, IO[bytes]] = {}
        self._is_ending = False
        self._alive, self._parent = os.pipe()  # its end tells workers that nobody watches them any more

    def serve(self, count: int, announce: Callable[[], None]) -> None:
        """Serve until a signal comes; a worker that ends before is replaced.

        Args:
            count: how many workers.
            announce: called once, when all of them answer.

        Raises:
            SettingsError: a worker does not start.
        """
        before = {number: signal.signal(number, self._stop) for number in (*_SIGNALS, signal.SIGALRM)}
        try:
            for _ in range(count):
                self._start()
            if not self._is_ending:
                announce()
            self._watch()
        finally:
            self._end()
            signal.alarm(0)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(self._alive)
            os.close(self._parent)
            self._port.close()

    def _watch(self) -> None:
        while self._reports:
            pid, status = os.waitpid(-1, 0)
            report = self._reports.pop(pid, None)
            if report is None:
                continue
            self._take(report)
            if not self._is_ending:
                logger.error("worker %d has ended with %d and is replaced", pid, os.waitstatus_to_exitcode(status))
                self._start()

    def _take(self, report: IO[bytes]) -> None:
        """Take over what a worker has found; nothing where it was killed."""
        with report:
            report.seek(0)
            data = report.read()
        if data:
            reports, further = pickle.loads(data)  # noqa: S301 - written by our own worker
            self._app.watch.reports += reports
            self._app.watch.further += further

    def _stop(self, number: int, _: Any) -> None:
        """End the workers; the second time, or when their time is over, at once."""
        at_once = self._is_ending and number != signal.SIGINT  # which a terminal sends to workers too
        self._is_ending = True
        signal.alarm(_END)
        self._tell(signal.SIGKILL if at_once else signal.SIGTERM)

    def _tell(self, number: int) -> None:
        for pid in list(self._reports):
            os.kill(pid, number)

    def _end(self) -> None:
        """Leave no worker behind, whatever has happened."""
        self._is_ending = True
        self._tell(signal.SIGKILL)
        self._watch()

    def _start(self) -> None:
        """Start a worker, and wait until it answers."""
        if self._is_ending:
            return
        reading, writing = os.pipe()
        report = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the worker has ended
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        pid = os.fork()
        if not pid:
            self._work(writing, report)
        self._reports[pid] = report
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        os.close(writing)
        is_ready = os.read(reading, 1)
        os.close(reading)
        if not is_ready and not self._is_ending:
            raise SettingsError("a worker does not start; its log says why, or try without --workers")

    def _work(self, ready: int, report: IO[bytes]) -> NoReturn:
        """Be a worker."""
        code = 1
        try:
            for number in (*_SIGNALS, signal.SIGALRM):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            os.close(self._parent)
            if self._close >= 0:
                os.close(self._close)
            server = self._make_server(lambda: self._announce(server, ready))
            serve(server, self._port.listen())
            self._app.emulator.store.close()
            pickle.dump((self._app.watch.reports, self._app.watch.further), report)
            report.flush()
            code = 0
        except BaseException:
            logger.exception("a worker fails")
        finally:
            logging.shutdown()
            os._exit(code)  # what the parent has to do at its end is not ours

    def _announce(self, server: Server, ready: int) -> None:
        os.write(ready, b"1")
        os.close(ready)

        def leave() -> None:
            server.should_exit = True
            asyncio.get_running_loop().remove_reader(self._alive)

        asyncio.get_running_loop().add_reader(self._alive, leave)


class _Port:
    """A port that workers listen on, each with a socket of its own where the system shares connections out among them.

    Args:
        sock: a listening socket.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._is_shared_out = sys.platform == "linux"
        self._sock = sock
        if self._is_shared_out:
            self._where = sock.getsockname()
            sock.close()
            self._sock = socket.socket(sock.family, socket.SOCK_STREAM)  # holds the port and takes no connection
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            self._sock.bind(self._where)

    def listen(self) -> socket.socket:
        """Give a worker the socket it listens on."""
        if not self._is_shared_out:
            return self._sock
        return socket.create_server(self._where, family=self._sock.family, backlog=BACKLOG, reuse_port=True)

    def close(self) -> None:
        """Give the port up."""
        self._sock.close()
