"""The journal on disk: one exchange a line, in a file and the one before it."""

import contextlib
import errno
import logging
import math
import os
import stat
from pathlib import Path

from okr_mock.exchange import Exchange
from okr_mock.export import ndjson
from okr_mock.settings import SettingsError

logger = logging.getLogger("okr_mock")
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
_ONLY_OWNER = 0o600
_START = b'{"n":'
_BLOCK = 64 * 1024


class JournalFile:
    """Appends exchanges to a file of one emulator; one that cannot be written disturbs no call.

    Every line is one write, but the system may cut a write of several pages when it kills the process. So at most the
    last line is unfinished, and the next `JournalFile` of this path removes it.

    Args:
        path: the file; one that exists is continued.
        most_bytes: the file that would grow over this becomes `<name>.1` in place of an older one.

    Raises:
        OSError: the file cannot be opened.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        is_special = path.exists() and not path.is_file()
        self._path = path if is_special else Path(os.path.realpath(path))  # to rename the file, never a link to it
        self._most_bytes = most_bytes
        self._is_failing = False
        self._fd: int | None = None
        self._size: float = 0
        self._open()

    def append(self, exchange: Exchange) -> None:
        """Add an exchange; the first of several failures is logged, and their lines are lost.

        Args:
            exchange: the newest one.
        """
        line = ndjson([exchange])
        try:
            _write_whole(self._with_room(len(line)), line)
        except OSError as error:
            if not self._is_failing:
                logger.error("calls are missing in %s until it can be written again: %s", self._path, error)
            self._is_failing = True
            return
        self._is_failing = False
        self._size += len(line)

    def close(self) -> None:
        """Close the file; a later append opens it again."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            os.close(fd)

    def _open(self) -> int:
        self._fd = os.open(self._path, _FLAGS, _ONLY_OWNER)
        found = os.fstat(self._fd)
        is_regular = stat.S_ISREG(found.st_mode)
        self._size = _mended(self._fd, found.st_size) if is_regular else -math.inf  # a device is never renamed
        return self._fd

    def _with_room(self, length: int) -> int:
        fd = self._open() if self._fd is None else self._fd
        if self._size <= 0 or self._size + length <= self._most_bytes:  # an empty file takes any line
            return fd
        self.close()
        with contextlib.suppress(FileNotFoundError):  # somebody moved it away
            self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        return self._open()


def _write_whole(fd: int, line: bytes) -> None:
    """Write a line or nothing: a disk that is almost full takes the first part of it."""
    written = os.write(fd, line)
    if written < len(line):
        os.ftruncate(fd, os.lseek(fd, 0, os.SEEK_CUR) - written)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _mended(fd: int, size: int) -> int:
    """Remove an unfinished line at the end, or end a line that is none of ours; gives the new size."""
    whole = _whole_lines(fd, size)
    if whole == size:
        return size
    os.lseek(fd, whole, os.SEEK_SET)
    if _START.startswith(os.read(fd, min(size - whole, len(_START)))):
        os.ftruncate(fd, whole)
        return whole
    return size + os.write(fd, b"\n")


def _whole_lines(fd: int, size: int) -> int:
    """Count the bytes up to the last line end."""
    end = size
    while end > 0:
        start = max(0, end - _BLOCK)
        os.lseek(fd, start, os.SEEK_SET)
        found = os.read(fd, end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def open_journal_file(path: str, most_bytes: int) -> JournalFile | None:
    """Open the file that every exchange is appended to; None where none is wanted.

    Args:
        path: its path, or "".
        most_bytes: size at which it is set aside.

    Raises:
        SettingsError: it cannot be written.
    """
    try:
        return JournalFile(Path(path), most_bytes) if path else None
    except OSError as error:
        raise SettingsError(f"cannot write --journal-file {path}: {error.strerror}; name another") from error
