import pytest

from feishu_okr.contract import Contract
from tests.conftest import ROOT


def test_every_claim_is_asked(contract: Contract) -> None:
    """No claim is idle: each is asked somewhere in the code, or patches the document or the catalog."""
    files = [path for folder in ("contracts", "mockserver") for path in (ROOT / folder).rglob("*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    idle = [
        claim.id
        for claim in contract.ledger.claims.values()
        if not claim.patches and f'profile["{claim.id}"]' not in code
    ]
    assert idle == []


def test_default_profile_is_the_defaults(contract: Contract) -> None:
    """The profile `documented` chooses every default."""
    profile = contract.ledger.profile()
    assert {claim.id: profile[claim.id] for claim in contract.ledger.claims.values()} == {
        claim.id: claim.default for claim in contract.ledger.claims.values()
    }


def test_later_switches_win(contract: Contract) -> None:
    """Single claims are decided over the profile, the last word counting."""
    profile = contract.ledger.profile("gateway", [("message_family", "long"), ("wrong_type", "invalid_parameters")])
    assert profile["message_family"] == "long"
    assert profile["wrong_type"] == "invalid_parameters"
    assert profile["broken_constraint"] == "field_validation_failed"


def test_equal_choices_share_validators(contract: Contract) -> None:
    """Equal profiles lead to the same compiled contract."""
    first, second = (contract.ledger.profile("gateway", [("delete_data", "empty")]) for _ in range(2))
    assert contract.effective(first) is contract.effective(second)


@pytest.mark.parametrize(
    ("name", "switches", "says"),
    [
        ("gatway", [], "no profile 'gatway'; did you mean 'gateway'"),
        ("documented", [("wrong_typ", "x")], "no claim 'wrong_typ'; did you mean 'wrong_type'"),
        ("documented", [("delete_data", "nothing")], "no option of delete_data 'nothing'; there are: absent, empty"),
    ],
)
def test_unknown_names(contract: Contract, name: str, switches: list[tuple[str, str]], says: str) -> None:
    """An unknown profile, claim or option is told with what there is."""
    with pytest.raises(ValueError, match=says):
        contract.ledger.profile(name, switches)
