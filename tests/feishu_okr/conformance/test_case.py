"""Cases are well-formed, and together they ask for everything that the contract names."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from feishu_okr.conformance.capability import CAPABILITIES
from feishu_okr.conformance.case import Case, CaseError, outcomes, read_cases
from feishu_okr.conformance.knowledge import NAMES
from feishu_okr.conformance.probe import probes
from feishu_okr.conformance.test_cases import FILES
from feishu_okr.conformance.test_limits import SCOPES
from feishu_okr.contract import Contract
from feishu_okr.contract.reader import data_folder
from feishu_okr.contract.source import read

CASES = [case for stem in FILES for case in read_cases(stem)]
NOT_BY_A_CALL = {
    "system_exception": "a fault of the service",
    "internal_error": "a fault of the service",
    "oauth_server_error": "a fault of the service",
    "oauth_unavailable": "a fault of the service",
    "oauth_code_expired": "codes of the emulator do not expire",
    "oauth_refresh_token_revoked": "somebody must revoke it; a reset does",
    "oauth_app_not_installed": "a state of the app, as are the next ones",
    "oauth_app_not_enabled": "",
    "oauth_user_not_allowed": "",
    "oauth_user_not_found": "a state of the person",
    "oauth_user_status_invalid": "a state of the person",
    "oauth_refresh_not_allowed": "a state of the app's security settings",
    "oauth_request_malformed": "which body earns it is not known",
    "oauth_several_authentications": "which call earns it is not known",
}
"""Refusals that no call earns by what it says."""


def bodies() -> Iterator[Any]:
    for case in CASES:
        for step in case.steps:
            yield from (step.get("body"), step.get("form"), step["names"])
        yield case.bases


def within(value: Any) -> Iterator[Any]:
    yield value
    for item in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from within(item)


def codes(expect: Any) -> Iterator[int]:
    expect = outcomes()[expect] if isinstance(expect, str) else expect
    if "by" in expect:
        for name, wanted in expect.items():
            yield from codes(wanted) if name != "by" else ()
    elif "as" in expect:
        yield from codes(expect["as"])
    elif isinstance(expect.get("code"), int):
        yield expect["code"]


def write(tmp_path: Path, text: str) -> None:
    (tmp_path / "bases.yaml").write_text("{}", encoding="utf-8")
    (tmp_path / "broken.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("case", [*CASES, *probes().values()], ids=str)
def test_a_case_names_what_there_is(case: Case, contract: Contract) -> None:
    """A case says what it proves in one sentence, and names operations, claims, options and needs that there are."""
    claims = contract.ledger.claims
    assert case.says.endswith(".")
    assert {step["call"] for step in case.steps} <= contract.operations.keys()
    assert case.claims <= claims.keys()
    assert {need for need in case.needs if not need.startswith("knows:")} <= CAPABILITIES.keys()
    assert {need.removeprefix("knows:") for need in case.needs if need.startswith("knows:")} <= NAMES.keys()
    chosen = [value for step in case.steps for value in within(step.get("expect")) if isinstance(value, Mapping)]
    for choice in (value for value in chosen if "by" in value):
        assert choice.keys() - {"by"} == claims[choice["by"]].options.keys(), choice["by"]


def test_ids_are_unique() -> None:
    """No two cases have one id, or reports could not tell them apart."""
    assert len({case.id for case in CASES}) == len(CASES)


def test_every_claim_has_a_probe(contract: Contract) -> None:
    """Each claim of the ledger has a probe, and each probe a claim."""
    assert probes().keys() == contract.ledger.claims.keys()


def test_every_operation_is_carried_out(contract: Contract) -> None:
    """Each operation has a case in which it says yes."""
    good = {step["call"] for case in CASES for step in case.steps if 0 in codes(step.get("expect", "ok"))}
    assert good == contract.operations.keys()


def test_every_refusal_is_provoked(contract: Contract) -> None:
    """Each refusal that an operation names is earned by a case, but for those that no call can earn."""
    named = {name for operation in contract.operations.values() for name in operation.refusals}
    earned = {code for case in CASES for step in case.steps for code in codes(step.get("expect", "ok"))}
    missing = {name for name in named if contract.catalog.entries[name].code not in earned}
    assert missing == NOT_BY_A_CALL.keys()


def test_every_word_of_content_is_sent() -> None:
    """The matrix sends each member and each kind that the schemas of content know, but for what is answered only."""
    written = read(data_folder() / "schemas" / "content.yaml").value
    schemas = [value for value in within(written) if isinstance(value, Mapping)]
    members = [item for schema in schemas for item in schema.get("properties", {}).items()]
    known = {name for name, member in members if not member.get("readOnly")}
    known |= {word for schema in schemas for word in schema.get("enum", ()) if isinstance(word, str)}
    sent = {name for body in bodies() for value in within(body) if isinstance(value, Mapping) for name in value}
    sent |= {value for body in bodies() for value in within(body) if isinstance(value, str)}
    assert len(known) > 20
    assert known - sent == set()


def test_scopes_are_those_of_the_contract(contract: Contract) -> None:
    """The scopes that are tried are the contract's, of every operation that wants a token."""
    wanted = {name: list(found.scopes) for name, found in contract.operations.items() if not found.issues_tokens}
    assert wanted == SCOPES


def test_each_value_makes_a_case(tmp_path: Path) -> None:
    """An entry with `each` stands for one case a value, and needs what its values name."""
    write(
        tmp_path,
        "cases: [{id: a, each: {x: 1, y: '${person}'}, says: So., call: x, query: {q: '${each}'}}]",
    )
    assert [(case.id, "knows:person" in case.needs) for case in read_cases("broken", tmp_path)] == [
        ("broken.a.x", False),
        ("broken.a.y", True),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cases: [{id: a, says: So., expect: ok}]", "say either `call` or `steps`"),
        ("cases: [{id: a, says: So., call: x, steps: [{call: y}]}]", "say either `call` or `steps`"),
        ("cases: [{id: a, says: So., call: x}, {id: a, says: So., call: x}]", "two cases have one id"),
    ],
)
def test_a_broken_file_is_refused(text: str, says: str, tmp_path: Path) -> None:
    """A file whose entry cannot be played is refused with its name."""
    write(tmp_path, text)
    with pytest.raises(CaseError, match=f"broken.yaml.*{says}"):
        read_cases("broken", tmp_path)
