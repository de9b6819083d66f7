"""A scenario of many steps, as a farm of tests would load: each for an operation, and for one test by its header."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from feishu_okr.contract import load


@contextmanager
def scenario_of(steps: int) -> Iterator[str]:
    """Write a scenario of which no step matches the calls of a benchmark, and give its path.

    Args:
        steps: how many; the operations take turns.
    """
    operations = islice(cycle(load().operations), steps)
    document = {
        "description": "Many steps that no call of the benchmark meets.",
        "steps": [
            {"when": {"operation": operation, "header": {"X-Test": f"test-{number}"}}, "then": {"error": 1009999}}
            for number, operation in enumerate(operations)
        ],
    }
    with TemporaryDirectory() as folder:
        path = Path(folder) / "many.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        yield str(path)
