"""Reports of a difference say the same in every form, and can be sent to anybody."""

from xml.etree import ElementTree

import orjson
import yaml

from feishu_okr.conformance.difference.report import WRITERS, as_text
from feishu_okr.conformance.difference.row import Row
from feishu_okr.conformance.difference.run import Difference, Found, Pair, Split
from tests.feishu_okr.conformance.answers import GET, answer

TOKEN = "t-g1044qeGEDXTB6NDJOGV4JQCYDGHRBARFTGT1234"


def difference() -> Difference:
    """A difference with a claim, an explained row and one that nobody explains, whose values are hostile."""
    pair = Pair(answer({"code": 0, "data": {"x": 1}}), answer({"code": 0, "data": {"x": "2"}}), lasts=True)
    rows = [
        Found(Row("type", GET, "/data/x", "<script>alert(1)</script>", f"Bearer {TOKEN}"), (), ["v2.a"], [pair]),
        Found(Row("presence", GET, "/data", "{}", "absent"), ("delete_data",), ["records.b", "records.c"], [pair]),
    ]
    told = Difference("mock", "https://b.example", [Split("delete_data", ("absent",), ("empty",))], found=rows)
    told.says |= {"v2.a": "A.", "records.b": "B.", "records.c": "C.", "records.d": "D."}
    told.untold["key_order"] = "look alike there"
    told.left_out["not recorded: x"] = 3
    return told


def test_every_form_tells_everything() -> None:
    """Text, JSON, JUnit and page name claim, rows, cases and what was left out."""
    told = difference()
    text = as_text(told)
    assert "delete_data: A absent, B empty" in text
    assert "[unexplained] in v2.a" in text
    assert "[delete_data] in records.b, records.c" in text
    assert "3 cases left out: not recorded: x" in text
    assert "4 cases sent to both; they differ in 1 claims and 2 rows, 1 of them unexplained" in text
    assert "--set delete_data=empty" in text
    value = orjson.loads(WRITERS["json"](told))
    assert [row["unexplained"] for row in value["rows"]] == [True, False]
    assert (value["exit"], value["cases"], value["left_out"]) == (1, 4, {"not recorded: x": 3})
    suite = ElementTree.fromstring(WRITERS["junit"](told))
    failed = {case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None}
    assert failed == {"a", "b", "c", "delete_data"}
    page = WRITERS["html"](told).decode()
    assert all(word in page for word in ("delete_data", "/data/x", "v2.a", "unexplained"))


def test_nothing_in_a_report_acts_or_tells_a_secret() -> None:
    """What servers answer is text on the page, no markup, and no form shows a token."""
    told = difference()
    page = WRITERS["html"](told).decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    for form in ("html", "junit", "json"):
        assert TOKEN not in WRITERS[form](told).decode()
    assert TOKEN not in as_text(told)


def test_nothing_that_differs_is_one_line() -> None:
    """Two equal targets earn the count of cases and exit code 0."""
    told = Difference("mock", "mock", says={"records.a": "A."})
    assert as_text(told).splitlines()[-1].startswith("1 cases sent to both; they differ in 0 claims and 0 rows")
    assert told.exit == 0


def test_what_is_left_behind_is_no_success() -> None:
    """A live target with records that could not be deleted earns exit code 1 though nothing differs."""
    told = Difference("mock", "live", guards=[{"leftovers": ["7041430377642082323"]}])
    assert told.exit == 1


def test_the_patch_is_a_scenario() -> None:
    """The patch sets the claims as B has them, and changes what no claim explains."""
    scenario = yaml.safe_load(WRITERS["patch"](difference()))
    assert scenario["given"] == {"set": {"delete_data": "empty"}}
    assert [step["when"]["operation"] for step in scenario["steps"]] == [GET]
