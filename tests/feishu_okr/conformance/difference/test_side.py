"""Sides are named in one word; what is no side is said in one sentence."""

import pytest

from feishu_okr.conformance.difference.side import side_values


def test_profile_switches_and_scenario_go_together() -> None:
    """After `mock:` stand a profile, claims with their options and scenario files, in any order."""
    values = side_values("mock:gateway,key_order=as_written,patch.yaml,delete_data=empty", {})
    assert (values["target"], values["profile"]) == ("mock", "gateway")
    assert values["set"] == ("key_order=as_written", "delete_data=empty")
    assert values["serve_command"].endswith("serve --scenario patch.yaml")


def test_a_learned_profile_keeps_its_colon() -> None:
    """A profile learned of evidence is named as everywhere else."""
    assert side_values("mock:learned:evidence.json", {})["profile"] == "learned:evidence.json"


@pytest.mark.parametrize("text", ["", "moc", "mock:", "mock:gateway,documented", "ftp://x"])
def test_what_is_no_side_is_said(text: str) -> None:
    """A word that names no target earns the list of those that do."""
    with pytest.raises(ValueError, match="mock:PROFILE"):
        side_values(text, {})
