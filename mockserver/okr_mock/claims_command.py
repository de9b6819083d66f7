"""What `okr-mock claims` does with evidence and with the age of what is known."""

from datetime import UTC, datetime

import click

from feishu_okr.contract import load_sources


def merge_evidence(evidence: str, into: str) -> None:
    """Write evidence into a ledger and tell what was settled.

    Args:
        evidence: file that a run of the contract suite wrote.
        into: ledger file.
    """
    from feishu_okr.conformance.evidence import merge
    from feishu_okr.conformance.verify import NotInstalledError

    try:
        settled = merge(evidence, into)
    except NotInstalledError as error:
        raise click.ClickException(str(error)) from error
    click.echo("\n".join([*settled, f"{len(settled)} claims written into {into}"]))


def ask_ledger(file: str, days: str, never: bool) -> None:
    """Tell which claims nobody has seen live, or not lately; exit code 1 where there are any.

    Args:
        file: ledger file, "" for the shipped one.
        days: how old an observation may be, such as `90d`, or "".
        never: whether claims that were never observed are asked for.
    """
    from feishu_okr.conformance import evidence

    number = days.removesuffix("d")
    if days and not number.isdecimal():
        raise click.BadParameter(f"{days}: say days, such as 90d", param_hint="--stale")
    ledger = evidence.ledger_of(file)
    found = [f"{name}: never seen live" for name in evidence.unverified(ledger)] if never else []
    if days:
        dates = {name: source["date"] for name, source in load_sources().items()}
        found += evidence.stale(ledger, int(number), dates, datetime.now(UTC).date())
    click.echo("\n".join(found) if found else "every claim that was asked for was seen live, and lately enough")
    if found:
        raise click.exceptions.Exit(1)
