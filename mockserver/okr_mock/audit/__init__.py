"""The audit: what the exchanges of a world say about their caller."""

from okr_mock.audit.auditor import Auditor, Report
from okr_mock.audit.finding import Finding
from okr_mock.audit.watch import Watch, asked_rules

__all__ = ["Auditor", "Finding", "Report", "Watch", "asked_rules"]
