"""The proxy's overhead: the same calls direct and through it, in turn and in one run; prints the ratio of medians."""

import statistics
import sys
import time

import httpx2

from tests.conftest import emulator
from tests.okr_mock.proxies import proxy

CALLS = 300
PATH = "/open-apis/okr/v1/periods?page_size=10"


def main() -> None:
    """Time calls in turn, so that a busy machine is busy for both."""
    with emulator("--log-level", "error") as (direct, _), proxy(direct) as passed, httpx2.Client() as client:
        taken: dict[str, list[float]] = {direct: [], passed: []}
        for _ in range(CALLS):
            for url, times in taken.items():
                started = time.perf_counter()
                client.get(url + PATH, headers={"Authorization": "Bearer t-dev"}).raise_for_status()
                times.append(time.perf_counter() - started)
        medians = [statistics.median(taken[url]) for url in (direct, passed)]
    sys.stdout.write(f"through the proxy a call takes {medians[1] / medians[0]:.1f} times as long as direct\n")


if __name__ == "__main__":
    main()
