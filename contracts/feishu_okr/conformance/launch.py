"""Starts the emulator as a user would, as a process of its own."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from feishu_okr.conformance.wire import StopRun

FLAGS = ("--port", "0", "--json", "--log-level", "error")
END_WITHIN = 10.0
"""Seconds after which an emulator that was asked to end is killed."""


@contextmanager
def emulator(command: str = "", flags: Sequence[str] = ()) -> Iterator[str]:
    """Run the emulator on a free port; gives its address, and ends it.

    Args:
        command: command that takes the flags of `okr-mock serve`; that of this Python by default.
        flags: further flags.

    Raises:
        StopRun: it did not start.
    """
    arguments = shlex.split(command) if command else [sys.executable, "-m", "okr_mock", "serve"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OKR_MOCK_")}
    try:
        process = subprocess.Popen(  # noqa: S603 - our own command, or the one the caller named
            [*arguments, *FLAGS, *flags], stdout=subprocess.PIPE, text=True, env=environment
        )
    except OSError as error:
        raise StopRun(f"the emulator cannot be started with {arguments[0]!r}: {error.strerror}") from error
    try:
        yield _address(process)
    finally:
        process.terminate()
        try:
            process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _address(process: "subprocess.Popen[str]") -> str:
    line = process.stdout.readline() if process.stdout else ""
    try:
        return str(json.loads(line)["url"])
    except (ValueError, KeyError, TypeError) as error:
        raise StopRun("the emulator did not start; its own message stands above") from error
