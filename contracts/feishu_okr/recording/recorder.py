"""The recorder: writes each exchange into a folder as it comes, without anything secret."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from feishu_okr.contract import Profile
from feishu_okr.recording.exchange import Raw
from feishu_okr.recording.folder import COMPLETE, FORMAT, FULL, MANIFEST, MOST_FILES, OPEN, check_new, contract_version
from feishu_okr.recording.pseudonym import PATTERNS, Pseudonyms
from feishu_okr.recording.scanner import Scanner, forms, plain_forms
from feishu_okr.whole_file import write_whole

MOST_BYTES = 256 * 1024 * 1024
"""Bytes of all its files."""


class Recorder:
    """Writes a recording. What it has written is on disk, whole, whatever ends the process.

    What is secret is often known by its place alone, such as a name beside an id. Where it stood elsewhere before that
    was known, the exchange is written anew at once. An exchange in which a secret is left all the same is not kept.

    Args:
        folder: an empty folder, or one that can be made.
        profile: profile under which the exchanges are judged.
        tell: told in a sentence of what is not recorded.
        most: exchanges that it holds.

    Raises:
        RecordingError: nothing can be written there.
    """

    def __init__(self, folder: Path, profile: Profile, tell: Callable[[str], None], most: int = MOST_FILES) -> None:
        check_new(folder)
        self._folder, self._profile, self._tell, self._most = folder, profile, tell, most
        self._date = datetime.now(UTC).isoformat(timespec="seconds")
        self._pseudonyms, self._scanner = Pseudonyms(), Scanner()
        self._files: list[str] = []
        self._ends: list[int] = []
        self._text = bytearray()
        self._state = OPEN
        self._gone: set[int] = set()
        self._write(MANIFEST, self._manifest())

    @property
    def refused(self) -> int:
        """Exchanges that are not kept, since something secret was left in them."""
        return len(self._gone)

    @property
    def exchanges(self) -> int:
        """Exchanges that are kept."""
        return len(self._files) - len(self._gone)

    def take(self, raw: Raw) -> None:
        """Write an exchange, unless the recording is full or closed.

        Args:
            raw: as it went over the wire.
        """
        if self._state != OPEN:
            return
        try:
            if len(self._files) >= self._most or len(self._text) >= MOST_BYTES:
                self._stop("the recording is full")
            else:
                self._take(raw)
        except OSError as error:
            self._stop(f"the recording cannot be written: {error.strerror}")

    def close(self) -> None:
        """Look through every file once more for what was learned later, and call the recording complete."""
        with suppress(OSError):  # such as a full disk, which was told before
            for index in range(len(self._files)):
                if index not in self._gone and any(self._scanner.leaks(self._read(index))):
                    self._rewrite(index)
            self._state = COMPLETE if self._state == OPEN else self._state
            self._write(MANIFEST, self._manifest())

    def _stop(self, why: str) -> None:
        self._state = FULL
        self._tell(f"{why}; later calls pass and are not recorded")

    def _take(self, raw: Raw) -> None:
        raw.learn(self._pseudonyms)
        self._look_back()
        n = len(self._files) + 1
        self._files.append(f"{n:05d}-{raw.operation or 'other'}.json")
        data = _dumped(raw.written(n, self._pseudonyms))
        self._text += data
        self._ends.append(len(self._text))
        self._keep(n - 1, data)

    def _look_back(self) -> None:
        """Write anew what was written before somebody said that a part of it has to go."""
        found: set[int] = set()
        for kind, original in self._pseudonyms.fresh:
            self._scanner.learn(original)
            if not any(pattern.fullmatch(original) for pattern in PATTERNS.values()):  # its form alone told it
                found |= self._places(original, forms if kind == "secret" else plain_forms)
        self._pseudonyms.fresh.clear()
        for index in found - self._gone:
            self._rewrite(index)

    def _places(self, original: str, forms_of: Callable[[str], Iterator[str]]) -> set[int]:
        found = set()
        for form in {form.encode("utf-8", "surrogatepass") for form in forms_of(original)}:
            at = self._text.find(form)
            while at >= 0:
                index = bisect_right(self._ends, at)
                found.add(index)
                at = self._text.find(form, self._ends[index])
        return found

    def _rewrite(self, index: int) -> None:
        self._keep(index, _dumped(self._pseudonyms.replaced(orjson.loads(self._read(index)))))

    def _keep(self, index: int, data: bytes) -> None:
        """Write an exchange if the scanner finds nothing in it."""
        name = self._files[index]
        if leak := next(self._scanner.leaks(data), ""):
            self._gone.add(index)
            (self._folder / name).unlink(missing_ok=True)
            self._tell(f"{name} is not recorded: {leak}")
        else:
            self._write(name, data)

    def _read(self, index: int) -> bytes:
        return (self._folder / self._files[index]).read_bytes()

    def _write(self, name: str, data: bytes) -> None:
        write_whole(self._folder / name, data)

    def _manifest(self) -> bytes:
        return _dumped(
            {
                "format": FORMAT,
                "contract": contract_version(),
                "profile": self._profile.name,
                "switches": dict(self._profile.switches),
                "date": self._date,
                "state": self._state,
                "exchanges": self.exchanges,
                "refused": self.refused,
            }
        )


def _dumped(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
