import logging

import pytest
from starlette.testclient import TestClient

from tests.conftest import RECORDS, Body


def test_a_line_a_call(client: TestClient, create_body: Body, caplog: pytest.LogCaptureFixture) -> None:
    """A call is one line: time, method, path, status, code, world."""
    caplog.set_level(logging.INFO)
    client.post(RECORDS, json=create_body)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "okr_mock.calls"]
    assert line[8:] == f" POST   {RECORDS} 200 0 [default]"


def test_a_refusal_says_why(client: TestClient, create_body: Body, caplog: pytest.LogCaptureFixture) -> None:
    """A refused call is told at level warning with the first reasons and how many more there are."""
    caplog.set_level(logging.WARNING)
    client.post(RECORDS, json=create_body)
    client.post(RECORDS, json={"sorce_url": "x"})
    (line,) = [record.getMessage() for record in caplog.records if record.name == "okr_mock.calls"]
    assert "400 1001001 [default] Invalid parameters." in line
    assert "source_title: source_title is required" in line
    assert "did you mean 'source_url'?" in line
    assert line.endswith("(+2)")


@pytest.mark.parametrize("path", ["/%1b[31mred", "/a%0d%0aforged 200 0", "/%e2%80%aeevil"])
def test_nothing_moves_the_cursor(client: TestClient, caplog: pytest.LogCaptureFixture, path: str) -> None:
    """Control characters and direction marks of a caller reach the terminal only escaped."""
    client.post(path)
    client.post(RECORDS, json={"\x1b[2J": 1, "\u202e": 2})
    assert all(record.getMessage().isprintable() for record in caplog.records if record.name == "okr_mock.calls")
