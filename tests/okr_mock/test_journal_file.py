import json
import logging
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from okr_mock.exchange import Exchange
from okr_mock.journal_file import JournalFile
from tests.conftest import ROOT

LARGE = 1_000_000
FULL = Path("/dev/full")
HEAD = """
import sys
from pathlib import Path
from okr_mock.exchange import Exchange
from okr_mock.journal_file import JournalFile

def exchange(n, size=0):
    return Exchange(n, "x", 0, 200, 0, (b'{"n":%d,"request":"%s"}' % (n, b"x" * size),))

path = Path(sys.argv[1])
"""
FOREVER = """
journal = JournalFile(path, int(sys.argv[3]))
n = 0
while True:
    n += 1
    journal.append(exchange(n, int(sys.argv[2])))
"""
ALMOST_FULL = """
import resource

journal = JournalFile(path, 1_000_000)
journal.append(exchange(1, 100))
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (300, hard))
journal.append(exchange(2, 5000))
journal.append(exchange(3, 5000))
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
journal.append(exchange(4, 5000))
"""


def exchange(n: int, size: int = 0) -> Exchange:
    """An exchange with a body of a size, printed over two lines."""
    return Exchange(n, "x", 0, 200, 0, (b'{"n":%d,"request":\n"%s"}' % (n, b"x" * size),))


def program(text: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", HEAD + text, *map(str, arguments)]


def numbers(path: Path) -> list[int]:
    """Parse every line; all must be whole."""
    data = path.read_bytes()
    assert data.endswith(b"\n") or not data
    return [json.loads(line)["n"] for line in data.splitlines()]


def older(path: Path) -> Path:
    return path.with_name(f"{path.name}.1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a journal may be written."""
    return tmp_path / "journal.ndjson"


def test_a_line_an_exchange(path: Path) -> None:
    """Every exchange is on disk, whole and on one line, as soon as it was appended."""
    journal = JournalFile(path, LARGE)
    for n in range(3):
        journal.append(exchange(n, 100))
        assert numbers(path) == list(range(n + 1))
    journal.close()


def test_only_the_owner_reads(path: Path) -> None:
    """The file and the one before it are for their owner only."""
    journal = JournalFile(path, 100)
    for n in range(3):
        journal.append(exchange(n, 60))
    journal.close()
    assert [stat.S_IMODE(kept.stat().st_mode) for kept in (path, older(path))] == [0o600, 0o600]


def test_two_files_within_bounds(path: Path) -> None:
    """The file never grows over its bound, and only the newest full one is kept beside it."""
    journal = JournalFile(path, 1000)
    for n in range(100):
        journal.append(exchange(n, n))
        assert all(kept.stat().st_size <= 1000 for kept in path.parent.iterdir())
    journal.close()
    assert sorted(path.parent.iterdir()) == [path, older(path)]
    kept = numbers(older(path)) + numbers(path)
    assert kept == list(range(kept[0], 100))


def test_the_bound_is_reached(path: Path) -> None:
    """A line that just fits begins no new file; the next one does."""
    line = len(exchange(1).data) + 1
    journal = JournalFile(path, 2 * line)
    journal.append(exchange(1))
    journal.append(exchange(2))
    assert not older(path).exists()
    journal.append(exchange(3))
    journal.close()
    assert (numbers(older(path)), numbers(path)) == ([1, 2], [3])


def test_a_line_over_the_bound(path: Path) -> None:
    """A single line that is longer than the bound is kept, alone in its file."""
    journal = JournalFile(path, 100)
    for n in range(3):
        journal.append(exchange(n, 200))
    journal.close()
    assert (numbers(older(path)), numbers(path)) == ([1], [2])


def test_continues(path: Path) -> None:
    """A later emulator appends to the file it finds and counts what is in it."""
    bound = 3 * (len(exchange(1).data) + 1)
    for n in range(1, 5):
        journal = JournalFile(path, bound)
        journal.append(exchange(n))
        journal.close()
    assert (numbers(older(path)), numbers(path)) == ([1, 2, 3], [4])


def test_append_after_close(path: Path) -> None:
    """A call that ends after the file was closed is still written."""
    journal = JournalFile(path, LARGE)
    journal.close()
    journal.close()
    journal.append(exchange(1))
    journal.close()
    assert numbers(path) == [1]


@pytest.mark.parametrize("size", [10, 50_000, 500_000])
def test_killed(path: Path, size: int) -> None:
    """A killed emulator leaves whole lines and at most one unfinished at the end, which the next one removes."""
    bound = 10 * size + 1000
    process = subprocess.Popen(program(FOREVER, path, size, bound), cwd=ROOT)
    deadline = time.monotonic() + 30
    try:
        while not older(path).exists() and time.monotonic() < deadline:
            time.sleep(0.005)
    finally:
        process.kill()
        process.wait(timeout=10)
    data = path.read_bytes() if path.exists() else b""  # it may have been killed between two files
    whole = [json.loads(line)["n"] for line in data.split(b"\n")[:-1]]
    before = numbers(older(path)) + whole
    assert before == list(range(before[0], before[0] + len(before)))
    journal = JournalFile(path, LARGE * 100)
    journal.append(exchange(0))
    journal.close()
    assert numbers(path) == [*whole, 0]


@pytest.mark.parametrize("torn", ["{", '{"n":', '{"n":7,"request":"' + "x" * 200_000])
@pytest.mark.parametrize("before", [0, 2])
def test_unfinished_lines(path: Path, torn: str, before: int) -> None:
    """A line cut anywhere, at the start of the file or later, is removed when the file is opened again."""
    journal = JournalFile(path, LARGE)
    for n in range(before):
        journal.append(exchange(n))
    journal.close()
    with path.open("a") as file:
        file.write(torn)
    journal = JournalFile(path, LARGE)
    journal.append(exchange(9))
    journal.close()
    assert numbers(path) == [*range(before), 9]


def test_other_contents_stay(path: Path) -> None:
    """A file of something else that was named by mistake loses nothing."""
    path.write_text("first\nmy notes, without a line end")
    journal = JournalFile(path, LARGE)
    journal.append(exchange(1))
    journal.close()
    first, second, line = path.read_text().splitlines()
    assert (first, second, json.loads(line)["n"]) == ("first", "my notes, without a line end", 1)


@pytest.mark.parametrize("name", [".", "missing/journal.ndjson"])
def test_no_such_place(tmp_path: Path, name: str) -> None:
    """A path that cannot be opened is refused at once."""
    with pytest.raises(OSError, match=r"journal|tory"):
        JournalFile(tmp_path / name, LARGE)


@pytest.mark.skipif(not FULL.exists(), reason="/dev/full is missing")
def test_a_full_disk_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """A write that fails raises nothing and is logged once, however many follow; a device is never renamed."""
    journal = JournalFile(FULL, 10)
    for n in range(5):
        journal.append(exchange(n))
    journal.close()
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("okr_mock", logging.ERROR)
    assert "/dev/full" in record.getMessage()
    assert FULL.is_char_device()


def test_an_almost_full_disk(path: Path) -> None:
    """A line that fits in part is not there at all, and lines are written again when there is room."""
    pytest.importorskip("resource")
    done = subprocess.run(program(ALMOST_FULL, path), cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    assert numbers(path) == [1, 4]
    assert len(done.stderr.splitlines()) == 1


def test_logged_again_after_a_recovery(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each time the file stops being writable is logged once, and lines are written whenever it can be."""
    journal = JournalFile(path, 60)
    written = []
    for n in range(3):
        journal.append(exchange(2 * n, 40))
        written += numbers(path)
        older(path).mkdir(exist_ok=True)  # nothing can be renamed to that
        journal.append(exchange(2 * n + 1, 40))
        journal.append(exchange(2 * n + 1, 40))
        assert len(caplog.records) == n + 1
        older(path).rmdir()
        path.unlink()
        journal.close()
    assert written == [0, 2, 4]


def test_moved_away(path: Path) -> None:
    """A file that somebody moved or deleted is begun anew when it would have been full; no call is missing then."""
    journal = JournalFile(path, 100)
    journal.append(exchange(1, 40))
    path.rename(path.with_name("elsewhere"))
    journal.append(exchange(2, 40))
    journal.close()
    assert numbers(path) == [2]


def test_links_are_followed(path: Path) -> None:
    """A link to the file stays a link; what it leads to is renamed."""
    link = path.with_name("link")
    link.symlink_to(path)
    journal = JournalFile(link, 60)
    journal.append(exchange(1, 40))
    journal.append(exchange(2, 40))
    journal.close()
    assert link.is_symlink()
    assert (numbers(older(path)), numbers(path)) == ([1], [2])
