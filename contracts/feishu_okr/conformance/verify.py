"""A run of the suite as a command: everything it needs from pytest, and nothing of the folder it is started in."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feishu_okr.conformance.options import OPTIONS

if TYPE_CHECKING:
    from feishu_okr.conformance.session import Session

PACKAGE = Path(__file__).parent
LACKING = "the contract suite needs more than the emulator; install it with: pip install 'feishu-okr-mock[verify]'"
NO_TESTS = 5
"""pytest's exit code where no test was chosen."""


class NotInstalledError(Exception):
    """What the suite needs is not installed."""


def run(values: Mapping[str, Any], *, stop_first: bool = False, only: str = "") -> int:
    """Run the suite; gives the exit code: 0 it holds, 1 something failed, 2 nothing was proved or the run was stopped.

    Args:
        values: values of `OPTIONS`, by key; those that are left out have their defaults.
        stop_first: stop at the first failure.
        only: pytest's expression that chooses tests, or "".

    Raises:
        NotInstalledError: pytest or another of the suite's own needs is missing.
        ValueError: an option is none, or there is no target that answers.
    """
    try:
        import httpx2  # noqa: F401 - asked for here, where the answer is a sentence
        import jinja2  # noqa: F401
        import pytest  # noqa: F401
    except ImportError as error:
        raise NotInstalledError(LACKING) from error
    from feishu_okr.conformance.session import check_values, open_session
    from feishu_okr.conformance.wire import StopRun

    chosen = {option.key: values.get(option.key, option.default) for option in OPTIONS}
    check_values(chosen)
    try:
        if chosen["sweep"]:
            from feishu_okr.conformance.guard import sweep_up

            return sweep_up(chosen)
        session = open_session(chosen)
    except StopRun as stop:
        raise ValueError(str(stop)) from stop
    try:
        code = _tested(session, chosen, stop_first, only)
    finally:
        session.close()
    if code == NO_TESTS:
        raise ValueError(f"--only {only}: no test has such a name, so nothing was proved")
    if chosen["plan"] and code == 1:
        return 0  # what an emulator does otherwise than the target is expected to is not what was asked
    return code if code in (0, 1) else 2


def _tested(session: "Session", values: Mapping[str, Any], stop_first: bool, only: str) -> int:
    import pytest

    from feishu_okr.conformance import plugin
    from feishu_okr.conformance.session import LIVE

    arguments = ["-c", str(PACKAGE / "pytest.ini"), "--rootdir", str(PACKAGE.parents[1]), "--tb=no", "-qq", "-rN"]
    arguments += ["--disable-plugin-autoload", "-p", plugin.__name__]  # no plugin that happens to be installed
    has_bar = values["target"] == LIVE and sys.stderr.isatty()
    style = "classic" if has_bar else "progress-even-when-capture-no"
    arguments += ["--capture=no", "-o", f"console_output_style={style}"]  # that waits are told while they last
    arguments += ["-x"] if stop_first else []
    arguments += ["-k", only] if only else []
    return int(pytest.main([*arguments, *_flags(values), str(PACKAGE)], plugins=[plugin.Opened(session)]))


def _flags(values: Mapping[str, Any]) -> Any:
    for option in OPTIONS:
        value = values[option.key]
        for one in value if isinstance(value, tuple | list) else [value]:
            if isinstance(one, bool):
                yield from [f"--okr-{option.name}"] if one else []
            elif one != "":
                yield f"--okr-{option.name}={one}"
