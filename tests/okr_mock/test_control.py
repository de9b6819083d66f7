import socket
from collections.abc import Iterator

import pytest

from okr_mock.control import Control, ControlError
from okr_mock.mock_server import RunningServer
from tests.conftest import Serve


@pytest.fixture
def control(okr_server: RunningServer) -> Control:
    """The control routes of the session's emulator."""
    return okr_server.control


@pytest.fixture
def deaf() -> Iterator[str]:
    """URL of a port on which nobody answers."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"


def test_refusals_speak(control: Control) -> None:
    """A refusal is told in the route's own words, with its status."""
    with pytest.raises(ControlError, match="there is no world 'none'") as error:
        control.get("worlds/none")
    assert error.value.status == 404


def test_nobody_answers(deaf: str) -> None:
    """Where nobody answers the error says who was asked for what."""
    with pytest.raises(ControlError, match=f"GET {deaf}/__admin/worlds: no answer of an emulator") as error:
        Control(deaf).get("worlds")
    assert error.value.status == 0


def test_no_control_routes(serve: Serve) -> None:
    """A server without control routes is told apart from one that refuses."""
    with pytest.raises(ControlError, match="no answer of an emulator"):
        Control(serve("--no-admin")).get("worlds")


def test_token(serve: Serve) -> None:
    """The admin token opens the routes and is shown nowhere."""
    url = serve("--admin-token", "hush-hush")
    assert Control(url, "hush-hush").get("version")["name"] == "feishu-okr-mock"
    with pytest.raises(ControlError, match="admin token") as error:
        Control(url, "wrong").get("version")
    assert "wrong" not in str(error.value)
    assert "hush" not in repr(Control(url, "hush-hush"))


def test_past_proxies(control: Control, deaf: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment is not asked about a server of a test."""
    monkeypatch.setenv("http_proxy", deaf)
    assert control.get("version")["name"] == "feishu-okr-mock"
