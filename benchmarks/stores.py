"""Emulators whose worlds are kept elsewhere than in memory, for measurements."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.servers import OURS, Server, ServerError, running

_PATIENCE = 10.0


@contextmanager
def on_sqlite(*flags: str) -> Iterator[Server]:
    """Run an emulator on a new SQLite file.

    Args:
        flags: further flags.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        running((*OURS, "--store", f"sqlite:///{folder}/store.db", *flags)) as server,
    ):
        yield server


@contextmanager
def redis_server() -> Iterator[str]:
    """Run a Redis that keeps nothing on disk, and end it; gives its address, "" where the program is not installed.

    Raises:
        ServerError: it does not start.
    """
    program = shutil.which("redis-server")
    if program is None:
        yield ""
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "redis.sock")
        command = [program, "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(path)
            yield f"unix://{path}"
        finally:
            process.terminate()
            process.wait()


def _wait(path: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        with socket.socket(socket.AF_UNIX) as sock:
            if path.exists() and sock.connect_ex(str(path)) == 0:
                return
        time.sleep(0.01)
    raise ServerError("redis-server does not start")
