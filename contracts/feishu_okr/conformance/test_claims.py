"""Every claim of the ledger, probed."""

from typing import Any

import pytest

from feishu_okr.conformance.conftest import Tell
from feishu_okr.conformance.probe import ask, probes
from feishu_okr.conformance.target import Target

WORDING = ("message_family",)
"""Claims about texts, which are no contract: another text shows neither option, and is no failure."""


@pytest.mark.parametrize("claim", probes())
def test_claim(claim: str, target: Target, tell: Tell, notes: dict[str, Any]) -> None:
    """The target shows the option of a claim that is expected of it; what it shows is written down as evidence."""
    case = probes()[claim]
    verdict = ask(claim, tell(case))
    notes["claims"], notes["checked"] = [claim], len(verdict.answers)
    notes["evidence"] = {claim: verdict.evidence()}
    if not verdict.observed and (verdict.candidates or claim in WORDING):
        pytest.skip(f"{claim}: {verdict.why}")
    assert verdict.observed, f"{claim}: {verdict.why}"
    expected = target.profile[claim]
    assert verdict.observed == expected, f"drift: the target shows {verdict.observed}, expected {expected}"
