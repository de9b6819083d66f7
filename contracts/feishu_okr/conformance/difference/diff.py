"""A difference as a command."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from feishu_okr.conformance.verify import LACKING, NotInstalledError

if TYPE_CHECKING:
    from feishu_okr.conformance.difference.run import Difference
    from feishu_okr.conformance.session import Session


def diff(
    a: str, b: str, files: Mapping[str, str], only: str = "", given: Mapping[str, Any] = MappingProxyType({})
) -> tuple[str, int]:
    """Compare two targets; gives what the terminal shows and the exit code: 0 nothing differs, 1 something does.

    Args:
        a: first target, one of `side.FORMS`.
        b: second one.
        files: paths to write reports to, by the name of the option; "" for none.
        only: file of cases to send, with commas between several; all of them by default.
        given: values of `OF_DIFFERENCES`, by key; what a side that is live may do.

    Raises:
        NotInstalledError: something that the suite needs is missing.
        ValueError: a side or an option is none, a target does not answer, or a guard ended the run.
    """
    try:
        import jinja2  # noqa: F401 - asked for here, where the answer is a sentence
        import jwt  # noqa: F401
    except ImportError as error:
        raise NotInstalledError(LACKING) from error
    from feishu_okr.conformance.difference.report import WRITERS, as_text

    stems = _checked((a, b), files, only, given)
    difference, told = _compared((a, b), stems, given)
    if given.get("plan"):
        return told, 0
    for name, path in files.items():
        if path:
            Path(path).write_bytes(WRITERS[name](difference))
    return as_text(difference) + told, difference.exit


def _checked(sides: tuple[str, str], files: Mapping[str, str], only: str, given: Mapping[str, Any]) -> Sequence[str]:
    """Find what is wrong before anything is called, started or written; gives the files of cases."""
    from feishu_okr.conformance.difference.run import FILES
    from feishu_okr.conformance.difference.side import side_values
    from feishu_okr.conformance.session import LIVE, LIVE_ONLY, check_file, check_values

    stems = [stem for stem in only.split(",") if stem] or FILES
    if unknown := [stem for stem in stems if stem not in FILES]:
        raise ValueError(f"--only {unknown[0]}: there are no such cases; there are {', '.join(FILES)}")
    if LIVE not in sides and (wrong := [key for key in LIVE_ONLY if given.get(key)]):
        raise ValueError(f"--{wrong[0].replace('_', '-')} is for a side that is live")
    for side in sides:
        check_values(side_values(side, given))
    for name, path in files.items():
        if path:
            check_file(name, Path(path))
    return stems


def _compared(sides: tuple[str, str], stems: Sequence[str], given: Mapping[str, Any]) -> tuple["Difference", str]:
    """Send the cases; gives what came of it, and what it did to a target that is live, once that is cleaned up."""
    from feishu_okr.conformance.difference.run import Run
    from feishu_okr.conformance.difference.side import open_side
    from feishu_okr.conformance.wire import StopRun

    sessions: list[Session] = []
    try:
        with ExitStack() as stack:
            for side in sides:
                sessions.append(open_side(side, given))
                stack.callback(sessions[-1].close)
            difference = Run(sessions[0], sessions[1], sides).play(stems)
    except (StopRun, KeyboardInterrupt) as stop:
        raise ValueError("; ".join([str(stop) or "the run was stopped", *_of_guards(sessions)])) from stop
    difference.guards = [session.guard.report() for session in sessions if session.guard]
    return difference, "".join(f"{line}\n" for line in _of_guards(sessions))


def _of_guards(sessions: Sequence["Session"]) -> list[str]:
    from feishu_okr.conformance.rehearsal import planned

    guards = [session.guard for session in sessions if session.guard]
    return [line for guard in guards for line in (planned(guard) if guard.values["plan"] else guard.summary())]
