"""Trials: runs of the conformance suite against deviations, several at once."""

import json
import os
import random
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

from tests.conftest import ROOT
from tests.mutants.deviation import Deviation

PATIENCE = 300
"""Seconds that a run of the suite may take."""


class Verdict(NamedTuple):
    """What the suite said of a deviation.

    Args:
        deviation: what differed.
        exit: exit code of the suite: 0 for no objection, 1 for a failed test.
        test: id of the first test that failed, or "".
        why: what it said, or how the run ended.
    """

    deviation: Deviation
    exit: int
    test: str
    why: str

    @property
    def is_caught(self) -> bool:
        """Whether a test failed; a run that could not be made catches nothing."""
        return self.exit == 1


def tried(deviation: Deviation, generated: int) -> Verdict:
    """Run the suite against a deviation, up to the first failure.

    Args:
        deviation: what differs.
        generated: generated calls an operation.
    """
    command = shlex.join([sys.executable, "-m", "tests.mutants.serve", deviation.id])
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        flags = ["--serve-command", command, "--json", str(report), "--generated", str(generated), "--exitfirst"]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "okr_mock", "verify", *flags],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                check=False,
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired:
            return Verdict(deviation, 2, "", f"did not end within {PATIENCE} s")
        failed = json.loads(report.read_text(encoding="utf-8"))["failed"] if report.exists() else []
    if failed:
        return Verdict(deviation, done.returncode, failed[0]["id"], failed[0]["why"])
    lines = (done.stderr or done.stdout).strip().splitlines()
    return Verdict(deviation, done.returncode, "", lines[-1] if lines else "")


def trials(deviations: Sequence[Deviation], generated: int, workers: int) -> Iterator[Verdict]:
    """Try deviations, several at once; gives each verdict as it falls.

    Args:
        deviations: what to try.
        generated: generated calls an operation.
        workers: how many run at once.
    """
    with ThreadPoolExecutor(workers) as pool:
        waiting = [pool.submit(tried, deviation, generated) for deviation in deviations]
        for future in as_completed(waiting):
            yield future.result()


def sample(deviations: Sequence[Deviation], size: int, seed: str) -> list[Deviation]:
    """Draw deviations; the same seed draws the same ones.

    Args:
        deviations: to draw from.
        size: how many.
        seed: any text.
    """
    return random.Random(seed).sample(deviations, min(size, len(deviations)))


def commit() -> str:
    """Name the commit that is checked out, which seeds the sample of a run; "" where there is none."""
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
