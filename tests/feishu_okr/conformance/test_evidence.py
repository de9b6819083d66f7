"""Evidence becomes entries of a ledger, whose comments stay."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from feishu_okr.conformance.evidence import evidence_of, ledger_of, merge, stale, unverified
from feishu_okr.contract import ContractError, chosen_profile, load
from feishu_okr.contract.reader import data_folder

SHIPPED = data_folder() / "claims.yaml"
Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write an evidence file; claims with the options seen."""

    def make(target: str = "live", when: str = "2026-11-02", **seen: str | None) -> str:
        claims = {name: {"observed": option, "date": when, "log_ids": ["2026"] * 9} for name, option in seen.items()}
        path = tmp_path / "evidence.json"
        path.write_bytes(
            orjson.dumps({"version": 1, "target": target, "base": "gateway", "date": when, "claims": claims})
        )
        return str(path)

    return make


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("#")]


def test_a_new_ledger_begins_as_the_shipped_one(write: Write, tmp_path: Path) -> None:
    """Merged into no file, evidence gives the shipped ledger with its comments, the profile and entries learned."""
    into = tmp_path / "ledger.yaml"
    assert merge(write(delete_data="empty", key_order="as_written"), str(into)) == [
        "delete_data: empty",
        "key_order: as_written",
    ]
    ledger, shipped = ledger_of(str(into)), load().ledger
    assert comments(into.read_text(encoding="utf-8")) == comments(SHIPPED.read_text(encoding="utf-8"))
    assert ledger.profiles["learned"] == {"delete_data": "empty", "key_order": "as_written"}
    assert ledger.claims["delete_data"].status == "observed"
    entry = ledger.claims["delete_data"].evidence[-1]
    assert (entry["mark"], entry["for"], entry["date"], len(entry["log_ids"])) == ("observed", "empty", "2026-11-02", 5)
    assert ledger.claims["text_edges"] == shipped.claims["text_edges"]


def test_a_later_run_takes_the_place_of_an_earlier_one(write: Write, tmp_path: Path) -> None:
    """A claim has one entry of the suite, that of the last run; comments of one's own stay."""
    into = tmp_path / "ledger.yaml"
    merge(write(delete_data="empty"), str(into))
    into.write_text("# ours\n" + into.read_text(encoding="utf-8"), encoding="utf-8")
    merge(write(when="2026-12-24", delete_data="absent"), str(into))
    seen = [
        entry for entry in ledger_of(str(into)).claims["delete_data"].evidence if entry["source"] == "conformance_run"
    ]
    assert [(entry["for"], entry["date"]) for entry in seen] == [("absent", "2026-12-24")]
    assert into.read_text(encoding="utf-8").startswith("# ours\n")


def test_what_an_emulator_showed_was_not_seen_live(write: Write, tmp_path: Path) -> None:
    """Evidence of another target than live is measured, settles no status and leaves the claim unverified."""
    into = tmp_path / "ledger.yaml"
    merge(write(target="mock", text_edges="trim"), str(into))
    claim = ledger_of(str(into)).claims["text_edges"]
    assert claim.evidence[-1]["mark"] == "measured"
    assert claim.status == load().ledger.claims["text_edges"].status
    assert "text_edges" in unverified(ledger_of(str(into)))


def test_live_evidence_verifies_a_claim_until_it_is_old(write: Write, tmp_path: Path) -> None:
    """A claim that was seen live is no longer unverified, and stale once its observation is older than asked for."""
    into = tmp_path / "ledger.yaml"
    merge(write(text_edges="trim"), str(into))
    ledger = ledger_of(str(into))
    assert "text_edges" not in unverified(ledger)
    assert not any("text_edges" in told for told in stale(ledger, 90, {}, date(2027, 1, 30)))
    assert "text_edges: last seen 2026-11-02" in stale(ledger, 90, {}, date(2027, 2, 1))


def test_a_source_dates_evidence_that_has_no_date(tmp_path: Path) -> None:
    """An observation without a date is as old as its source."""
    ledger = load().ledger
    (claim,) = [claim for claim in ledger.claims.values() if any(e["mark"] == "observed" for e in claim.evidence)][:1]
    source = next(entry["source"] for entry in claim.evidence if entry["mark"] == "observed")
    assert f"{claim.id}: last seen 2020-02-02" in stale(ledger, 1, {source: "2020-02-02"}, date(2026, 1, 1))


def test_undecided_claims_settle_nothing(write: Write, tmp_path: Path) -> None:
    """A probe that did not decide leaves its claim as it was."""
    assert merge(write(text_edges=None), str(tmp_path / "ledger.yaml")) == []


def test_a_learned_profile_is_what_was_seen(write: Write) -> None:
    """`learned:FILE` chooses what was seen, the rest as the base of the run, and `--set` wins over both."""
    ledger = load().ledger
    learned = chosen_profile(ledger, f"learned:{write(text_edges='trim', key_order=None)}", [("delete_data", "empty")])
    expected = ledger.profile("gateway", [("text_edges", "trim"), ("delete_data", "empty")])
    assert (learned.name, learned.switches) == ("learned", expected.switches)


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        ({"no_such_claim": "x"}, "knows no claim 'no_such_claim'"),
        ({"text_edges": "blue"}, "text_edges has no option 'blue'"),
    ],
)
def test_evidence_of_another_ledger_is_refused(seen: dict[str, str], says: str, write: Write, tmp_path: Path) -> None:
    """Evidence that names what the ledger does not know changes no file."""
    into = tmp_path / "ledger.yaml"
    with pytest.raises(ValueError, match=says):
        merge(write(**seen), str(into))
    assert not into.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '"text"',
        "{}",
        '{"claims": []}',
        '{"claims": {"text_edges": 1}}',
        '{"claims": {"text_edges": {"observed": 1}}}',
    ],
)
def test_broken_evidence_is_refused(text: str, tmp_path: Path) -> None:
    """What is no evidence is refused with a sentence that says which file would be."""
    path = tmp_path / "evidence.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"evidence\.json .*okr-mock verify --evidence"):
        merge(str(path), str(tmp_path / "ledger.yaml"))


@pytest.mark.parametrize("text", ["a: 1", "[]", "", "{", "profiles: {}\nclaims: {text_edges: {says: x}}", "\t: x"])
def test_a_broken_ledger_is_refused(text: str, write: Write, tmp_path: Path) -> None:
    """A ledger file that is none is refused with its name, and stays as it is."""
    path = tmp_path / "old.yaml"
    path.write_text(text, encoding="utf-8")
    for use in (lambda: ledger_of(str(path)), lambda: merge(write(text_edges="trim"), str(path))):
        with pytest.raises(ContractError, match=r"old\.yaml"):
            use()
    assert path.read_text(encoding="utf-8") == text


def test_evidence_names_its_run() -> None:
    """Evidence tells the target and the profile that was expected, and sorts claims by name."""
    told: dict[str, Any] = evidence_of({"name": "live", "profile": "gateway"}, {"b": {}, "a": {}})
    assert (told["target"], told["base"], list(told["claims"])) == ("live", "gateway", ["a", "b"])
