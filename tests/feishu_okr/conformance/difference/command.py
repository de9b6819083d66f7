"""The command as a user runs it."""

import subprocess
import sys


def run_cli(*arguments: str) -> tuple[int, str, str]:
    """Run `okr-mock`; gives exit code, output and errors."""
    done = subprocess.run(
        [sys.executable, "-m", "okr_mock", *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    return done.returncode, done.stdout, done.stderr
