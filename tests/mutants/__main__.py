"""`make mutants`: whether the conformance suite notices what is wrong, and minds only that."""

import os
import sys
from collections.abc import Sequence

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.mutants.deviation import Deviation, allowed, mutants
from tests.mutants.trial import Verdict, commit, sample, trials

WANTED = 0.95
"""Share of the mutants that must be caught."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1)
@click.option("--sample", "size", type=click.IntRange(1), help="Try so many mutants, drawn by --seed.")
@click.option("--seed", default=commit, help="Draws the sample; the commit by default.")
@click.option("--generated", default=5, show_default=True, help="Generated calls an operation; 0 is quick.")
@click.option("--workers", default=os.cpu_count() or 1, show_default=True, help="Suites that run at once.")
def main(names: tuple[str, ...], size: int | None, seed: str, generated: int, workers: int) -> None:
    """Try the mutants and allowed deviations NAMES, all by default, and print who caught them."""
    wrong, right = _chosen(names, size, seed)
    console = Console(width=None if sys.stdout.isatty() else 160)
    if size:
        console.print(f"seed {seed}: {' '.join(deviation.id for deviation in wrong)}")
    found = trials([*wrong, *right], generated, workers)
    seen = track(found, "trying", len(wrong) + len(right), console=Console(stderr=True), transient=True)
    verdicts = {verdict.deviation.id: verdict for verdict in seen}
    caught = [verdicts[deviation.id] for deviation in wrong]
    minded = [verdicts[deviation.id] for deviation in right]
    console.print(_table("mutant", caught), _table("allowed deviation", minded))
    score = sum(verdict.is_caught for verdict in caught)
    refused = [verdict for verdict in minded if verdict.exit != 0]
    console.print(
        f"{score} of {len(caught)} mutants caught; {len(refused)} of {len(minded)} allowed deviations refused"
    )
    sys.exit(score < WANTED * len(caught) or bool(refused))


def _chosen(names: Sequence[str], size: int | None, seed: str) -> tuple[list[Deviation], list[Deviation]]:
    wrong, right = mutants(), allowed()
    if unknown := set(names) - wrong.keys() - right.keys():
        raise click.UsageError(f"there is no deviation {min(unknown)!r}; see mutants.yaml and allowed.yaml")
    if names:
        return [wrong[name] for name in names if name in wrong], [right[name] for name in names if name in right]
    return sample(list(wrong.values()), size, seed) if size else list(wrong.values()), list(right.values())


def _table(title: str, verdicts: Sequence[Verdict]) -> Table:
    table = Table(title, "what differs", "exit", "first test that failed", box=None)
    for verdict in verdicts:
        table.add_row(verdict.deviation.id, verdict.deviation.says, str(verdict.exit), verdict.test or verdict.why[:80])
    return table


if __name__ == "__main__":
    main()
