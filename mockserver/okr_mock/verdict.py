"""The verdict: what a run comes to when the server ends, and whether it was good enough."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from okr_mock.app import App
from okr_mock.journal import NO_WORLD
from okr_mock.settings import Settings, SettingsError


def check(settings: Settings) -> None:
    """See that what is wanted of a run can be had; rules of the audit are looked at where the emulator is made.

    Args:
        settings: what is wanted.

    Raises:
        SettingsError: a share is none.
    """
    if not 0 <= settings.min_code_coverage <= 1:
        raise SettingsError(
            f"--min-code-coverage {settings.min_code_coverage:g}: give a share from 0 to 1, such as 0.8"
        )


class Said(NamedTuple):
    """Something to say at the end.

    Args:
        text: for people.
        told: the same for programs; `message` is its heading.
    """

    text: str
    told: Mapping[str, Any]


class Verdict(NamedTuple):
    """What a run comes to.

    Args:
        said: what to say, in order.
        is_good: whether it was good enough.
    """

    said: Sequence[Said]
    is_good: bool


def judge(app: App, settings: Settings) -> Verdict:
    """Say what the run comes to.

    Args:
        app: the emulator, which no longer serves.
        settings: what is wanted.
    """
    offences = asyncio.run(_offences(app)) if settings.fail_on_audit else []
    covered = app.coverage.covered() if settings.coverage or settings.min_code_coverage else None
    if covered is None:
        return Verdict(offences, not offences)
    from okr_mock.coverage import report as coverage_report

    said = [
        Said(coverage_report.as_text(covered), {"message": "coverage", "coverage": coverage_report.as_json(covered)})
    ]
    lack = _lack(covered.code_ratio, settings.min_code_coverage)
    said += [Said(f"okr-mock: {lack}\n", {"message": lack})] if lack else []
    return Verdict([*said, *offences], not (lack or offences))


def _lack(ratio: float | None, least: float) -> str:
    """Say that too few codes were met; "" where there were enough."""
    if not least or (ratio is not None and ratio >= least):
        return ""
    met = "no operation was called" if ratio is None else f"{ratio:.1%} of the codes were met"
    return f"{met}, and --min-code-coverage wants {least:.1%}"


async def _offences(app: App) -> list[Said]:
    """Tell of every world whose callers offended against a rule, the worlds that are gone among them."""
    store, watch = app.emulator.store, app.watch
    for world in [*(facts.name for facts in await store.worlds()), NO_WORLD]:
        page = await store.journal(world)
        watch.look(world, page.exchanges, page.evicted)
    from okr_mock.audit import report as audit_report

    said = [
        Said(audit_report.as_text(report), {"message": "audit", "audit": audit_report.as_json(report)})
        for report in watch.reports
    ]
    further = f"findings in {watch.further} further worlds"
    return [*said, Said(f"okr-mock: {further}\n", {"message": further})] if watch.further else said
