"""The report: ratios first, and the numbers of this machine and moment behind them."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from statistics import median
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.memory import Memory
from benchmarks.throughput import Round

_RATIOS = {
    "throughput: ours / starlette floor": ("ours", "starlette"),
    "throughput: ours / raw floor": ("ours", "raw"),
    "throughput: starlette floor / raw floor": ("starlette", "raw"),
    "throughput: ours with 1,000 steps / without": ("steps", "ours"),
    "throughput: ours on SQLite / in memory": ("sqlite", "ours"),
    "throughput: ours on Redis / in memory": ("redis", "ours"),
    "an invalid call costs valid calls": ("ours", "invalid"),
}
_PACKAGES = ("httptools", "jsonschema-rs", "orjson", "starlette", "uvicorn", "uvloop")
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Report:
    """All samples of one run.

    Args:
        rounds: answers a second by name.
        starts: seconds to the first answer by name, one entry a run.
        memory: resident memory; None where it cannot be measured.
    """

    rounds: Sequence[Round]
    starts: Sequence[dict[str, float]]
    memory: Memory | None

    def ratios(self) -> dict[str, list[float]]:
        """Divide the throughputs within each round; what was not measured is left out."""
        measured = {text: pair for text, pair in _RATIOS.items() if self.rounds[0].keys() >= set(pair)}
        return {text: [each[over] / each[under] for each in self.rounds] for text, (over, under) in measured.items()}

    @property
    def floor_ratio(self) -> float:
        """Median of our throughput over the Starlette floor's."""
        return median(self.ratios()["throughput: ours / starlette floor"])

    @property
    def start_ratio(self) -> float:
        """Median of our start over the raw floor's."""
        return median(each["ours"] for each in self.starts) / median(each["raw"] for each in self.starts)

    def show(self, console: Console) -> None:
        """Print both tables.

        Args:
            console: where to.
        """
        console.print(self._ratio_table())
        console.print(self._number_table())
        if self.memory is None:
            console.print("memory: skipped, this system has no /proc to read resident memory from")

    def json(self) -> bytes:
        """Write everything for machines."""
        data: dict[str, Any] = {
            "machine": {"python": platform.python_version(), "system": platform.platform(), "cpus": os.cpu_count()},
            "packages": {name: version(name) for name in _PACKAGES},
            "requests_per_second": list(self.rounds),
            "start_seconds": list(self.starts),
            "ratios": self.ratios(),
            "start_ratio": self.start_ratio,
            "memory": asdict(self.memory) | {"per_record": self.memory.per_record} if self.memory else None,
        }
        return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    def _ratio_table(self) -> Table:
        table = _table("ratio", "min", "median", "max")
        for text, values in self.ratios().items():
            table.add_row(text, f"{min(values):.2f}", f"{median(values):.2f}", f"{max(values):.2f}")
        table.add_row("start: ours / raw floor", "", f"{self.start_ratio:.2f}", "")
        if self.memory:
            text = "memory: a record / its request body"
            table.add_row(text, "", f"{self.memory.per_record / self.memory.body:.2f}", "")
        return table

    def _number_table(self) -> Table:
        table = _table("on this machine, now", "median")
        for name in self.rounds[0]:
            table.add_row(f"{name}: answers a second", f"{median(each[name] for each in self.rounds):,.0f}")
        for name in self.starts[0]:
            table.add_row(
                f"{name}: ms to the first answer", f"{median(each[name] for each in self.starts) * 1000:,.0f}"
            )
        for text, value in _memory_rows(self.memory) if self.memory else ():
            table.add_row(text, value)
        return table


def _memory_rows(memory: Memory) -> list[tuple[str, str]]:
    return [
        ("ours: MiB resident at start", f"{memory.start / _MEBIBYTE:,.1f}"),
        (f"ours: MiB resident after {memory.creates:,} creates", f"{memory.after / _MEBIBYTE:,.1f}"),
        ("ours: MiB of those in the journal", f"{memory.journal / _MEBIBYTE:,.1f}"),
        ("ours: bytes a record", f"{memory.per_record:,.0f}"),
    ]


def _table(first: str, *others: str) -> Table:
    table = Table(first)
    for name in others:
        table.add_column(name, justify="right")
    return table
