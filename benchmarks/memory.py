"""Memory: what a stored record costs a fresh emulator."""

import re
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Job
from benchmarks.rate import rate
from benchmarks.request import valid_body, written
from benchmarks.servers import APP, OURS, ask, fetch_token, running

_ROOM = ("--max-records", "10000000", "--max-world-bytes", str(2**40))
_RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True)
class Memory:
    """Resident memory of the emulator, in bytes.

    Args:
        creates: how many records were made.
        body: length of one request's body.
        start: before the first record.
        after: after the last one.
        journal: what the bounded journal holds of it.
    """

    creates: int
    body: int
    start: int
    after: int
    journal: int

    @property
    def per_record(self) -> float:
        """Bytes that a record costs once the journal is full."""
        return (self.after - self.start - self.journal) / self.creates


def measure(load: Executor, creates: int) -> Memory | None:
    """Measure resident memory before and after many creates; None where the system does not tell.

    Args:
        load: runs the load.
        creates: how many.

    Raises:
        ServerError: the emulator answered what it should not.
    """
    if not Path("/proc/self/status").exists():
        return None
    with running((*OURS, *_ROOM)) as server:
        token, body = fetch_token(server.port), valid_body()
        start = resident(server.pid)
        rate(load, "ours", Job(server.port, written(body, token, server.port), 200, count=creates))
        after = resident(server.pid)
        _, journal = ask(server.port, "GET", f"/__admin/requests?world={APP}")
    return Memory(creates, len(body), start, after, len(journal))


def resident(pid: int) -> int:
    """Read the resident memory of a process, in bytes.

    Args:
        pid: id of the process.
    """
    match = _RESIDENT.search(Path(f"/proc/{pid}/status").read_text())
    assert match
    return int(match[1]) * 1024
