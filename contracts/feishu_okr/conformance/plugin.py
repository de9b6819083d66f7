"""pytest's side of a run: options, the session, what comes of every test. Quiet where no test of the suite is run."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from feishu_okr.conformance.options import OPTIONS, REPORTS

if TYPE_CHECKING:
    from feishu_okr.conformance.session import Session

SUITE = "feishu_okr.conformance."
CASE = "test_case["
_NOTES = pytest.StashKey[dict[str, Any]]()
_RUN = pytest.StashKey["Run"]()


class Opened:
    """Hands pytest a session that is open already; registered as a plugin.

    Args:
        session: the session; whoever opened it ends it.
    """

    def __init__(self, session: "Session") -> None:
        self.session = session


class Run:
    """A run of the suite within pytest.

    Args:
        config: pytest's.
    """

    def __init__(self, config: pytest.Config) -> None:
        from feishu_okr.conformance.tally import Tally

        self.values: dict[str, Any] = {option.key: config.getoption(f"okr_{option.key}") for option in OPTIONS}
        for option in OPTIONS:
            if isinstance(option.default, tuple):
                self.values[option.key] = tuple(self.values[option.key] or ())
        if self.values["plan"]:  # a rehearsal says nothing of the target
            self.values |= dict.fromkeys(REPORTS, "")
        self.tally: Tally = Tally()
        opened = [plugin.session for plugin in config.pluginmanager.get_plugins() if isinstance(plugin, Opened)]
        self._session: Session | None = opened[0] if opened else None
        self._is_own = not opened

    @property
    def session(self) -> "Session":
        """The target, found or started at the first test."""
        if self._session is None:
            from feishu_okr.conformance.session import open_session

            self._session = open_session(self.values)
        return self._session

    def close(self) -> None:
        """End what the run began."""
        if self._session is not None and self._is_own:
            self._session.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the options of the suite."""
    group = parser.getgroup("okr", "Feishu OKR contract tests (feishu_okr.conformance)")
    for option in OPTIONS:
        settings: dict[str, Any] = {"default": option.default, "metavar": option.metavar, "help": option.help}
        if isinstance(option.default, tuple):
            settings |= {"action": "append", "default": []}
        elif isinstance(option.default, bool):
            settings = {"default": False, "action": "store_true", "help": option.help}
        elif isinstance(option.default, int):
            settings["type"] = int
        group.addoption(f"--okr-{option.name}", dest=f"okr_{option.key}", **settings)


def run_of(config: pytest.Config) -> Run:
    """Give the run, begun when it is asked for.

    Args:
        config: pytest's.
    """
    if _RUN not in config.stash:
        config.stash[_RUN] = Run(config)
    return config.stash[_RUN]


def notes_of(item: pytest.Item) -> dict[str, Any]:
    """Give what a test notes for the report: `says`, `claims`, `checked` and `evidence`.

    Args:
        item: the test.
    """
    return item.stash.setdefault(_NOTES, {})


def _is_ours(item: pytest.Item) -> bool:
    module = getattr(item, "module", None)
    return module is not None and module.__name__.startswith(SUITE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Send what a test noted along with its report, as workers of xdist do too."""
    report = yield
    if _is_ours(item):
        says = (item.function.__doc__ or "").strip()  # type: ignore[attr-defined]
        report.okr = {"id": stable_id(item), "says": says, **notes_of(item)}
    return report


def stable_id(item: pytest.Item) -> str:
    """Name a test by its case, or by module and function, whatever folder it lies in.

    Args:
        item: the test.
    """
    if item.name.startswith(CASE):
        return item.name.removeprefix(CASE).removesuffix("]")
    module = item.module.__name__.removeprefix(SUITE).removeprefix("test_")  # type: ignore[attr-defined]
    return f"{module}/{item.name.removeprefix('test_')}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """End the run where the target or its guard says so, and leave out what cannot be proved there."""
    if not _is_ours(item):
        return (yield)
    from feishu_okr.conformance.wire import StopRun

    try:
        return (yield)
    except StopRun as stop:
        run_of(item.config).tally.stopped = str(stop)
        pytest.exit(str(stop), returncode=2)


def pytest_configure(config: pytest.Config) -> None:
    """Be ready to count results."""
    config.pluginmanager.register(Counting(config), "okr-conformance-counting")
    if config.getoption("okr_target") == "live":
        _guard(config)


def _guard(config: pytest.Config) -> None:
    """Open the session of a live run before anything is collected, so that nothing is called unguarded."""
    from feishu_okr.conformance.guard_plugin import GuardPlugin
    from feishu_okr.conformance.wire import StopRun

    if hasattr(config, "workerinput") or config.getoption("numprocesses", None):
        raise pytest.UsageError("a live run keeps one pace and one file: leave -n out")
    run = run_of(config)
    try:
        guard = run.session.guard
    except (StopRun, ValueError) as error:
        raise pytest.UsageError(str(error)) from error
    assert guard is not None  # noqa: S101 - so it is for a live target
    config.pluginmanager.register(GuardPlugin(guard, run.tally), "okr-conformance-guard")


class Counting:
    """Counts the results of a run of the suite, if this is one.

    Args:
        config: pytest's.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Count what came of a test."""
        noted = getattr(report, "okr", None)
        if noted is not None and (report.when == "call" or report.outcome != "passed"):
            run_of(self._config).tally.count(noted, report)

    def pytest_keyboard_interrupt(self) -> None:
        """Let every report say that the run was not whole."""
        if _RUN in self._config.stash:
            tally = run_of(self._config).tally
            tally.stopped = tally.stopped or "interrupted"

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports and decide how the run ends."""
        if _RUN not in self._config.stash or hasattr(self._config, "workerinput"):
            return
        run = run_of(self._config)
        if session.exitstatus in (0, 1, 5):
            session.exitstatus = run.tally.exit_code
        run.tally.exit = int(session.exitstatus)
        from feishu_okr.conformance.report import write

        write(run.tally, run.values)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell what was proved, what failed, and what could not be proved and why."""
        if _RUN in self._config.stash and not run_of(self._config).values["plan"]:
            from feishu_okr.conformance.summary import summary

            terminalreporter.write(summary(run_of(self._config).tally, terminalreporter.hasmarkup))

    def pytest_unconfigure(self) -> None:
        """End what the run began."""
        if _RUN in self._config.stash:
            run_of(self._config).close()
