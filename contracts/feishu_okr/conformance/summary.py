"""The end of a run on the terminal: what was proved, what failed, what could not be proved and why."""

import io
from collections import Counter

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from feishu_okr.conformance.tally import FAILED, PROVED, UNPROVED, Tally

WIDTH = 120
MOST_FAILURES = 20


def summary(tally: Tally, is_coloured: bool) -> str:
    """Write the summary.

    Args:
        tally: what came of the run.
        is_coloured: whether the terminal shows colours.
    """
    console = Console(file=io.StringIO(), width=WIDTH, force_terminal=is_coloured, highlight=False)
    if tally.stopped:
        console.print(f"[bold red]stopped[/]: {escape(tally.stopped)}")
    for result in tally.of(FAILED)[:MOST_FAILURES]:
        console.print(f"[red]failed[/] [bold]{escape(result.id)}[/] {escape(result.says)}")
        console.print(escape(_indented(result.why)))
    if (more := len(tally.of(FAILED)) - MOST_FAILURES) > 0:
        console.print(f"… and {more} more that failed; --json, --junit and --html name all")
    if unproved := Counter(result.why for result in tally.of(UNPROVED)):
        table = Table("not provable here", "tests", box=None, pad_edge=False)
        for why, number in unproved.most_common():
            table.add_row(escape(why), str(number))
        console.print(table)
    counts = ", ".join(f"{len(tally.of(verdict))} {verdict}" for verdict in (PROVED, FAILED, UNPROVED))
    console.print(f"{tally.about.get('name', 'no target')}: {counts}")
    if not (tally.of(PROVED) or tally.of(FAILED)):
        console.print("nothing was proved, which is no success")
    elif tally.about:
        console.print(tally.assumption)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines()[:6])
