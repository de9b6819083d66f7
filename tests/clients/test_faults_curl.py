"""Every fault on a real socket, met by curl."""

import json
import re
import subprocess

import httpx2
import pytest

from tests.clients.faults import FAULTS, HAS_CURL, Fault, code_in, curl, curl_arguments, new_world
from tests.conftest import TENANT_TOKEN

pytestmark = [pytest.mark.once, pytest.mark.skipif(not HAS_CURL, reason="curl is not on PATH")]
NOTED = {
    "fault: reset": "reset",
    "fault: truncate": "truncate",
    "lose_answer: close": "close",
    "lose_answer: 504": None,
}
NOTED |= {"fault: malformed_json": None}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_curl_makes_of_it(emulator_url: str, http: httpx2.Client, fault: Fault) -> None:
    """It ends as the table says, repeats nothing by itself, and the emulator has written what the table says."""
    world = new_world(http, emulator_url)
    token = world.token()
    world.meet(fault)
    said = [curl(emulator_url, token, timeout) for timeout in (10, fault.timeout, 10)]
    assert said[:2] == ["200, code 0", fault.curl]
    assert said[2].endswith(f"code {fault.next}")
    world.holds(fault)


@pytest.mark.parametrize("then", NOTED)
def test_the_journal_tells_of_it(emulator_url: str, http: httpx2.Client, then: str) -> None:
    """The journal stays readable and names the step, and the fault where the connection had it."""
    world = new_world(http, emulator_url)
    world.meet(FAULTS[then])
    for _ in range(2):
        curl(emulator_url, f"t-dev.{world.name}")
    _, met = world.journal()
    assert (met["step"], met["fault"]) == ("inline#fault", NOTED[then])


def test_a_malformed_token_is_not_told(emulator_url: str, http: httpx2.Client) -> None:
    """Malformed JSON of a token route reaches the caller as such, and no part of the token stands in the journal."""
    world = new_world(http, emulator_url)
    step = {"when": {"operation": "auth.v3.tenant_access_token.internal"}, "then": {"fault": "malformed_json"}}
    world.follow({"description": "token", "steps": [step]})
    asked = curl_arguments(emulator_url + TENANT_TOKEN, "", body={"app_id": world.name, "app_secret": "secret"})
    done = subprocess.run(["curl", *asked], capture_output=True, text=True, check=False)
    text, _, facts = done.stdout.rstrip("\n").rpartition("\n")
    assert (facts, code_in(text)) == ("200 application/json", "no code")
    token = re.search(r'"tenant_access_token":"([^"]+)', text)
    assert token
    assert token[1] not in json.dumps(world.journal("auth.v3.tenant_access_token.internal"))


@pytest.mark.parametrize("visible", ["reset", "close"])
@pytest.mark.parametrize(("then", "records"), [("fault", 2), ("lose_answer", 3)])
def test_curl_repeats_on_a_kept_connection(
    emulator_url: str, http: httpx2.Client, visible: str, then: str, records: int
) -> None:
    """On a connection that it used before, curl repeats a create that got no byte: a lost answer is written twice."""
    world = new_world(http, emulator_url)
    world.meet(FAULTS[f"{then}: {visible}"])
    call = [*curl_arguments(emulator_url, f"t-dev.{world.name}"), "-o", "/dev/null"]
    done = subprocess.run(["curl", *call, "--next", *call], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()[::2]) == (0, ["200", "200"])
    assert world.steps()["fault"]["seen"] == 3
    assert len(world.records()) == records
