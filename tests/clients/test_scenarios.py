"""Every shipped scenario does through a real client what its description says, and the page says so."""

import json
import re
import ssl
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from lark_oapi.api.okr import v1
from lark_oapi.core.token.manager import TokenManager

from feishu_okr.contract import Contract
from okr_mock.scenario.scenario_file import find_mistakes
from tests.clients.faults import FAULTS, HAS_CURL, RECORD, World, curl, curl_arguments, new_world, sdk, sdk_of
from tests.clients.test_lark_oapi import content, create, get
from tests.conftest import RECORDS, ROOT, Serve, emulator

pytestmark = pytest.mark.once

PAGE = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
SHIPPED = {path.stem: path for path in sorted((ROOT / "scenarios").glob("*.yaml"))}
ON_ASYNCIO = "import sys; sys.modules['uvloop'] = None; from okr_mock.cli import main; main()"
OK = "200, code 0"
PICTURE = bytes.fromhex("47494638396101000100800000ffffff00000021f90400000000002c00000000010001000002024401003b")
SLOW_SEED = 2
"""Draws the long tail for one of the first ten calls."""
RUSH_SEED = 12
"""Draws a lost answer among the first hundred creates."""
with_curl = pytest.mark.skipif(not HAS_CURL, reason="curl is not on PATH")


@pytest.fixture
def world(emulator_url: str, http: httpx2.Client) -> World:
    """A world of one's own."""
    return new_world(http, emulator_url)


@pytest.fixture
def client(world: World) -> Any:
    """The Python SDK's client for the world's app."""
    return sdk_of(world)


@pytest.fixture
def token(world: World) -> str:
    """A development token for the world."""
    return f"t-dev.{world.name}"


def at_once(number: int, call: Callable[[], str]) -> list[str]:
    """Make calls, sixteen at a time, and give what became of them, sorted."""
    with ThreadPoolExecutor(16) as pool:
        return sorted(pool.map(lambda _: call(), range(number)))


def fired(world: World) -> dict[str, int]:
    """How often each step fired."""
    return {name: step["fired"] for name, step in world.steps().items()}


def test_calm(world: World, client: Any) -> None:
    """Given to a world, it ends the scenario that was there."""
    world.follow("okr_not_found")
    assert sdk(client) == "400, code 1001004"
    world.follow("calm")
    assert sdk(client) == OK


def test_drift(world: World, client: Any) -> None:
    """One answer has a field more, the next no content, the third another name for its time; then all is as ever."""
    world.follow("drift")
    data = [json.loads(client.okr.v1.progress_record.create(create()).raw.content)["data"] for _ in range(4)]
    usual = {"content", "modify_time", "progress_id"}
    assert [set(found) ^ usual for found in data] == [
        {"reviewed_by"},
        {"content"},
        {"modify_time", "update_time"},
        set(),
    ]
    assert len(world.records()) == 4


def test_edition_restricted(world: World, client: Any) -> None:
    """Whoever manages periods is refused with 403 and 1000403, and records are written as ever."""
    world.follow("edition_restricted")
    body = v1.CreatePeriodRequestBody.builder().period_rule_id("134").start_month("2027-04").build()
    answers = [
        client.okr.v1.period.create(v1.CreatePeriodRequest.builder().request_body(body).build()),
        client.okr.v1.period.patch(v1.PatchPeriodRequest.builder().period_id("7685961501529604372").build()),
        client.okr.v1.period_rule.list(v1.ListPeriodRuleRequest.builder().build()),
    ]
    assert [(answer.raw.status_code, answer.code) for answer in answers] == [(403, 1000403)] * 3
    assert sdk(client) == OK


def test_every_error(world: World, client: Any) -> None:
    """Each code of the OKR service comes once, in order and with its HTTP status; then calm."""
    world.follow("every_error")
    assert [sdk(client) for _ in range(7)] == [
        "400, code 1001001",
        "400, code 1001002",
        "400, code 1001003",
        "400, code 1001004",
        "500, code 1009998",
        "500, code 1009999",
        OK,
    ]
    assert len(world.records()) == 1


def test_flaky_create(world: World, client: Any) -> None:
    """Every third create fails, and nothing is written then."""
    world.follow("flaky_create")
    assert [sdk(client) for _ in range(6)] == [OK, OK, "500, code 1009999"] * 2
    assert len(world.records()) == 4


@with_curl
def test_gateway_down(world: World, token: str) -> None:
    """Two pages of HTML, two resets, then it is back; nothing was written meanwhile."""
    world.follow("gateway_down")
    said = [curl(world.url, token) for _ in range(5)]
    assert said == ["502, no code", "504, no code", "exit 56", "exit 56", OK]
    assert len(world.records()) == 1


@with_curl
def test_half_written_answer(world: World, token: str) -> None:
    """Half of the answer arrives, and the record is written."""
    world.follow("half_written_answer")
    done = subprocess.run(["curl", *curl_arguments(world.url, token)], capture_output=True, text=True, check=False)
    half, _, _ = done.stdout.rstrip("\n").rpartition("\n")
    assert done.returncode == 18
    assert half.startswith('{"code":0,"data":{"content":')
    assert len(world.records()) == 1
    assert curl(world.url, token) == OK


def test_lost_answer(world: World, client: Any) -> None:
    """A client that repeats the call without looking has written the record twice."""
    world.follow("lost_answer")
    assert sdk(client) == "raises ConnectionError"
    assert len(world.records()) == 1
    assert sdk(client) == OK
    assert len(world.records()) == 2


@with_curl
def test_malformed(world: World, token: str) -> None:
    """The bytes of four answers are wrong, each in its own way, and all four records are written."""
    world.follow("malformed")
    said = [curl(world.url, token, timeout) for timeout in (10, 10, 10, 0.5, 10)]
    assert said == ["200, no code", OK, "exit 56", "exit 28", OK]
    assert len(world.records()) == 5


def test_no_permission(world: World, client: Any) -> None:
    """The caller may read, and is refused with 1001002 wherever it writes."""
    records = client.okr.v1.progress_record
    progress_id = records.create(create()).data.progress_id
    world.follow("no_permission")
    assert records.get(get(progress_id)).code == 0
    change = v1.UpdateProgressRecordRequestBody.builder().content(content("继续")).build()
    image = v1.UploadImageRequestBody.builder().data(BytesIO(PICTURE)).target_id(RECORD["target_id"]).target_type(2)
    answers = [
        records.create(create()),
        records.update(v1.UpdateProgressRecordRequest.builder().progress_id(progress_id).request_body(change).build()),
        records.delete(v1.DeleteProgressRecordRequest.builder().progress_id(progress_id).build()),
        client.okr.v1.image.upload(v1.UploadImageRequest.builder().request_body(image.build()).build()),
    ]
    assert [(answer.raw.status_code, answer.code) for answer in answers] == [(400, 1001002)] * 4
    assert world.records() == [progress_id]


def test_okr_not_found(world: World, client: Any) -> None:
    """What was there a moment ago is gone, for creates."""
    assert sdk(client) == OK
    world.follow("okr_not_found")
    assert sdk(client) == "400, code 1001004"


def test_rate_limited(world: World, client: Any) -> None:
    """Five calls of each kind pass, the sixth is told how long to wait, and after that time it passes."""
    world.move_clock({"set": "2026-10-15T10:00:00+08:00", "freeze": True})
    world.follow("rate_limited")
    records = client.okr.v1.progress_record
    assert [sdk(client) for _ in range(5)] == [OK] * 5
    refused = records.create(create())
    assert (refused.code, refused.raw.status_code) == (99991400, 429)
    assert refused.raw.headers["x-ogw-ratelimit-limit"] == "5"
    assert records.get(get(world.records()[0])).code == 0
    world.move_clock({"advance": int(refused.raw.headers["x-ogw-ratelimit-reset"])})
    assert sdk(client) == OK


def test_scope_missing(world: World, client: Any) -> None:
    """The refusal says which scopes would do."""
    world.follow("scope_missing")
    refused = client.okr.v1.progress_record.create(create())
    assert refused.code == 99991672
    violations = json.loads(refused.raw.content)["error"]["permission_violations"]
    assert {"type": "action_scope_required", "subject": "okr:okr.progress:writeonly"} in violations


def test_slow_gateway(world: World, client: Any) -> None:
    """Of ten answers one is too late for a time-out of two seconds; the others take their time too, but less."""
    made = world.http.post(f"{world.url}/__admin/worlds", json={"name": world.name, "seed": SLOW_SEED})
    assert made.status_code == 201, made.text
    world.follow("slow_gateway")
    said = at_once(10, lambda: sdk(client, 2))
    assert said == [OK] * 9 + ["raises ReadTimeout"]
    assert fired(world) == {"tail": 1, "body": 9}


def test_token_expires(world: World, client: Any) -> None:
    """The third call finds its token invalid; a client that gets a new one and repeats the call goes on."""
    world.follow("token_expires")
    assert [sdk(client) for _ in range(3)] == [OK, OK, "400, code 99991663"]
    TokenManager.cache.set(f"self_tenant_token:{world.name}", "", 0)
    assert sdk(client) == OK
    assert len(world.records()) == 3


TUTORIAL = {
    "by_header": ["400, code 1001002"],
    "counted": [OK, OK, "500, code 1009999", OK, "500, code 1009999", OK, OK],
    "by_number": [OK, "400, code 1001004", "400, code 1001004", OK],
    "door": ["400, code 1001002", OK, "400, code 1001002"],
    "several": [
        OK,
        *["429, code 99991400"] * 2,
        *[OK] * 3,
        "400, code 99991663",
        "504, no code",
        *[OK] * 3,
    ],
    "bytes": ["exit 56", "exit 52", "exit 18", "200, no code", "exit 56", OK, "502, no code", OK, "exit 52", OK],
}


@with_curl
def test_tutorial(serve: Serve, http: httpx2.Client) -> None:
    """Each step does what its comment says, for the apps that it is for, and in the end every step has fired."""
    url = serve("--scenario", "tutorial")
    world = World(http, url, "cli_tutorial")
    token = "t-dev.cli_tutorial"

    def call(step: str) -> str:
        return curl(url, token, 10, "-H", f"X-Tutorial: {step}")

    for step, expected in TUTORIAL.items():
        assert [call(step) for _ in expected] == expected, step
    assert curl(url + f"{RECORDS}/1?lang=en-US", token, body=None) == "400, code 1001003"
    of_tutorial = RECORD | {"source_title": "教程", "progress_rate": {"percent": 150}}
    assert curl(url, token, body=of_tutorial) == "422, code 1001001"
    assert {call("sometimes") for _ in range(6)} == {OK, "400, code 2200"}
    assert curl(url, "t-dev.other", 10, "-H", "X-Tutorial: by_header") == OK
    world.move_clock({"set": "2027-01-01T12:00:00+08:00"})
    assert curl(url + f"{RECORDS}/1", token, body=None) == "500, code 1009998"
    assert [name for name, count in fired(world).items() if not count] == []


def test_weekly_report_rush(emulator_url: str, http: httpx2.Client) -> None:
    """Two worlds of one seed have the same mix of quotas met, failures, losses and late answers."""
    mixes = []
    for _ in range(2):
        world = new_world(http, emulator_url)
        http.post(f"{world.url}/__admin/worlds", json={"name": world.name, "seed": RUSH_SEED})
        world.follow("weekly_report_rush")
        world.move_clock({"freeze": True})
        client = sdk_of(world)
        sdk(client)
        said = at_once(109, lambda client=client: sdk(client))  # type: ignore[misc]
        mixes.append((fired(world), {text: said.count(text) for text in set(said)}))
    assert mixes[0] == mixes[1]
    steps, counts = mixes[0]
    assert all(steps.values())
    assert counts["raises JSONDecodeError"] == steps["lost"] == 1
    assert {OK, "429, code 99991400", "500, code 1009999", "400, code 2200", "raises JSONDecodeError"} == set(counts)


def test_every_shipped_scenario_is_tested() -> None:
    """Each file in the folder has its test here and its line on the page."""
    assert [name for name in SHIPPED if f"test_{name}" not in globals()] == []
    table = PAGE.partition("## What is shipped")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == sorted(SHIPPED)


def test_the_page_shows_what_clients_make_of_it() -> None:
    """The page's table of clients is the one that the tests of faults hold curl and the SDKs to."""
    table = PAGE.partition("## What clients make of it")[2]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    assert rows == [fault.row for fault in FAULTS.values()]


def test_the_page_has_every_word() -> None:
    """Every word that the schema of scenario files knows stands on the page."""
    schema = json.loads((ROOT / "scenarios" / "scenario.schema.json").read_bytes())
    known = schema["$defs"]
    faults, (_, tests), (_, delays) = known["fault"]["anyOf"], known["test"]["anyOf"], known["delay"]["anyOf"]
    words = {*schema["properties"], *schema["properties"]["given"]["properties"], *known["step"]["properties"]}
    words |= {*known["when"]["properties"], *known["outcome"]["propertyNames"]["enum"], *known["respond"]["properties"]}
    words |= {*faults[0]["enum"], *faults[1]["properties"], *tests["properties"], *delays["properties"]}
    code = " ".join(re.findall(r"```.*?```|`[^`]+`", PAGE, re.DOTALL))
    assert sorted(words - set(re.findall(r"\w+", code))) == []


def test_the_example_holds(contract: Contract) -> None:
    """The page's example is a scenario of five lines without a mistake."""
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert example.count("\n") == 5
    assert find_mistakes(yaml.safe_load(example), contract) == []


@with_curl
@pytest.mark.parametrize(
    ("loop", "flags"),
    [("asyncio", []), ("asyncio", ["--tls"]), ("uvloop", ["--tls"])],
    ids=["asyncio", "asyncio with TLS", "uvloop with TLS"],
)
def test_faults_on_every_loop(tmp_path: Path, loop: str, flags: list[str]) -> None:
    """The same faults meet curl whichever event loop serves, with TLS as without."""
    if loop == "uvloop" and find_spec("uvloop") is None:
        pytest.skip("uvloop is not installed")
    ca = tmp_path / "ca.pem"
    command = [sys.executable, "-c", ON_ASYNCIO] if loop == "asyncio" else None
    tls = [*flags, "--ca-file", str(ca)]
    with emulator("--log-level", "error", *tls, command=command) as (url, _):
        trust = ["--cacert", str(ca)] if flags else []
        with httpx2.Client(verify=ssl.create_default_context(cafile=ca) if flags else True) as admin:
            for then in ("fault: reset", "fault: truncate", "fault: hang", "lose_answer: reset"):
                world = new_world(admin, url)
                world.meet(FAULTS[then])
                said = [curl(url, f"t-dev.{world.name}", timeout, *trust) for timeout in (10, FAULTS[then].timeout, 10)]
                assert said == [OK, FAULTS[then].curl, OK], then
                world.holds(FAULTS[then])
