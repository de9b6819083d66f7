"""A real redis-server for tests, on a socket in a folder of its own."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import redis

MUST_RUN = "REDIS_TESTS_MUST_RUN"
_PATIENCE = 20.0
_KEPT = ("--appendonly", "yes", "--appendfsync")


def program() -> str:
    """Name the program; without it the test is skipped, or fails where it must run."""
    found = shutil.which("redis-server")
    if found:
        return found
    told = "needs the program redis-server, on Debian: apt-get install redis-server"
    if os.environ.get(MUST_RUN):
        pytest.fail(told)
    pytest.skip(told)


class RedisServer:
    """A server that can be killed and started again.

    Args:
        folder: an empty folder; its name and the socket's are short enough for a socket.
        fsync: when what was written is on the disk, such as `always`; "" where nothing is kept.
    """

    def __init__(self, folder: Path, fsync: str = "") -> None:
        self._program = program()
        self._folder = folder
        self._kept = (*_KEPT, fsync) if fsync else ()
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"unix://{self._folder / 'r.sock'}"

    def new_database(self) -> str:
        """Give the address of a database that nobody has used."""
        self._databases += 1
        return f"{self.url}?db={self._databases}"

    def client(self) -> redis.Redis:
        """Give a client that waits for no loop."""
        return redis.Redis.from_url(self.url)

    def start(self) -> None:
        """Start it and wait until it answers."""
        folder = ("--dir", str(self._folder), "--unixsocket", str(self._folder / "r.sock"))
        command = [self._program, "--port", "0", "--save", "", "--databases", "4096", *folder, *self._kept]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_until(self._answers)

    def kill(self) -> None:
        """End it without a warning."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_PATIENCE)
            self._process = None

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:  # not there yet, or still reading what it kept
            return False


@contextmanager
def running_redis(fsync: str = "") -> Iterator[RedisServer]:
    """Run a server in a folder of its own, and kill it.

    Args:
        fsync: as above.
    """
    with TemporaryDirectory() as folder:
        server = RedisServer(Path(folder), fsync)
        try:
            server.start()
            yield server
        finally:
            server.kill()


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so.

    Args:
        is_so: looks.
    """
    end = time.monotonic() + _PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it did not come to be so"
        time.sleep(0.02)
