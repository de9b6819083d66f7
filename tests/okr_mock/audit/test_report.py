from xml.etree import ElementTree

import pytest

from feishu_okr.contract import Contract
from okr_mock.audit import Auditor
from okr_mock.audit.finding import MOST_EVIDENCE, read_rules
from tests.conftest import RECORDS, Body, MakeClient
from tests.okr_mock.audit.conftest import Caller


def test_every_rule_has_its_words(contract: Contract) -> None:
    """Each rule of the table has a severity, a text, a sentence and advice in the data, in the same order."""
    auditor = Auditor(contract, contract.effective(contract.ledger.profile()))
    assert auditor.rules == tuple(read_rules())
    assert {rule.severity for rule in read_rules().values()} == {"error", "warning", "note"}


def test_junit(caller: Caller) -> None:
    """JUnit has a case a rule, those with findings fail, and nothing of a caller's breaks the XML."""
    odd: Body = {"\x00<&]]>\x1b": 1}
    caller.create(**odd)
    answer = caller.audit("junit")
    assert answer.headers["content-type"] == "application/xml"
    root = ElementTree.fromstring(answer.text)
    assert (root.get("tests"), root.get("failures")) == (str(len(read_rules())), "1")
    failed = [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None]
    assert failed == ["unknown_field"]


def test_text(caller: Caller) -> None:
    """The text names world, finding, exchanges and advice, one thing a line, and can move no cursor."""
    odd: Body = {"\x1b[2J\u202e": 1}
    caller.create(**odd)
    text = caller.audit("text").text
    assert text.splitlines()[0] == f"audit of world {caller.world}: 1 call, 1 finding"
    assert all(line.isprintable() for line in text.splitlines())


def test_an_evicted_journal_makes_it_partial(make_client: MakeClient, create_body: Body) -> None:
    """Where exchanges gave way to newer ones, every form says that the audit is partial."""
    caller = Caller(make_client(journal_exchanges=2), create_body)
    for title in ("1", "2", "3"):
        caller.create(title)
    report = caller.audit().json()
    assert (report["partial"], report["evicted"], report["calls"]) == (True, 1, 2)
    for form in ("text", "junit"):
        assert "partial: 1 older" in caller.audit(form).text


def test_evidence_is_bounded(caller: Caller) -> None:
    """A finding counts every time and names a hundred exchanges."""
    for _ in range(MOST_EVIDENCE + 5):
        caller.get(f"{RECORDS}/1?colour=red")
    found = {finding["rule"]: finding for finding in caller.findings()}["unknown_field"]
    assert (len(found["evidence"]), found["times"]) == (MOST_EVIDENCE, MOST_EVIDENCE + 5)


@pytest.mark.parametrize("query", ["format=xml", "colour=red"])
def test_wrong_questions(caller: Caller, query: str) -> None:
    """A form or parameter that there is not is an error that says which there are."""
    answer = caller.http.get(f"/__admin/audit?{query}")
    assert answer.status_code == 400
    assert query.split("=")[1] in answer.json()["error"] or "colour" in answer.json()["error"]


def test_a_world_that_nobody_called(caller: Caller) -> None:
    """The audit of a world without calls finds nothing and brings no world to life."""
    assert caller.audit().json() == {"world": caller.world, "calls": 0, "evicted": 0, "partial": False, "findings": []}
    assert caller.world not in caller.http.get("/__admin/worlds").text
