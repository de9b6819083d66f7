"""The tally decides how a run ends and what it rests on."""

import pytest

from feishu_okr.conformance.tally import FAILED, UNPROVED, Tally, is_seen_live
from feishu_okr.contract import load
from tests.feishu_okr.conformance.results import tally


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        (["passed"], 0),
        (["passed", "skipped"], 0),
        (["passed", "failed", "skipped"], 1),
        (["failed"], 1),
        (["skipped"], 2),
        ([], 2),
    ],
)
def test_a_run_that_proved_nothing_is_no_success(outcomes: list[str], code: int) -> None:
    """0 for what was proved, 1 for any failure, 2 where nothing was proved."""
    assert tally(*outcomes).exit_code == code


def test_a_run_that_was_stopped_is_no_success() -> None:
    """A run that was stopped ends with 2, whatever it proved before."""
    stopped = tally("passed", "failed")
    stopped.stopped = "the budget is spent"
    assert stopped.exit_code == 2


def test_reasons_are_told_without_secrets() -> None:
    """A failure is told by its own words, a skip by its sentence, neither with a token in it."""
    told = tally("failed", "skipped")
    (failed,), (skipped,) = told.of(FAILED), told.of(UNPROVED)
    assert failed.why.startswith("<script>alert(1)</script>")
    assert "t-0123456789abcdef" not in failed.why
    assert "assert 1 == 2" not in failed.why
    assert skipped.why == "may not write there"


def test_assumptions_are_counted() -> None:
    """What was proved under an option that nobody saw live is counted by its comparisons, what failed is not."""
    assert tally("passed", "passed").assumption == "3 assertions rest on 1 claims never seen live"
    assert tally("failed", "passed").assumption == "0 assertions rest on 0 claims never seen live"
    assert Tally().assumption == "0 assertions rest on 0 claims never seen live"


def test_only_the_observed_option_was_seen_live() -> None:
    """An observation of one option says nothing of another, and a page's word is no observation."""
    ledger = load().ledger
    assert is_seen_live(ledger, "key_order", "alphabetical")
    assert not is_seen_live(ledger, "key_order", "as_written")
    assert not is_seen_live(ledger, "text_edges", "keep")


def test_evidence_is_gathered() -> None:
    """What probes noted is kept by claim, and shown beside what was expected."""
    seen = tally("passed", evidence={"text_edges": {"observed": "trim"}})
    assert {(claim.id, claim.expected, claim.observed) for claim in seen.claims} == {
        ("text_edges", "keep", "trim"),
        ("key_order", "alphabetical", ""),
    }
