"""The official Node SDK, unchanged: its calls are taken and their refusals reach the caller as it reports them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.conftest import EXAMPLES, tool

pytestmark = pytest.mark.once

NODE = Path(__file__).with_name("node")
Steps = dict[str, Any]


@pytest.fixture(scope="session")
def sent() -> dict[str, Any]:
    """What the SDK is given to send."""
    return {
        "appId": f"cli_{uuid4().hex[:16]}",
        "record": json.loads((EXAMPLES / "create-request.json").read_bytes()),
        "change": json.loads((EXAMPLES / "update-request.json").read_bytes()),
    }


@pytest.fixture(scope="session")
def steps(node_modules: Path, emulator_url: str, sent: dict[str, Any]) -> Steps:
    """What the SDK answered or threw at each step."""
    done = subprocess.run(
        [tool("node"), str(NODE / "life.cjs")],
        input=json.dumps(sent | {"domain": emulator_url}),
        env=os.environ | {"NODE_PATH": str(node_modules)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: Steps = json.loads(done.stdout)
    return answers


@pytest.fixture
def requests(steps: Steps, emulator_url: str, http: httpx2.Client, sent: dict[str, Any]) -> list[dict[str, Any]]:
    """What the emulator wrote down of the same calls."""
    journal = http.get(f"{emulator_url}/__admin/requests?world={sent['appId']}").json()
    found: list[dict[str, Any]] = journal["requests"]
    return found


def without_lark_ids(value: Any) -> Any:
    """The value without the `userId` that a get shows beside `openId`."""
    if isinstance(value, list):
        return [without_lark_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: without_lark_ids(item) for key, item in value.items() if key != "userId"}


def test_a_record_lives_and_dies(steps: Steps) -> None:
    """A record is created, read, changed and deleted, and each answer is the vendor's envelope."""
    assert [steps[name]["code"] for name in ("created", "read", "updated", "readAgain", "deleted")] == [0] * 5
    assert without_lark_ids(steps["read"]["data"]) == steps["created"]["data"]
    assert without_lark_ids(steps["readAgain"]["data"]) == steps["updated"]["data"]
    assert steps["deleted"] == {"code": 0, "msg": "success"}


def test_content_comes_back_as_it_was_sent(steps: Steps, sent: dict[str, Any]) -> None:
    """Chinese text, styles, images and mentions make the round trip; a get adds the vendor's id to a mention."""
    assert steps["read"]["data"]["content"] == sent["record"]["content"]
    assert steps["updated"]["data"]["content"] == sent["change"]["content"]
    assert steps["readAgain"]["data"]["content"] != sent["change"]["content"]
    assert without_lark_ids(steps["readAgain"]["data"]["content"]) == sent["change"]["content"]
    assert steps["readAgain"]["data"]["progress_rate"] == sent["change"]["progress_rate"]


@pytest.mark.parametrize(("step", "code"), [("readGone", 1001004), ("deletedGone", 1001004), ("incomplete", 1001001)])
def test_a_refusal_is_thrown_with_its_body(steps: Steps, step: str, code: int) -> None:
    """A refused call is an AxiosError that carries the vendor's code."""
    thrown = steps[step]["thrown"]
    assert (thrown["name"], thrown["status"], thrown["data"]["code"]) == ("AxiosError", 400, code)


def test_an_invalid_app_gets_no_token(steps: Steps) -> None:
    """The token route refuses with HTTP 200, so the SDK throws an error of its own with the server's code and text."""
    message = steps["byInvalidApp"]["thrown"]["message"]
    assert "10003" in message
    assert "invalid param" in message


def test_a_user_token_leads_to_its_world(steps: Steps, requests: list[dict[str, Any]]) -> None:
    """A user token given with the call is sent in place of the app's."""
    created = [
        request["answer"]["data"] for request in requests if request["code"] == 0 and "data" in request["answer"]
    ]
    assert steps["byUser"]["data"] == created[-1]


def test_the_sdk_sends_what_we_think_it_does(requests: list[dict[str, Any]]) -> None:
    """Every call has a JSON body, be it empty, and a Content-Type without charset; the content raises no warning."""
    assert {request["headers"]["content-type"] for request in requests} == {"application/json"}
    bodiless = [request for request in requests if request["method"] in {"GET", "DELETE"}]
    assert {request["headers"]["content-length"] for request in bodiless} == {"2"}
    assert [request["warnings"] for request in requests] == [[]] * len(requests)
