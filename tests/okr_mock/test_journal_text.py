from typing import Any

from okr_mock.journal_text import MOST_CALLS, expectation_text, journal_text


def entry(n: int, **rest: Any) -> dict[str, Any]:
    """One call as the journal tells it."""
    told = {"n": n, "time": "2026-10-05T09:00:00.000Z", "operation": "okr.v1.x.get", "method": "GET", "path": "/x"}
    return {**told, "status": 200, "code": 0, "violations": [], "warnings": [], **rest}


def test_one_line_a_call() -> None:
    """A call is a line: number, time, operation, answer, step and fault."""
    text = journal_text([entry(1), entry(2, status=None, code=None, step="a#b", fault="reset")], 0)
    assert text.splitlines() == [
        "#1  09:00:00.000Z  okr.v1.x.get  200 code 0",
        "#2  09:00:00.000Z  okr.v1.x.get  left  step a#b  fault reset",
    ]


def test_no_operation() -> None:
    """A call that reached no operation is named by method and path."""
    assert "GET /x (no operation)  404" in journal_text([entry(1, operation=None, code=None, status=404)], 0)


def test_places() -> None:
    """What was wrong stands below with its place, and of much only the beginning."""
    violations = [{"place": "body", "pointer": f"/{n}", "description": "wrong"} for n in range(20)]
    warnings = [{"pointer": "/body/a", "text": "snake"}]
    lines = journal_text([entry(1, violations=violations, warnings=warnings)], 0).splitlines()
    assert lines[1] == "    body/0: wrong"
    assert lines[-2:] == ["    /body/a: snake", "    … 12 more"]


def test_long_lists_end() -> None:
    """Of a long list the newest calls are shown, and it is told how many came before, evicted ones included."""
    lines = journal_text([entry(n) for n in range(MOST_CALLS + 5)], 7).splitlines()
    assert lines[0] == "… 12 earlier calls"
    assert len(lines) == MOST_CALLS + 1
    assert journal_text([], 0) == "no call came"


def test_nothing_moves_the_cursor() -> None:
    """What callers send cannot move the cursor of a terminal."""
    text = journal_text([entry(1, operation=None, path="/\x1b[2J\n")], 0)
    assert "\x1b" not in text
    assert len(text.splitlines()) == 1


def test_expectations() -> None:
    """An expectation is told in words, with the world."""
    found = {"world": "w", "total": 0, "requests": [], "inconclusive": None}
    assert expectation_text("x", None, found, []) == "x: expected at least once, came never (world w)"
    assert expectation_text("x", 3, {**found, "total": 1}, []) == "x: expected 3 times, came once (world w)"
    doubt = {**found, "inconclusive": "2 exchanges were evicted"}
    assert expectation_text("x", 0, doubt, []) == (
        "x: inconclusive, 2 exchanges were evicted; expected never, found never (world w)"
    )
