"""What comes in the way of a guarded run: a second one, signals, Ctrl-C while it cleans up."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from feishu_okr.conformance.budget import GuardError
from feishu_okr.conformance.pace import tell


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep a second run out: two would spend one quota, and each would take the other's records for left over.

    Args:
        folder: where runs are kept.

    Raises:
        GuardError: there is another one.
    """
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise GuardError(f"another live run is going on, which has locked {lock.name}; wait for its end") from error
        yield


@contextmanager
def ended_gently() -> Iterator[None]:
    """Let SIGTERM, and the end of the terminal, end the run as Ctrl-C does, so that it cleans up."""

    def end(*_: Any) -> None:
        raise KeyboardInterrupt

    with ExitStack() as stack:
        for name in ("SIGTERM", "SIGHUP"):  # not all systems have both
            if hasattr(signal, name):
                stack.enter_context(_handling(getattr(signal, name), end))
        yield


@contextmanager
def patient(records: int) -> Iterator[None]:
    """Let the first Ctrl-C while cleaning up only tell what is going on.

    Args:
        records: how many are to be deleted.
    """

    def wait(*_: Any) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        tell(f"deleting {records} records that this run wrote; Ctrl-C again leaves them to --sweep")

    with _handling(signal.SIGINT, wait):
        yield


@contextmanager
def _handling(number: signal.Signals, handler: Callable[..., None]) -> Iterator[None]:
    try:
        before = signal.signal(number, handler)
    except ValueError:  # not the main thread, which alone is told of signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(number, before)
