"""Every fault on a real socket, met by curl."""

import subprocess

import httpx2
import pytest

from tests.clients.faults import FAULTS, HAS_CURL, Fault, curl, curl_arguments, new_world

pytestmark = pytest.mark.skipif(not HAS_CURL, reason="curl is not on PATH")
NOTED = {"fault: reset": "reset", "fault: truncate": "truncate", "lose_answer: close": "close", "lose_answer: 504": None}
NOTED |= {"fault: malformed_json": None}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_curl_makes_of_it(emulator_url: str, http: httpx2.Client, fault: Fault) -> None:
    """curl ends as the table says, repeats nothing by itself, and the emulator has written what the table says."""
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
