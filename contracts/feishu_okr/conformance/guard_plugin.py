"""pytest's side of a guarded run: what was proved before is left out, the bar goes on, and the end cleans up."""

import sys
from typing import Any

import pytest
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from feishu_okr.conformance.guard import Guard
from feishu_okr.conformance.plugin import stable_id
from feishu_okr.conformance.rehearsal import planned
from feishu_okr.conformance.tally import Tally


class GuardPlugin:
    """Follows a guarded run.

    Args:
        guard: the run's guard.
        tally: told of what the run did to the target.
    """

    def __init__(self, guard: Guard, tally: Tally) -> None:
        self._guard = guard
        self._tally = tally
        self._bar: Progress | None = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what an earlier part of the run proved."""
        run = self._guard.file
        reason = f"proved before in run {run.facts['run']}"
        for item in items:
            if stable_id(item) in run.proved:
                item.add_marker(pytest.mark.skip(reason=reason))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Show how many tests there are; where pytest captures what is written, a bar would stand still."""
        if sys.stderr.isatty() and session.config.getoption("capture") == "no":
            self._bar = bar(self._guard)
            self._bar.add_task("tests", total=len(session.items))
            self._bar.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        """Keep pytest's letters out of the line of the bar."""
        return (report.outcome, "", "") if self._bar is not None else None

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Write down what passed, tell at once what failed, and move the bar."""
        noted = getattr(report, "okr", None)
        if noted is not None and report.when == "call" and report.passed:
            self._guard.file.prove(noted["id"])
        if self._bar is not None:
            if noted is not None and report.failed:
                self._bar.console.print(Text.assemble(("failed", "red"), f" {noted['id']}"))
            self._bar.advance(TaskID(0), report.when == "teardown")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Delete what the run wrote before it is reported; what is left over fails the run."""
        if self._bar is not None:
            self._bar.update(TaskID(0), description="deleting")
            self._bar.tasks[0].finished_time = None  # the clock goes on
        try:
            self._guard.close()
        finally:
            if self._bar is not None:
                self._bar.stop()
        self._tally.guard = self._guard.report()

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell what the run did to the target, or what it would do."""
        lines = planned(self._guard) if self._guard.values["plan"] else self._guard.summary()
        for line in lines:
            terminalreporter.write_line(line)


class _Calls(ProgressColumn):
    """What the run has done to its target by now."""

    def __init__(self, guard: Guard) -> None:
        super().__init__()
        self._guard = guard

    def render(self, task: Task) -> Text:  # noqa: ARG002 - it is the guard that counts
        """Tell it anew at each refresh, so that waits and the end show that they go on."""
        budget, left = self._guard.transport.budget, len(self._guard.file.pending)
        return Text(f"{budget.made} calls, {budget.written} writing, {left} to delete", no_wrap=True)


def bar(guard: Guard) -> Progress:
    """Make the bar of a guarded run.

    Args:
        guard: the run's guard.
    """
    columns = (TextColumn("{task.description}"), BarColumn(16), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, _Calls(guard), console=Console(stderr=True), transient=True)
