"""pytest's side of a guarded run: what was proved before is left out, the bar goes on, and the end cleans up."""

import sys
from math import ceil
from typing import Any

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from feishu_okr.conformance.guard import Guard
from feishu_okr.conformance.pace import MINUTE, RehearsedTime
from feishu_okr.conformance.plugin import stable_id
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
        """Show how many tests there are."""
        if not sys.stderr.isatty():
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
        self._bar.add_task("tests", total=len(session.items))
        self._bar.start()

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Write down what passed, and move the bar."""
        noted = getattr(report, "okr", None)
        if noted is not None and report.when == "call" and report.passed:
            self._guard.file.prove(noted["id"])
        if self._bar is not None and report.when == "teardown":
            budget = self._guard.transport.budget
            text = f"{budget.made} calls, {budget.written} may write, {len(self._guard.file.pending)} records to delete"
            self._bar.update(self._bar.task_ids[0], advance=1, description=text)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Delete what the run wrote before it is reported; what is left over fails the run."""
        if self._bar is not None:
            self._bar.stop()
        self._guard.close()
        self._tally.guard = self._guard.report()

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell what the run did to the target, or what it would do."""
        lines = planned(self._guard) if self._guard.values["plan"] else self._guard.summary()
        for line in lines:
            terminalreporter.write_line(line)


def planned(guard: Guard) -> list[str]:
    """Tell what a run would do to its target, from its rehearsal.

    Args:
        guard: the rehearsal's guard, closed.
    """
    budget, clock = guard.transport.budget, guard.transport.pace.time
    minutes = ceil(clock.now() / MINUTE) if isinstance(clock, RehearsedTime) else 0
    lines = [f"{number:5} {operation}" for operation, number in budget.calls.most_common()]
    return [
        *lines,
        f"plan: {budget.made} calls, {budget.written} of them may write, {len(guard.file.created)} records; "
        f"{budget.cleanup} calls to delete what is left at the end; about {minutes} min "
        f"at {guard.transport.pace.per_minute} calls a minute and operation. The target got no call.",
    ]
