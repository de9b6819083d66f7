"""Sessions find their target, or say in one sentence why there is none."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from feishu_okr.conformance.capability import CAPABILITIES, lacking
from feishu_okr.conformance.knowledge import NAMES, of_fixture
from feishu_okr.conformance.options import OPTIONS
from feishu_okr.conformance.session import open_session
from feishu_okr.conformance.target import App, Target
from feishu_okr.conformance.verify import run
from feishu_okr.conformance.wire import Answer, Request, StopRun
from feishu_okr.contract import Contract
from okr_mock.world.fixture_file import default_fixture
from tests.conftest import Serve
from tests.feishu_okr.conformance.answers import answer

USUAL: dict[str, Any] = {option.key: option.default for option in OPTIONS}
(DECLARED,) = default_fixture().document["apps"]
STRICT = {"FEISHU_APP_ID": DECLARED["id"], "FEISHU_APP_SECRET": DECLARED["secret"]}


@pytest.fixture(scope="module")
def web_page() -> Iterator[str]:
    """Address of a server that is no Feishu."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"target": "nonsense"}, "--target nonsense: say mock, live, recording:DIR, or a URL"),
        ({"target": "http://"}, "--target http://: say mock"),
        ({"generated": -1}, "--generated -1"),
        ({"know": ("okr",)}, "--know okr: write NAME=ID"),
        ({"know": ("nobody=1",)}, "NAME is one of"),
        ({"set": ("key_order",)}, "--set key_order: write CLAIM=OPTION"),
        ({"set": ("key_ordre=alphabetical",)}, "did you mean 'key_order'"),
        ({"set": ("key_order=blue",)}, "no option of key_order 'blue'"),
        ({"profile": "documentd"}, "did you mean 'documented'"),
        ({"profile": "learned:/no/such/file"}, "cannot be read"),
        ({"without": ("flying",)}, "--without flying: there is no such capability"),
        ({"html": "/"}, "--html /: this is no file"),
        ({"json": f"{Path(__file__)}/a.json"}, "the folder cannot be made"),
        ({"ca_file": "/no/such/ca.pem"}, "--ca-file"),
        ({"serve_command": "no-such-command"}, "cannot be started with 'no-such-command'"),
        ({"serve_command": "true"}, "the emulator did not start"),
    ],
    ids=str,
)
def test_a_wrong_option_is_told_before_anything_runs(values: dict[str, Any], says: str) -> None:
    """A mistake in the options is one sentence, and no test runs."""
    with pytest.raises(ValueError, match=says.replace("(", r"\(")):
        run(values)


def test_a_target_that_is_not_there_is_told() -> None:
    """An address where nobody listens ends the run with a sentence."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ValueError, match="the target does not answer"):
            run({"target": f"http://127.0.0.1:{taken.getsockname()[1]}"})


def test_a_target_that_is_no_feishu_is_told(web_page: str) -> None:
    """A server of another kind ends the run, rather than fail every test."""
    with pytest.raises(ValueError, match="is no Feishu API: HTTP 200 without the header X-Tt-Logid"):
        run({"target": web_page})


def test_wrong_credentials_are_told(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that the target does not take end the run, and are not shown."""
    for name, value in STRICT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("FEISHU_APP_SECRET", "not-the-secret")
    with pytest.raises(ValueError, match=r"FEISHU_APP_SECRET are not taken.*code 10014") as told:
        run({"target": serve("--auth", "strict")})
    assert "not-the-secret" not in str(told.value)


def test_an_emulator_tells_what_it_can(emulator_url: str) -> None:
    """An open emulator has every capability but enforced secrets, its own profile, and something for every name."""
    session = open_session(USUAL | {"target": emulator_url, "without": ("write",), "know": ("okr=7",)})
    target = session.target
    assert target.capabilities == CAPABILITIES.keys() - {"enforce", "write"}
    assert target.known.keys() == NAMES.keys()
    assert target.known["okr"] == "7"
    assert target.profile["key_order"] == "alphabetical"
    session.close()


def test_an_emulator_that_enforces_secrets_is_one_world(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """With declared apps all tests share one app and one token; without credentials nothing that wants one is tried."""
    url = serve("--auth", "strict", "--profile", "gateway")
    values = USUAL | {"target": url}
    for name in STRICT:
        monkeypatch.delenv(name, raising=False)
    session = open_session(values)
    assert session.target.capabilities == {"steer"}
    assert not session.target.known
    session.close()
    for name, value in STRICT.items():
        monkeypatch.setenv(name, value)
    session = open_session(values)
    target = session.target
    assert target.capabilities == CAPABILITIES.keys() - {"isolate", "enforce"}
    assert target.caller().token("tenant") == target.caller().token("tenant")
    assert target.profile.name == "gateway"
    session.close()
    again = open_session(values)  # the codes of the people are used up
    assert again.target.capabilities == target.capabilities - {"user", "other_user"}
    again.close()


def test_a_made_up_company_has_every_name() -> None:
    """The default fixture has something for each name that cases use; an empty one has nothing."""
    assert of_fixture(default_fixture().document).keys() == NAMES.keys()
    assert of_fixture({}) == {}


def test_what_is_lacking_is_a_sentence() -> None:
    """A capability or name that is missing is told; what is there is not."""
    assert lacking({"write", "knows:okr"}, frozenset({"write"}), {"okr"}) == ""
    assert lacking({"write"}, frozenset(), set()) == CAPABILITIES["write"]
    assert lacking({"knows:okr"}, frozenset(), set()) == "knows no okr; name one with --know okr=ID"


class Tokens:
    """A wire whose tokens live so many seconds."""

    def __init__(self, life: Any) -> None:
        self.life = life
        self.asked = 0

    def send(self, request: Request) -> Answer:
        """Give a new token."""
        self.asked += 1
        body = {"code": 0, "msg": "ok", "expire": self.life, "tenant_access_token": f"t-{self.asked}"}
        return answer(body, operation=request.operation)

    def close(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize(("life", "asked"), [(7200, 1), (30, 3), ("7200", 3)])
def test_a_token_is_asked_for_when_its_life_ends(life: Any, asked: int, contract: Contract) -> None:
    """Callers of one app share its token while it lives; of a life that is no number nothing is believed."""
    wire = Tokens(life)
    target = Target("t", wire, contract, contract.ledger.profile(), frozenset(), {}, App("cli_x", "secret"))
    for _ in range(3):
        target.caller().token("tenant")
    assert wire.asked == asked


def test_callers_of_apps_of_their_own_share_nothing(contract: Contract) -> None:
    """Where every caller is an app of its own, each asks for its own token; no repr shows one."""
    wire = Tokens(7200)
    target = Target("t", wire, contract, contract.ledger.profile(), frozenset(), {})
    callers = [target.caller(), target.caller()]
    assert callers[0].app.id != callers[1].app.id
    assert [caller.token("tenant") for caller in callers] == ["t-1", "t-2"]
    assert "t-1" not in repr(callers)


def test_control_that_fails_ends_the_run(contract: Contract) -> None:
    """A control route that answers otherwise than expected stops the run, for nothing after it would be true."""
    target = Target("t", Tokens(1), contract, contract.ledger.profile(), frozenset(), {})
    with pytest.raises(StopRun, match="POST /__admin/worlds answered 200"):
        target.caller({"quota": 3})
