"""Creates whose answers are lost: each is written once, or the client says that it cannot tell."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from feishu_okr import Ambiguous, AsyncOKRClient, OKRClient, Reconcile
from tests.conftest import Body, Serve
from tests.feishu_okr.client.conftest import OBJECTIVE, QUICK, TARGET, Answers, Clients, Do, content, report

CREATE = "okr.v1.progress_record.create"
AT_ONCE = Reconcile(settle=0.0)
LOST = [{"lose_answer": "reset"}, {"lose_answer": "close"}, {"lose_answer": 504}, {"fault": "truncate"}]
NOT_WRITTEN = [{"fault": "reset"}, {"fault": "close"}, {"fault": {"html_error_page": 502}}, {"error": 1009999}]


class World:
    """A world of an emulator, with a client that reconciles and one that looks.

    Args:
        url: address of the emulator.
        clients: makes the client.
        app_id: name of the world.
    """

    def __init__(self, url: str, clients: Clients, app_id: str) -> None:
        self.url = url
        self.app_id = app_id
        self.do: Do = clients.make(app_id, base_url=url, on_ambiguous=AT_ONCE)

    def meets(self, *steps: Body) -> None:
        """Let creates meet outcomes, one after the other."""
        scenario = {"description": "test", "steps": [{"when": {"operation": CREATE}, "sequence": list(steps)}]}
        self.follows(scenario)

    def follows(self, scenario: Any) -> None:
        """Let the world follow a scenario."""
        answer = httpx2.put(f"{self.url}/__admin/scenario?world={self.app_id}", json=scenario)
        assert answer.status_code == 200, answer.text

    def other(self) -> OKRClient:
        """Make a client that knows nothing of this one."""
        return OKRClient(self.app_id, "s", base_url=self.url, retries=QUICK)

    def records(self, target: str = TARGET) -> list[str]:
        """Name the records of a key result or objective."""
        with self.other() as client:
            group: Any = client.objectives if target == OBJECTIVE else client.key_results
            return [record["id"] for record in group.progresses(target)]

    def create(self, **more: Any) -> Any:
        """Write a record."""
        return self.do(lambda client: client.progress_records.create(**report(**more)))


@pytest.fixture
def world(clients: Clients, emulator_url: str) -> World:
    """A world of its own for each test."""
    return World(emulator_url, clients, f"cli_{uuid4().hex[:16]}")


@pytest.mark.parametrize("loss", LOST, ids=str)
def test_what_was_written_is_found(world: World, loss: Body) -> None:
    """A create that was written and whose answer is lost gives the record that was written, as a get shows it."""
    world.meets(loss)
    found = world.create()
    assert world.records() == [found["progress_id"]]
    assert found == world.do(lambda client: client.progress_records.get(found["progress_id"]))


@pytest.mark.parametrize("fault", NOT_WRITTEN, ids=str)
def test_what_was_not_written_is_sent_again(world: World, fault: Body) -> None:
    """A create that failed before it was written is sent again once no record of it appears."""
    world.meets(fault, fault)
    written = world.create()["progress_id"]
    assert world.records() == [written]


BROKEN_LISTS: list[Any] = [
    None,
    {},
    {"has_more": False, "items": {}},
    {"has_more": False, "items": [1]},
    {"has_more": False, "items": [{"id": "1", "create_time": None}]},
]


def losing(data: Any, date: str = "Thu, 26 Nov 2026 13:00:00 GMT") -> tuple[list[str], Answers]:
    """Lose the answer of the first create, and answer lists with data of choice; gives the methods that were called."""
    methods: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        methods.append(request.method)
        if methods == ["POST"]:
            raise httpx2.ReadTimeout("lost", request=request)
        answered = {"progress_id": "7"} if request.method == "POST" else data
        return httpx2.Response(200, json={"code": 0, "data": answered, "msg": "success"}, headers={"Date": date})

    return methods, answer


@pytest.mark.parametrize("data", BROKEN_LISTS, ids=str)
def test_a_list_that_tells_nothing(clients: Clients, data: Any) -> None:
    """Where the list of records is of another form than the contract's the create stays in doubt, and is told so."""
    methods, answer = losing(data)
    do = clients.answered(answer, on_ambiguous=AT_ONCE)
    with pytest.raises(Ambiguous):
        do(lambda client: client.progress_records.create(**report()))
    assert methods.count("POST") == 1


@pytest.mark.parametrize("date", ["Thu, 26 Nov 2026 13:00:00 GMT", "Thu, 26 Nov 2026 13:00:00", "soon", ""])
def test_a_target_without_records(clients: Clients, date: str) -> None:
    """A list that is left out because it is empty shows that nothing was written, whatever the answers' dates are."""
    methods, answer = losing({"has_more": False}, date)
    do = clients.answered(answer, on_ambiguous=AT_ONCE)
    assert do(lambda client: client.progress_records.create(**report())) == {"progress_id": "7"}
    assert methods == ["POST", "GET", "POST"]


def test_rich_content_is_recognised(world: World, create_body: Body) -> None:
    """The vendor's example, which has every kind of block, is found in the dialect of v2; on objectives, too."""
    world.meets({"lose_answer": "reset"})
    more = {name: create_body[name] for name in ("content", "progress_rate") if name in create_body}
    person = {"type": "person", "person": {"openId": "ou_7dab8a3d3cdcc9da365777c7ad535d62"}}
    more["content"]["blocks"].append({"type": "paragraph", "paragraph": {"elements": [person]}})
    found = world.create(target_id=OBJECTIVE, target_type=2, user_id_type="union_id", **more)
    assert world.records(OBJECTIVE) == [found["progress_id"]]


def test_a_lost_rate_tells_records_apart(world: World) -> None:
    """Of two records with the same words the one with the rate that was sent is the one that was written."""
    with world.other() as other:
        other.progress_records.create(**report(progress_rate={"percent": 10}))
    world.meets({"lose_answer": "reset"})
    found = world.create(progress_rate={"percent": 33.334, "status": 1})
    assert found["progress_rate"] == {"percent": 33.33, "status": 1}
    assert len(world.records()) == 2


def test_records_of_the_past_are_not_taken(world: World) -> None:
    """An equal record from before the call is not taken for it."""
    with world.other() as other:
        old = other.progress_records.create(**report())["progress_id"]
    httpx2.put(f"{world.url}/__admin/clock?world={world.app_id}", json={"advance": 60}).raise_for_status()
    world.meets({"lose_answer": "reset"})
    found = world.create()["progress_id"]
    assert found != old
    assert sorted(world.records()) == sorted([old, found])


def test_own_records_are_not_taken(world: World) -> None:
    """An equal record that the client has written itself, a moment ago, is not taken for the one it looks for."""
    first = world.create()["progress_id"]
    world.meets({"fault": "reset"}, {"lose_answer": "reset"})
    second, third = world.create()["progress_id"], world.create()["progress_id"]
    assert sorted(world.records()) == sorted([first, second, third])
    assert len({first, second, third}) == 3


def test_twins_are_undecidable(world: World) -> None:
    """When two equal records appear, one of somebody else's, the error names both and nothing is sent again."""
    with world.other() as other:
        twin = other.progress_records.create(**report())["progress_id"]
    world.meets({"lose_answer": "reset"})
    with pytest.raises(Ambiguous, match="alike") as caught:
        world.create()
    assert sorted(caught.value.candidates) == sorted(world.records())
    assert twin in caught.value.candidates
    assert len(world.records()) == 2


def test_a_create_in_doubt_has_a_twin(world: World) -> None:
    """After a create that stayed in doubt an equal one cannot be told from it, and the client does not pretend to."""
    no_list = {"when": {"operation": "okr.v2.key_result_progress.list"}, "times": 1, "then": {"error": 99991672}}
    lost = {"when": {"operation": CREATE}, "sequence": [{"lose_answer": "reset"}, {"fault": "reset"}]}
    world.follows({"description": "test", "steps": [no_list, lost]})
    with pytest.raises(Ambiguous, match=r"could not be looked for.*99991672"):
        world.create()
    with pytest.raises(Ambiguous, match="alike"):
        world.create()
    assert len(world.records()) == 1


def test_a_cancelled_create_is_in_doubt(emulator_url: str) -> None:
    """A create that is cancelled under way may have been carried out: its record is not taken for an equal create's."""
    app_id = f"cli_{uuid4().hex[:16]}"
    outcomes = [{"lose_answer": "timeout"}, {"fault": "reset"}]
    scenario = {"description": "test", "steps": [{"when": {"operation": CREATE}, "sequence": outcomes}]}
    httpx2.put(f"{emulator_url}/__admin/scenario?world={app_id}", json=scenario).raise_for_status()

    async def main() -> None:
        async with AsyncOKRClient(app_id, "s", base_url=emulator_url, on_ambiguous=AT_ONCE) as client:
            first = asyncio.create_task(client.progress_records.create(**report()))
            while not [one async for one in client.key_results.progresses(TARGET)]:
                pass  # asking takes a while
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            with pytest.raises(Ambiguous, match="alike"):
                await client.progress_records.create(**report())
            assert len([one async for one in client.key_results.progresses(TARGET)]) == 1

    asyncio.run(main())


def test_what_only_resembles_is_not_taken(serve: Serve, clients: Clients) -> None:
    """A service that changes the text on the way makes the client say so instead of writing it a second time."""
    world = World(serve("--set", "text_edges=trim"), clients, "trimmed")
    world.meets({"lose_answer": "reset"})
    with pytest.raises(Ambiguous, match="alike"):
        world.create(content=content(" 完成 80% "))
    assert len(world.records()) == 1


def test_giving_up_is_not_silent(world: World, clients: Clients) -> None:
    """When every attempt fails and no record appears, after longer and longer looks, all of the time is in doubt."""
    world.meets({"error": 1009999, "times": 4})
    do = clients.make(world.app_id, base_url=world.url, on_ambiguous=Reconcile(settle=0.05))
    with pytest.raises(Ambiguous, match=r"sent 4 times; its record was looked for.*1009999") as caught:
        do(lambda client: client.progress_records.create(**report()))
    assert world.records() == []
    assert caught.value.since is not None
    assert caught.value.until is not None
    assert caught.value.until - caught.value.since > timedelta(seconds=0.05 + 0.1 + 0.2)
    assert world.create()["progress_id"] in world.records()


def test_periods_are_not_looked_for(world: World) -> None:
    """Only records are looked for: a period whose answer is lost stays in doubt."""
    world.follows(
        {"description": "test", "steps": [{"when": {"operation": "okr.v1.period.create"}, "then": {"fault": "reset"}}]}
    )
    with pytest.raises(Ambiguous):
        world.do(lambda client: client.periods.create(period_rule_id="134", start_month="2031-01"))
