"""What two processes that share a store promise each other: who reads and then writes is never overtaken unnoticed."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from okr_mock.exchange import Exchange
from okr_mock.store import Changes, Store
from okr_mock.store.basis import OvertakenError, Place
from okr_mock.world.start import Start, Starts
from tests.conftest import RECORDS, Body, emulator
from tests.okr_mock.operations.conftest import OAUTH
from tests.okr_mock.scenario.conftest import KEY_RESULT, RECORD, document, of
from tests.okr_mock.store.conftest import BOUNDS, STORES, Wanted
from tests.redis_server import RedisServer

CALLS = 16
ROUNDS = 3
STEPS = 64
OKR = "/open-apis/okr/v1/okrs/batch_get?okr_ids=7688682419146198036"
"""Has the key result in it that records are written to."""
Ask = Callable[[httpx2.AsyncClient], Awaitable[int]]

ENTITY, GROUP = ("group", "b"), ("group",)
FIXTURE = ("group", "a")
EXCHANGE = Exchange(1, "x", 0, 200, 2, (b"{}",))
OVERTAKING: dict[str, tuple[Place, Changes]] = {
    "changed": (ENTITY, {ENTITY: b"2"}),
    "removed": (ENTITY, {ENTITY: None}),
    "of the fixture": (FIXTURE, {FIXTURE: b"2"}),
    "removed of the fixture": (FIXTURE, {FIXTURE: None}),
    "first of its name": (("group", "c"), {("group", "c"): b"2"}),
    "added to a group": (GROUP, {("group", "c"): b"2"}),
    "removed from a group": (GROUP, {ENTITY: None}),
}
"""What a call rests on, and what another one changes before it commits."""


async def read(store: Store, place: Place) -> tuple[Place, Mapping[str, bytes] | bytes | None]:
    """Read what a call rests on."""
    return place, await store.read("w", place) if len(place) > 1 else (await store.scan("w", place))[0]


@pytest.fixture(params=["sqlite", "redis"])
def pair(request: pytest.FixtureRequest, start: Start, tmp_path: Path) -> Iterator[list[Store]]:
    """One store of each kind that can be shared, opened twice as two processes would."""
    fixture = replace(start.fixture, entities={"group": {"a": b"fixture"}})
    server: RedisServer | None = request.getfixturevalue("redis_server") if request.param == "redis" else None
    address = server.new_database() if server else ""
    starts = [Starts(replace(start, fixture=fixture), {}) for _ in range(2)]
    opened = [STORES[request.param](Wanted(one, BOUNDS, float, tmp_path, address)) for one in starts]
    yield opened
    for store in opened:
        store.close()


@pytest.mark.parametrize("what", OVERTAKING)
def test_overtaken(pair: Sequence[Store], what: str) -> None:
    """What a call rests on was changed by another process: it changes nothing and writes nothing, then it can."""
    place, changes = OVERTAKING[what]
    one, other = pair

    async def story() -> None:
        await one.commit(await one.begin("w"), {ENTITY: b"1"}, EXCHANGE)
        turn = await one.begin("w")
        basis = await read(one, place)
        await other.commit(await other.begin("w"), changes, EXCHANGE)
        with pytest.raises(OvertakenError):
            await one.commit(turn, {("group", "mine"): b"x"}, EXCHANGE, (basis,))
        assert await other.read("w", ("group", "mine")) is None
        assert len((await other.journal("w")).exchanges) == 2
        basis = await read(one, place)
        assert basis == await read(other, place)
        await one.commit(turn, {("group", "mine"): b"x"}, EXCHANGE, (basis,))
        assert await other.read("w", ("group", "mine")) == b"x"

    asyncio.run(story())


def test_not_overtaken(pair: Sequence[Store]) -> None:
    """Other groups and names may change, and a call without changes rests on nothing; a restored world overtakes."""
    one, other = pair

    async def story() -> None:
        await other.snapshot("w")
        await one.commit(await one.begin("w"), {ENTITY: b"1"}, EXCHANGE)
        turn = await one.begin("w")
        basis = (await read(one, ENTITY), await read(one, GROUP))
        await other.commit(await other.begin("w"), {("groups", "b"): b"2", ("grou", "p"): b"2"}, EXCHANGE)
        await one.commit(turn, {("else", "x"): b"x"}, EXCHANGE, basis)
        turn = await one.begin("w")
        basis = (await read(one, ENTITY), await read(one, FIXTURE))
        await other.restore("w")
        with pytest.raises(OvertakenError):
            await one.commit(turn, {ENTITY: b"3"}, EXCHANGE, basis)
        await one.commit(turn, {}, EXCHANGE, basis)

    asyncio.run(story())


@pytest.fixture(scope="module", params=["sqlite", "redis"])
def processes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Two servers that share a store of each kind; gives their URLs."""
    store = f"sqlite:///{tmp_path_factory.mktemp('shared') / 'store.db'}"
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        store = server.new_database()
    with ExitStack() as stack:
        yield [stack.enter_context(emulator("--log-level", "error", "--store", store))[0] for _ in range(2)]


def at_once(processes: Sequence[str], world: str, *asks: Ask) -> Counter[int]:
    """Ask both servers in turn, all at once on connections of their own; gives how often each code was answered."""

    async def story() -> Counter[int]:
        async with AsyncExitStack() as stack:
            limits = httpx2.Limits(max_connections=len(asks))
            clients = [
                await stack.enter_async_context(
                    httpx2.AsyncClient(base_url=url, headers=of(world), limits=limits, timeout=30)
                )
                for url in processes
            ]
            return Counter(await asyncio.gather(*(ask(clients[n % 2]) for n, ask in enumerate(asks))))

    return asyncio.run(story())


def asking(method: str, path: str, body: Body | None = None) -> Ask:
    """Make a call and give the code that is answered."""

    async def ask(client: httpx2.AsyncClient) -> int:
        code: int = (await client.request(method, path, json=body)).json()["code"]
        return code

    return ask


def create(processes: Sequence[str], world: str) -> str:
    """Create a record through the first server; gives its path."""
    answer = httpx2.post(f"{processes[0]}{RECORDS}/", json=RECORD, headers=of(world))
    return f"{RECORDS}/{answer.json()['data']['progress_id']}"


@pytest.mark.once
def test_a_grant_is_taken_once(processes: Sequence[str]) -> None:
    """Of calls at once with one authorization code, or one refresh token, exactly one gets tokens."""
    for number in range(ROUNDS):
        client = {"client_id": f"cli_grant{number}", "client_secret": "x"}
        grant: Body = client | {"grant_type": "authorization_code", "code": "code-liming"}
        seen = at_once(processes, "-", *[asking("POST", OAUTH, grant)] * CALLS)
        assert (seen[0], seen.total()) == (1, CALLS), seen
        grant["code"] = "code-c0d42f97d561edb9"
        pair = httpx2.post(f"{processes[0]}{OAUTH}", json=grant).json()
        again = client | {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        assert at_once(processes, "-", *[asking("POST", OAUTH, again)] * CALLS) == {0: 1, 20073: CALLS - 1}


@pytest.mark.once
def test_a_record_is_deleted_once(processes: Sequence[str]) -> None:
    """Of deletes of one record at once exactly one succeeds; an update among them brings nothing back."""
    for _ in range(ROUNDS):
        path = create(processes, "deleted")
        update = asking("PUT", path, {"content": RECORD["content"]})
        seen = at_once(processes, "deleted", *[asking("DELETE", path)] * CALLS, update, update)
        assert seen[0] + seen[1001004] == CALLS + 2
        assert 1 <= seen[0] <= 3
        assert at_once(processes, "deleted", *[asking("GET", path)] * 2) == {1001004: 2}
    listed = httpx2.get(f"{processes[1]}/__admin/requests?world=deleted").json()["requests"]
    deletes = Counter(call["code"] for call in listed if call["method"] == "DELETE")
    assert deletes == {0: ROUNDS, 1001004: ROUNDS * (CALLS - 1)}


@pytest.mark.once
def test_nobody_starves(processes: Sequence[str]) -> None:
    """Deletes of many records of one target at once all succeed, though each rests on what the others change."""
    paths = [create(processes, "starving") for _ in range(2 * CALLS)]
    assert at_once(processes, "starving", *[asking("DELETE", path) for path in paths]) == {0: 2 * CALLS}


@pytest.mark.once
def test_no_part_of_a_rate_is_lost(processes: Sequence[str]) -> None:
    """Of records at once that each move a part of their target, both parts arrive."""
    for number in range(ROUNDS):
        world = f"parts{number}"
        parts: list[Body] = [{"percent": 50}, {"status": 2}] * (CALLS // 2)
        creates = [asking("POST", f"{RECORDS}/", RECORD | {"progress_rate": part}) for part in parts]
        assert at_once(processes, world, *creates) == {0: CALLS}
        shown = httpx2.get(f"{processes[1]}{OKR}", headers=of(world)).json()["data"]["okr_list"][0]
        key_results = {found["id"]: found for goal in shown["objective_list"] for found in goal["kr_list"]}
        assert key_results[KEY_RESULT]["progress_rate"] == {"percent": 50, "status": "2"}


@pytest.mark.once
def test_a_period_begins_once(processes: Sequence[str]) -> None:
    """Of calls at once that begin the same period exactly one succeeds."""
    period: Body = {"period_rule_id": "134", "start_month": "2030-01"}
    seen = at_once(processes, "periods", *[asking("POST", "/open-apis/okr/v1/periods", period)] * CALLS)
    assert (seen[0], seen.total(), len(seen)) == (1, CALLS, 2), seen


@pytest.mark.once
def test_steps_that_fire_once(processes: Sequence[str]) -> None:
    """64 steps that fire once each are fired 64 times by calls that both servers get at once, each by one of them."""
    steps = [{"name": f"s{n}", "times": 1, "then": {"error": 1009999}} for n in range(STEPS)]
    httpx2.put(f"{processes[0]}/__admin/scenario?world=steps", json=document(*steps)).raise_for_status()
    calls = [asking("GET", f"{RECORDS}/1")] * (STEPS + CALLS)
    assert at_once(processes, "steps", *calls) == {1009999: STEPS, 1001004: CALLS}
    listed = httpx2.get(f"{processes[1]}/__admin/requests?world=steps").json()["requests"]
    fired = Counter(call["step"] for call in listed if call.get("step"))
    assert fired == {f"inline#s{n}": 1 for n in range(STEPS)}
