"""The forms in which an audit is told: JSON for programs, JUnit for CI, lines for people."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from xml.etree import ElementTree

from okr_mock.audit.auditor import Report
from okr_mock.audit.finding import Finding, read_rules

_SHOWN = 10


def as_json(report: Report) -> dict[str, Any]:
    """Tell an audit as a JSON value.

    Args:
        report: the audit.
    """
    return {
        "world": report.world,
        "calls": report.calls,
        "evicted": report.evicted,
        "partial": report.evicted > 0,
        "findings": [asdict(finding) for finding in report.findings],
    }


def as_junit(report: Report) -> bytes:
    """Tell an audit as JUnit XML: a test case a rule, which fails where it has findings.

    Args:
        report: the audit.
    """
    rules = read_rules()
    broken = {finding.rule for finding in report.findings}
    name = f"okr-mock audit of world {report.world}"
    counts = {"tests": str(len(rules)), "failures": str(len(broken)), "errors": "0", "skipped": "0"}
    suites = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(suites, "testsuite", {"name": _printable(name), **counts})
    for rule in rules.values():
        case = ElementTree.SubElement(suite, "testcase", {"classname": "okr_mock.audit", "name": rule.name})
        found = [finding for finding in report.findings if finding.rule == rule.name]
        if found:
            failure = ElementTree.SubElement(case, "failure", {"type": rule.severity, "message": rule.text})
            failure.text = "\n".join(_lines(found))
    if report.evicted:
        ElementTree.SubElement(suite, "system-out").text = _partial(report)
    return ElementTree.tostring(suites, "unicode", xml_declaration=False).encode()


def as_text(report: Report) -> str:
    """Tell an audit in lines.

    Args:
        report: the audit.
    """
    counts = f"{_counted(report.calls, 'call')}, {_counted(len(report.findings), 'finding')}"
    head = f"audit of world {report.world}: {counts}"
    partial = [_partial(report)] if report.evicted else []
    return "\n".join([_printable(head), *partial, *_lines(report.findings), ""])


def _counted(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _partial(report: Report) -> str:
    return f"partial: {report.evicted} older exchanges were no longer in the journal (--journal-exchanges)"


def _lines(findings: Iterable[Finding]) -> Iterable[str]:
    for finding in findings:
        numbers = ", ".join(f"#{n}" for n in finding.evidence[:_SHOWN])
        more = f" and {len(finding.evidence) - _SHOWN} more" if len(finding.evidence) > _SHOWN else ""
        times = f", {finding.times} times" if finding.times > 1 else ""
        where = finding.operation or "no operation"
        yield _printable(f"{finding.severity} {finding.rule} in {where}{times} (exchanges {numbers}{more})")
        yield _printable(f"  seen    {finding.seen}")
        yield f"  advice  {finding.advice}"


def _printable(text: str) -> str:
    """Escape what could move a cursor or is not allowed in XML; callers choose names of worlds and fields."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
