"""The watch: audits every world of a run for chosen rules, before its journal is forgotten."""

from collections.abc import Sequence
from dataclasses import replace

from okr_mock.audit.auditor import Auditor, Report
from okr_mock.audit.finding import read_rules
from okr_mock.exchange import Exchange
from okr_mock.scenario.shape import hint

ALL = "all"
MOST_REPORTS = 100


def asked_rules(asked: str) -> tuple[str, ...]:
    """Read a choice of rules.

    Args:
        asked: names with commas between, or `all`; "" for none.

    Raises:
        ValueError: there is no such rule; says which there are.
    """
    known = read_rules()
    names = [name.strip() for name in asked.split(",") if name.strip()]
    if unknown := [name for name in names if name not in known and name != ALL]:
        raise ValueError(f"--fail-on-audit: no rule {unknown[0]!r}; {hint(unknown[0], [ALL, *known])}")
    return tuple(known) if ALL in names else tuple(names)


class Watch:
    """Keeps what worlds were found to offend against.

    Args:
        auditor: knows the rules.
        rules: names of those that matter.
    """

    def __init__(self, auditor: Auditor, rules: Sequence[str]) -> None:
        self.auditor = auditor
        self._rules = rules
        self.reports: list[Report] = []
        self.further = 0

    def look(self, world: str, exchanges: Sequence[Exchange], evicted: int) -> None:
        """Audit a world whose journal ends here.

        Args:
            world: its name.
            exchanges: its exchanges, oldest first.
            evicted: how many gave way to newer ones.
        """
        if not self._rules or not exchanges:
            return
        report = self.auditor.audit(world, exchanges, evicted)
        findings = tuple(finding for finding in report.findings if finding.rule in self._rules)
        if findings and len(self.reports) < MOST_REPORTS:
            self.reports.append(replace(report, findings=findings))
        elif findings:
            self.further += 1
