import re
from pathlib import Path

import pytest

from feishu_okr.contract import Contract
from tests.conftest import ROOT

SEED_TABLE = [
    (500, 1009999, "Unknown error. Please contact Feishu Assistant or your customer success manager."),
    (500, 1009998, "system exception"),
    (400, 1001001, "Invalid parameters. Please check document and modify accordingly."),
    (400, 1001002, "No permission."),
    (400, 1001003, "User not found."),
    (400, 1001004, "OKR data not found."),
]
NEEDED = {
    1001001, 1001002, 1001003, 1001004, 1001005, 1001006, 1001007, 1001008, 1001009, 1009998, 1009999, 1000403,
    1000001,
    99991661, 99991663, 99991664, 99991665, 99991668, 99991669, 99991670, 99991671, 99991672, 99991673, 99991674,
    99991675, 99991676, 99991677, 99991679, 99991662, 99991543, 99991400, 99991401, 99991403, 99991300, 9499, 99992402,
    99992351, 99992352, 99992353, 99992354, 99992355, 99992356, 99992357, 99992358, 99992359, 99992360, 99992361,
    99992363, 99992364, 99992381, 2200, 10003, 10005, 10012, 10013, 10014, 10015, 10016, 20001, 20002, 20026, 20037,
    20048, 20050, 20064, 20072, 20073,
}  # fmt: skip


@pytest.mark.parametrize(("status", "code", "message"), SEED_TABLE)
def test_seed_table(contract: Contract, status: int, code: int, message: str) -> None:
    """The six codes of the vendor's page have its status and, in the default profile, its message."""
    effective = contract.effective(contract.ledger.profile())
    operation = contract.operations["okr.v1.progress_record.create"]
    entry = next(contract.catalog[name] for name in operation.refusals if contract.catalog[name].code == code)
    assert (entry.status, effective.text(entry.name)) == (status, message)


def test_known_codes(contract: Contract) -> None:
    """Every code that is documented for the API, its gateway and its token routes is in the catalog."""
    assert {entry.code for entry in contract.catalog.entries.values()} >= NEEDED


def test_short_family(contract: Contract) -> None:
    """The short family of messages is one switch away."""
    effective = contract.effective(contract.ledger.profile(switches=[("message_family", "short")]))
    assert effective.text("okr_data_not_found") == "okr data not found"
    assert effective.text("token_missing").startswith("Missing access token")


SUITE = ROOT / "contracts" / "feishu_okr" / "conformance"
"""Its expectations are literal on purpose: read from the catalog they would agree with any mistake there."""


def python_files() -> list[Path]:
    found = [path for folder in ("contracts", "mockserver") for path in (ROOT / folder).rglob("*.py")]
    return [path for path in found if not path.is_relative_to(SUITE)]


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_codes_live_in_the_catalog(contract: Contract, path: Path) -> None:
    """No Python file repeats a code or a message of the catalog."""
    text = path.read_text(encoding="utf-8")
    entries = contract.catalog.entries.values()
    assert not {entry.code for entry in entries if entry.code > 999} & {
        int(number) for number in re.findall(r"\d+", text)
    }
    messages = {message for entry in entries for message in entry.messages.values() if len(message) > 15}
    assert not {message for message in messages if message in text}
