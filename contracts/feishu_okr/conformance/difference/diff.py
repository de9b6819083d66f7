"""A difference as a command."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from feishu_okr.conformance.verify import LACKING, NotInstalledError

if TYPE_CHECKING:
    from feishu_okr.conformance.difference.run import Difference


def diff(a: str, b: str, files: Mapping[str, str], only: str = "") -> tuple[str, int]:
    """Compare two targets; gives what the terminal shows and the exit code: 0 nothing differs, 1 something does.

    Args:
        a: first target, one of `side.FORMS`.
        b: second one.
        files: paths to write reports to, by the name of the option; "" for none.
        only: file of cases to send, with commas between several; all of them by default.

    Raises:
        NotInstalledError: something that the suite needs is missing.
        ValueError: a side or an option is none, or a target does not answer.
    """
    try:
        import jinja2  # noqa: F401 - asked for here, where the answer is a sentence
        import jwt  # noqa: F401
    except ImportError as error:
        raise NotInstalledError(LACKING) from error
    from feishu_okr.conformance.difference.report import WRITERS, as_text

    stems = _checked(a, b, files, only)
    difference = _compared(a, b, stems)
    for name, path in files.items():
        if path:
            Path(path).write_bytes(WRITERS[name](difference))
    return as_text(difference), difference.exit


def _checked(a: str, b: str, files: Mapping[str, str], only: str) -> Sequence[str]:
    """Find what is wrong before anything is called, started or written; gives the files of cases."""
    from feishu_okr.conformance.difference.run import FILES
    from feishu_okr.conformance.difference.side import side_values
    from feishu_okr.conformance.session import check_file, check_values

    stems = [stem for stem in only.split(",") if stem] or FILES
    if unknown := [stem for stem in stems if stem not in FILES]:
        raise ValueError(f"--only {unknown[0]}: there are no such cases; there are {', '.join(FILES)}")
    for side in (a, b):
        check_values(side_values(side))
    for name, path in files.items():
        if path:
            check_file(name, Path(path))
    return stems


def _compared(a: str, b: str, stems: Sequence[str]) -> "Difference":
    from feishu_okr.conformance.difference.run import Run
    from feishu_okr.conformance.difference.side import open_side
    from feishu_okr.conformance.wire import StopRun

    with ExitStack() as stack:
        sessions = []
        try:
            for side in (a, b):
                sessions.append(open_side(side))
                stack.callback(sessions[-1].close)
            return Run(sessions[0], sessions[1], (a, b)).play(stems)
        except StopRun as stop:
            raise ValueError(str(stop)) from stop
