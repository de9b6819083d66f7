"""Golden cases, the content matrix and stories, as `cases/` writes them."""

from typing import Any

import pytest

from feishu_okr.conformance.case import Case, read_cases
from feishu_okr.conformance.conftest import Tell
from feishu_okr.conformance.story import ScopeMissing

FILES = ("tokens", "records", "content", "refusals", "okrs", "v2", "periods", "images", "stories")


@pytest.mark.parametrize("case", [case for stem in FILES for case in read_cases(stem)], ids=str)
def test_case(case: Case, tell: Tell, notes: dict[str, Any]) -> None:
    """The answers to a case are what the contract, under the profile that is expected, says of them."""
    story = tell(case)
    try:
        wrong = story.play()
    except ScopeMissing as missing:
        pytest.skip(str(missing))
    finally:
        notes["claims"] = sorted(case.claims | story.rests_on)
        notes["checked"] = story.checked
    assert not wrong, "\n".join(wrong)
