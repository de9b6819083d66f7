"""The page: results for people, one file that needs nothing else."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from feishu_okr.conformance.tally import FAILED, PROVED, UNPROVED, Result, Tally

TEMPLATE = Path(__file__).with_name("page.html.j2")


def page(tally: Tally) -> bytes:
    """Write the results as a page.

    Args:
        tally: what came of the run.
    """
    from jinja2 import Environment, StrictUndefined

    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    proved, failed, unproved = (tally.of(verdict) for verdict in (PROVED, FAILED, UNPROVED))
    text: str = template.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        name=tally.about.get("name", "none"),
        profile=tally.about.get("profile", "none"),
        stopped=tally.stopped,
        exit=tally.exit,
        proved=_by_room(proved),
        failed=failed,
        unproved=_by_reason(unproved),
        counts={"proved": len(proved), "failed": len(failed), "not provable here": len(unproved)},
        claims=tally.claims,
        assumption=tally.assumption,
        guard=tally.guard,
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    return text.encode()


def _by_room(results: Iterable[Result]) -> Mapping[str, list[Result]]:
    def room(result: Result) -> str:
        return result.id.replace("/", ".").partition(".")[0]

    return {name: list(found) for name, found in groupby(sorted(results, key=room), key=room)}


def _by_reason(results: Iterable[Result]) -> Mapping[str, list[Result]]:
    def why(result: Result) -> str:
        return result.why

    return {name: list(found) for name, found in groupby(sorted(results, key=why), key=why)}
