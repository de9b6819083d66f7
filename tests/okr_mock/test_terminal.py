import io

import pytest
from starlette.testclient import TestClient

from okr_mock.app import create_app
from okr_mock.settings import Settings
from okr_mock.terminal import Terminal
from tests.conftest import RECORDS, Body


def watched(level: str) -> tuple[TestClient, io.StringIO]:
    """Make a client whose emulator prints to a stream."""
    stream = io.StringIO()
    app = create_app(Settings(), terminal=Terminal(stream, level))
    return TestClient(app, headers={"Authorization": "Bearer t-dev"}), stream


def test_a_line_a_call(create_body: Body) -> None:
    """A call is one line: time, method, path, status, code, world."""
    client, stream = watched("info")
    client.post(RECORDS, json=create_body)
    assert stream.getvalue()[8:] == f" POST   {RECORDS} 200 0 [default]\n"


def test_a_refusal_says_why(create_body: Body) -> None:
    """A refused call is told at level warning with the first reasons and how many more there are."""
    client, stream = watched("warning")
    client.post(RECORDS, json=create_body)
    client.post(RECORDS, json={"sorce_url": "x"})
    (line,) = stream.getvalue().splitlines()
    assert "400 1001001 [default] Invalid parameters." in line
    assert "source_title: source_title is required" in line
    assert "did you mean 'source_url'?" in line
    assert line.endswith("(+2)")


def test_silence(create_body: Body) -> None:
    """At level error no call is printed."""
    client, stream = watched("error")
    client.post(RECORDS, json={})
    assert stream.getvalue() == ""


@pytest.mark.parametrize("path", ["/%1b[31mred", "/a%0d%0aforged 200 0", "/%e2%80%aeevil"])
def test_nothing_moves_the_cursor(path: str) -> None:
    """Control characters and direction marks of a caller reach the terminal only escaped."""
    client, stream = watched("info")
    client.post(path)
    client.post(RECORDS, json={"\x1b[2J": 1, "\u202e": 2})
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


def test_a_closed_terminal_disturbs_nobody(create_body: Body) -> None:
    """Calls are answered when the stream is closed."""
    client, stream = watched("info")
    stream.close()
    assert client.post(RECORDS, json=create_body).json()["code"] == 0
