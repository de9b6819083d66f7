import asyncio
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from okr_mock.call import Call, Result
from okr_mock.operations import HANDLERS
from okr_mock.store import StoreError
from okr_mock.store.basis import OvertakenError
from okr_mock.turnstile import Turnstile
from tests.conftest import RECORDS, Body, MakeClient
from tests.okr_mock.scenario.conftest import DELETE, document

Overtaken = tuple[TestClient, list[int]]


def test_the_turnstile() -> None:
    """A call is made anew until nobody overtakes it, one call at a time; who is always overtaken fails."""
    made: list[str] = []

    async def after(name: str, tries: int) -> None:
        made.append(name)
        await asyncio.sleep(0)
        if made.count(name) < tries:
            raise OvertakenError

    async def story() -> None:
        turnstile = Turnstile()
        await asyncio.gather(*(turnstile.let_through(lambda name=name: after(name, 3)) for name in "ab"))  # type: ignore[misc]
        with pytest.raises(StoreError, match="100 times"):
            await turnstile.let_through(lambda: after("c", 1000))

    asyncio.run(story())
    assert made[:6] == ["a"] * 3 + ["b"] * 3


@pytest.fixture
def overtaken(make_client: MakeClient, tmp_path: Path) -> Overtaken:
    """Give a client whose first delete is overtaken by the same of another process, and the numbers of its turns."""
    settings = {"store": f"sqlite:///{tmp_path / 'store.db'}", "log_level": "error"}
    other, made = make_client(**settings), []

    async def delete(call: Call) -> Result:
        made.append(call.turn.n)
        result = await HANDLERS[DELETE](call)
        if len(made) == 1:
            assert other.delete(call.request.target.decode()).json()["code"] == 0
        return result

    return make_client(handlers={**HANDLERS, DELETE: delete}, **settings), made


@pytest.mark.parametrize("step", [None, {"delay": "1ms"}])
def test_an_overtaken_call(overtaken: Overtaken, create_body: Body, step: Body | None) -> None:
    """An overtaken call is answered as a later one, at its own place; the step that took it takes it still, once."""
    client, made = overtaken
    if step:
        steps = document({"name": "once", "when": {"operation": DELETE}, "times": 1, "then": step})
        assert client.put("/__admin/scenario?world=default", json=steps).status_code == 200
    path = f"{RECORDS}/{client.post(RECORDS, json=create_body).json()['data']['progress_id']}"
    assert client.delete(path).json()["code"] == 1001004
    assert made == [made[0]] * 2
    deletes = [call for call in client.get("/__admin/requests").json()["requests"] if call["method"] == "DELETE"]
    assert sorted((call["code"], call.get("step")) for call in deletes) == [
        (0, None),
        (1001004, step and "inline#once"),
    ]
