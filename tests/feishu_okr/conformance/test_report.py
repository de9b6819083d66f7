"""Reports hold every result, whatever its texts are made of."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest

from feishu_okr.conformance.options import OPTIONS
from feishu_okr.conformance.report import WRITERS, write
from feishu_okr.conformance.summary import MOST_FAILURES, summary
from feishu_okr.conformance.tally import Tally
from tests.feishu_okr.conformance.results import tally

ALL = ("passed", "failed", "skipped")


def written(key: str, made: Tally) -> bytes:
    return WRITERS[key](made)


class Page(HTMLParser):
    """Collects what a page names and says."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_json_has_everything() -> None:
    """The JSON report has target, counts, claims and each result with its reason."""
    told = orjson.loads(written("json", tally(*ALL)))
    assert told["counts"] == {"failed": 1, "unproved": 1, "proved": 1}
    assert told["target"]["name"] == "mock"
    assert told["assumption"] == "3 assertions rest on 1 claims never seen live"
    assert told["claims"]["text_edges"] == {"expected": "keep", "observed": None, "seen_live": False, "tests": 1}
    assert [found["id"] for found in told["failed"]] == ["records.case1.x"]


def test_junit_is_read_by_xml_parsers() -> None:
    """JUnit parses whatever characters a reason has, counts right, and names each test by its case."""
    suite = ElementTree.fromstring(written("junit", tally(*ALL)))[0]
    assert {name: suite.get(name) for name in ("tests", "failures", "skipped", "errors")} == {
        "tests": "3",
        "failures": "1",
        "skipped": "1",
        "errors": "0",
    }
    cases = suite.findall("testcase")
    assert [(case.get("classname"), case.get("name")) for case in cases] == [
        ("feishu_okr.conformance.records", f"case{number}.x") for number in range(3)
    ]
    failure, skip = suite.find(".//failure"), suite.find(".//skipped")
    assert failure is not None
    assert skip is not None
    assert "\\x00" in (failure.text or "")
    assert skip.get("message") == "may not write there"


def test_the_page_needs_nothing_else() -> None:
    """The page loads nothing, runs nothing, escapes what it shows, and tells counts, reasons and the assumption."""
    page = Page(written("html", tally(*ALL)).decode())
    text = " ".join(" ".join(page.words).split())
    assert not page.tags & {"script", "img", "link", "iframe", "b"}
    assert page.addresses == []
    for wanted in (
        "<script>alert(1)</script>",
        "may not write there",
        "Says <b>0</b>.",
        "3 assertions rest on 1 claims",
    ):
        assert wanted in text
    assert not re.search(r"url\(|@import", written("html", tally()).decode())


def test_the_page_tells_what_was_left() -> None:
    """The page of a guarded run tells its calls and names each record that is still there."""
    made = tally("passed")
    made.guard = {"run": "0a1b2c3d", "host": "open.feishu.cn", "targets": ["7"], "calls": {"a": 2, "b": 3}, "writes": 3}
    made.guard |= {"records": 2, "images": 1, "leftovers": ["71"], "doubtful": ["72"]}
    text = " ".join(" ".join(Page(written("html", made).decode()).words).split())
    assert "Run 0a1b2c3d against open.feishu.cn : 5 calls, 3 of them may write; 2 records written to 7" in text
    assert "Not deleted: 71" in text
    assert "may be somebody else's: 72" in text


@pytest.mark.parametrize("key", WRITERS)
@pytest.mark.parametrize("made", [tally(*ALL), Tally(), tally("skipped")], ids=["some", "none", "unproved"])
def test_no_report_shows_a_token(key: str, made: Tally) -> None:
    """Each report can be written of any run, and none shows a token of a failure."""
    assert b"t-0123456789abcdef" not in written(key, made)


def test_files_are_written_as_asked(tmp_path: Path) -> None:
    """Each option that names a file has it written, the others write none."""
    values: dict[str, Any] = {option.key: option.default for option in OPTIONS}
    write(tally(*ALL), values | {"json": str(tmp_path / "a.json"), "junit": str(tmp_path / "a.xml")})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "a.xml"]


def test_the_summary_tells_what_matters() -> None:
    """The end of a run names what failed and why, what was not provable and why, the counts and the assumption."""
    text = summary(tally(*ALL), is_coloured=False)
    for wanted in (
        "records.case1.x",
        "alert(1)",
        "may not write there",
        "mock: 1 proved, 1 failed, 1 not provable here",
    ):
        assert wanted in text
    assert "3 assertions rest on 1 claims never seen live" in text
    assert "nothing was proved" in summary(tally("skipped"), is_coloured=False)
    assert "stopped: why" in summary(Tally(stopped="why"), is_coloured=False)


def test_many_failures_are_cut() -> None:
    """After so many failures the summary says how many more there are, and where they are named."""
    assert "and 3 more that failed" in summary(tally(*["failed"] * (MOST_FAILURES + 3)), is_coloured=False)
