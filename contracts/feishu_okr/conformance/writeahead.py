"""The write-ahead file of a run: what it is about to write and has written, safe on disk before the next call.

One JSON object a line, `event` first: `run`, `before`, `create`, `created`, `deleted`, `proved`, `closed`. No
credential is among them.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from feishu_okr.conformance.budget import GuardError

NO_RUN = "{} is not the file of a run; --runs names the folder of the runs"


@dataclass
class WriteAhead:
    """A run's file.

    Args:
        path: where it is.
        facts: what the run was begun with: `run`, `host`, `targets`.
        pending: ids of records that were written and not deleted yet.
        created: ids of all records that the run wrote.
        proved: ids of the tests that passed.
        before: ids of the records that were there when the run began, by target.
        unanswered: creates that were begun and of which no answer is known.
    """

    path: Path
    facts: dict[str, Any] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
    created: set[str] = field(default_factory=set)
    proved: set[str] = field(default_factory=set)
    before: dict[str, list[str]] = field(default_factory=dict)
    unanswered: int = 0

    @property
    def is_unsure(self) -> bool:
        """Whether the target may hold a record of which the file knows no id."""
        return self.unanswered > 0

    def begin(self, **facts: Any) -> None:
        """Begin the file.

        Args:
            facts: what the run is begun with.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._write("run", **facts)
        self.facts = facts

    def forget(self) -> None:
        """Take back the file of a run that never began; one that has written anything stays."""
        if not (self.created or self.proved):
            self.path.unlink(missing_ok=True)

    def found(self, target_id: str, records: list[str]) -> None:
        """Write down what a target holds before anything is written to it.

        Args:
            target_id: the target.
            records: ids of its records.
        """
        self._write("before", target_id=target_id, records=records)
        self.before[target_id] = records

    def create(self, target_id: str) -> None:
        """Write down that a record is about to be written.

        Args:
            target_id: what it is written to.
        """
        self._write("create", target_id=target_id)
        self.unanswered += 1

    def answered(self, progress_id: str) -> None:
        """Write down what came of the last create.

        Args:
            progress_id: id of the record; "" where none was written.
        """
        self._write("created", progress_id=progress_id)
        self._answered(progress_id)

    def deleted(self, progress_id: str) -> None:
        """Write down that a record is gone.

        Args:
            progress_id: its id.
        """
        if progress_id in self.pending:
            self._write("deleted", progress_id=progress_id)
            self._deleted(progress_id)

    def prove(self, test: str) -> None:
        """Write down that a test passed.

        Args:
            test: its id.
        """
        if test not in self.proved:
            self._write("proved", test=test)
            self.proved.add(test)

    def close(self, leftovers: list[str]) -> None:
        """Write down that the run has cleaned up.

        Args:
            leftovers: ids of records that could not be deleted.
        """
        self._write("closed", leftovers=leftovers)
        self.unanswered = 0

    def _write(self, event: str, **fields: Any) -> None:
        line = json.dumps({"event": event, **fields}) + "\n"
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _answered(self, progress_id: str) -> None:
        self.unanswered -= 1
        if progress_id:
            self.pending.append(progress_id)
            self.created.add(progress_id)

    def _deleted(self, progress_id: str) -> None:
        if progress_id in self.pending:
            self.pending.remove(progress_id)

    def _replay(self, entry: dict[str, Any]) -> None:
        event = entry.pop("event")
        if event == "run":
            self.facts = entry
        elif event == "before":
            self.before[entry["target_id"]] = entry["records"]
        elif event == "create":
            self.unanswered += 1
        elif event == "created":
            self._answered(entry["progress_id"])
        elif event == "deleted":
            self._deleted(entry["progress_id"])
        elif event == "proved":
            self.proved.add(entry["test"])
        elif event == "closed":
            self.unanswered = 0


def run_file(folder: str, run: str) -> Path:
    """Name the file of a run.

    Args:
        folder: where runs are kept.
        run: its name.
    """
    return Path(folder) / f"{run}.jsonl"


def read_run(path: Path) -> WriteAhead:
    """Read what a run wrote down; a last line that was cut off is left out.

    Args:
        path: its file.

    Raises:
        GuardError: there is no such file, or it is none.
    """
    found = WriteAhead(path)
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.endswith("}"):
                found._replay(json.loads(line))
    except OSError as error:
        raise GuardError(f"{path} cannot be read: {error.strerror}; --runs names the folder of the runs") from error
    except (ValueError, KeyError, AttributeError) as error:
        raise GuardError(NO_RUN.format(path)) from error
    if "run" not in found.facts:
        raise GuardError(NO_RUN.format(path))
    return found


def read_runs(folder: str, host: str) -> Iterator[WriteAhead]:
    """Read all runs against a host that may have left something.

    Args:
        folder: where runs are kept.
        host: the host.
    """
    for path in sorted(Path(folder).glob("*.jsonl")):
        found = read_run(path)
        if found.facts.get("host") == host and (found.pending or found.is_unsure):
            yield found
