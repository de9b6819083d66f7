"""The tally of a run: what was proved, what failed, what could not be proved there and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from feishu_okr.conformance.exchange import redacted_text
from feishu_okr.contract import Ledger, load

PROVED, FAILED, UNPROVED = "proved", "failed", "not provable here"


def has_left(guard: Mapping[str, Any]) -> bool:
    """Say whether a guarded run may have left something at its target.

    Args:
        guard: what the guard tells as JSON.
    """
    return bool(guard["leftovers"] or guard["doubtful"])


@dataclass(frozen=True)
class Result:
    """What came of one test.

    Args:
        id: its stable name.
        says: what it is to prove.
        verdict: `proved`, `failed` or `not provable here`.
        why: what is wrong, or why it cannot be proved.
        claims: claims it rests on.
        checked: how many answers were compared.
        seconds: how long it took.
    """

    id: str
    says: str
    verdict: str
    why: str = ""
    claims: tuple[str, ...] = ()
    checked: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Resting:
    """What rests on a claim.

    Args:
        id: the claim.
        says: the claim itself.
        expected: the option that was expected.
        observed: the option that the target showed; "" where its probe did not run or did not decide.
        is_seen_live: whether the ledger has an observation of the expected option.
        results: what was proved under it.
    """

    id: str
    says: str
    expected: str
    observed: str
    is_seen_live: bool
    results: list[Result]


@dataclass
class Tally:
    """All results of a run.

    Args:
        results: in the order of the run.
        evidence: what probes saw, by claim.
        about: the target: `name` and `switches`.
        stopped: why the run ended before its end, or "".
        exit: exit code of the run.
        guard: what a guarded run did to its target; None for any other.
    """

    results: list[Result] = field(default_factory=list)
    evidence: dict[str, Any] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    stopped: str = ""
    exit: int = 0
    guard: dict[str, Any] | None = None

    def count(self, noted: Mapping[str, Any], report: Any) -> None:
        """Count what came of a test.

        Args:
            noted: what the test noted.
            report: pytest's report of it.
        """
        verdict = {"passed": PROVED, "failed": FAILED, "skipped": UNPROVED}[report.outcome]
        why = {PROVED: "", FAILED: _failure(report), UNPROVED: _skip(report)}[verdict]
        why = redacted_text(why) if verdict == FAILED else why  # why a test was left out is in our own words
        why = why.encode("utf-8", "backslashreplace").decode()  # a lone surrogate would end every report
        self.about = noted.get("about", self.about)
        self.evidence |= noted.get("evidence", {})
        claims = tuple(sorted(noted.get("claims", ())))
        checked = noted.get("checked", 0)
        self.results.append(
            Result(noted["id"], noted.get("says", ""), verdict, why, claims, checked, round(report.duration, 4))
        )

    def of(self, verdict: str) -> list[Result]:
        """List the results of one kind.

        Args:
            verdict: the kind.
        """
        return [result for result in self.results if result.verdict == verdict]

    @property
    def exit_code(self) -> int:
        """0: all that could be proved was; 1: something failed or was left there; 2: nothing was proved, or stopped."""
        if self.stopped:
            return 2
        return 1 if self.of(FAILED) or (self.guard and has_left(self.guard)) else 0 if self.of(PROVED) else 2

    @property
    def claims(self) -> list[Resting]:
        """Tell of every claim what was expected and seen of it, and what rests on it."""
        ledger = load().ledger
        return [
            Resting(
                claim,
                ledger.claims[claim].says,
                option,
                self.evidence.get(claim, {}).get("observed") or "",
                is_seen_live(ledger, claim, option),
                [result for result in self.of(PROVED) if claim in result.claims],
            )
            for claim, option in self.about.get("switches", {}).items()
        ]

    @property
    def assumption(self) -> str:
        """Say how much rests on options of claims that nobody saw live."""
        unseen = [claim for claim in self.claims if claim.results and not claim.is_seen_live]
        resting = {result.id: max(1, result.checked) for claim in unseen for result in claim.results}
        return f"{sum(resting.values())} assertions rest on {len(unseen)} claims never seen live"


def _failure(report: Any) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text: str = crash.message if crash else report.longreprtext
    return text.removeprefix("AssertionError: ").split("\nassert ")[0]


def _skip(report: Any) -> str:
    return str(report.longrepr[2]).removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""


def is_seen_live(ledger: Ledger, claim: str, option: str) -> bool:
    """Say whether the ledger has an observation of an option.

    Args:
        ledger: knows the evidence.
        claim: the claim.
        option: one of its options.
    """
    evidence: tuple[Mapping[str, Any], ...] = ledger.claims[claim].evidence
    return any(entry["mark"] == "observed" and entry.get("for") == option for entry in evidence)
