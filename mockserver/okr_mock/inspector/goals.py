"""What the page shows of a world: its people, a person's OKRs with the records under them, records and pictures."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from feishu_okr.contract import Contract
from okr_mock.gateway.envelope import Refusal
from okr_mock.inspector.answer import full, json_answer, world_of
from okr_mock.inspector.guard import mistake
from okr_mock.operations.images import media_type
from okr_mock.store import Store, WorldFacts
from okr_mock.world.fixture import IMAGE_DATA, KEY_RESULT, LAST_RECORD, OBJECTIVE, PERIOD, RECORD, STATE, target_group
from okr_mock.world.fixture_export import export_fixture
from okr_mock.world.people import People

_MOST_RECORDS = 50
Group = Mapping[str, bytes]


class Goals:
    """What the control routes of OKRs do; looking leaves no trace in the journal.

    Args:
        store: where worlds are kept.
        contract: says in words which limit was met.
    """

    def __init__(self, store: Store, contract: Contract) -> None:
        self._store = store
        self._contract = contract

    async def show(self, request: Request) -> Response:
        """Show a world's people, and the OKRs of one: of `user`, or of the first."""
        world = world_of(request)
        try:
            facts = await self._store.facts(world)
        except Refusal as refusal:
            return full(self._contract.catalog, refusal)
        people = facts.start.fixture.people
        user = request.query_params.get("user") or people.all[0].open_id
        if people.find(user) is None:
            return mistake(404, f"there is nobody with the open id {user!r} in the world {world!r}")
        return json_answer({"world": world, "people": _told(people), "user": user} | await self._okrs(facts, user))

    async def record(self, request: Request) -> Response:
        """Show a record as it is stored; its mentions are open ids."""
        stored = await self._store.read(world_of(request), (RECORD, request.query_params.get("id", "")))
        if stored is None:
            return mistake(404, "there is no such record in this world")
        return json_answer({"record": orjson.Fragment(stored)})

    async def image(self, request: Request) -> Response:
        """Show an uploaded picture, without ticket and whatever the world's clock says."""
        key = (IMAGE_DATA, request.query_params.get("token", ""))
        data = await self._store.read(world_of(request), key)
        if data is None:
            return mistake(404, "there is no such picture in this world")
        headers = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}
        return Response(bytes(data), 200, headers, media_type(data))

    async def _okrs(self, facts: WorldFacts, user: str) -> dict[str, Any]:
        targets = [target for target in facts.start.fixture.targets.values() if target.okr["user"] == user]
        names = [PERIOD, *(target.group for target in targets)]
        groups: dict[str, Group] = dict(zip(names, await self._store.scan(facts.name, names), strict=True))
        document = export_fixture(facts.start, facts.calls, facts.clock, groups)
        okrs = [okr for okr in document.get("okrs", ()) if okr["user"] == user]
        return {
            "periods": document.get("periods", []),
            "okrs": [okr | {"objectives": [_objective(goal, groups) for goal in okr["objectives"]]} for okr in okrs],
        }


def _told(people: People) -> list[dict[str, str]]:
    names = ("open_id", "union_id", "user_id", "lark_id", "name", "en_name")
    return [{name: getattr(person, name) for name in names} for person in people.all]


def _objective(goal: dict[str, Any], groups: Mapping[str, Group]) -> dict[str, Any]:
    key_results = [_goal(KEY_RESULT, entry, groups) for entry in goal.get("key_results", ())]
    return _goal(OBJECTIVE, goal, groups) | {"key_results": key_results}


def _goal(kind: int, goal: dict[str, Any], groups: Mapping[str, Group]) -> dict[str, Any]:
    """Put the records that stand under a goal into it, newest first."""
    group = groups.get(target_group(kind, goal["id"]), {})
    times = {name: time.decode() for name, time in group.items() if name not in (STATE, LAST_RECORD)}
    newest = sorted(times, key=lambda name: (times[name], name), reverse=True)[:_MOST_RECORDS]
    records = [{"id": name, "modify_time": times[name]} for name in newest]
    return goal | {"type": kind, "records": records, "record_count": len(times)}
