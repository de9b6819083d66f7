"""Proxies as a user starts them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def proxy(upstream: str, *flags: str) -> Iterator[str]:
    """Run `okr-mock proxy` on a free port; gives its URL, and ends it as a user does."""
    arguments = [sys.executable, "-m", "okr_mock", "proxy", "--upstream", upstream, "--port", "0", "--json", *flags]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        yield json.loads(line)["url"]
    finally:
        process.terminate()
        process.communicate(timeout=10)
