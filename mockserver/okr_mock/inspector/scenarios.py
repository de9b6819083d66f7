"""Control of scenarios: which are active in a world, how often each step fired, and why a step would or would not."""

import asyncio
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from okr_mock.explain import QuestionError, explain, read_question
from okr_mock.gateway.envelope import Refusal
from okr_mock.given import find_fixture, given_start
from okr_mock.inspector.answer import full, json_answer, world_of
from okr_mock.inspector.body import BodyError, read_body
from okr_mock.inspector.guard import mistake
from okr_mock.scenario.library import Entries, Library, given_of
from okr_mock.scenario.scenario_file import ScenarioError
from okr_mock.scenario.script import Script
from okr_mock.store import Store
from okr_mock.store.claim import Counts
from okr_mock.world.start import Start, Starts


class Scenarios:
    """What the control routes of scenarios do.

    Args:
        store: counts the steps of each world.
        starts: what each world starts from.
        library: all scenarios.
    """

    def __init__(self, store: Store, starts: Starts, library: Library) -> None:
        self._store = store
        self._starts = starts
        self._library = library

    async def show(self, request: Request) -> Response:
        """Tell what is active in a world, and how often each step was asked and fired."""
        await asyncio.to_thread(self._library.refresh)
        return await self._shown(world_of(request))

    async def choose(self, request: Request) -> Response:
        """Make scenarios active in a world: by name, or as they are sent; `given` is applied."""
        world = world_of(request)
        try:
            body = await read_body(request)
            asked = body["scenario"] if isinstance(body, dict) and "scenario" in body else body
            entries = await asyncio.to_thread(self._library.choose, asked)
            start, is_new = await asyncio.to_thread(self._start, world, entries)
            await self._store.restart(world, start, is_new=is_new)
        except (BodyError, ScenarioError, ValueError, TypeError) as error:
            return mistake(400, str(error))
        except Refusal as refusal:
            return full(self._library.contract.catalog, refusal)
        return await self._shown(world)

    async def reset(self, request: Request) -> Response:
        """Begin the scenarios of a world anew."""
        await self._store.forget_counts(world_of(request))
        return json_answer({})

    async def explain(self, request: Request) -> Response:
        """Say which step a call would meet, and for every other one which criterion failed."""
        world = world_of(request)
        try:
            body = await read_body(request)
            if not isinstance(body, dict):
                raise BodyError(
                    'send {"request": {"method": …, "path": …}}, and `scenario` if it is not the active one'
                )
            is_call = "method" in body or "request" not in body  # an entry of the journal has a `request` too
            now = (await self._store.facts(world)).now
            question = read_question(body if is_call else body["request"], world, now)
            script = await asyncio.to_thread(self._script, world, body.get("scenario"))
        except (BodyError, ScenarioError, QuestionError, ValueError, TypeError) as error:
            return mistake(400, str(error))
        except Refusal as refusal:
            return full(self._library.contract.catalog, refusal)
        counts, states = await self._store.counts(world), await self._store.states(world)
        seed = self._starts[world].seed
        return json_answer(explain(question, script, self._library.contract, counts, seed, states=states))

    def _script(self, world: str, asked: Any) -> Script:
        if asked is not None:
            return self._library.script(self._library.choose(asked))
        return self._library.script(self._starts[world].scenarios)

    def _start(self, world: str, entries: Entries) -> tuple[Start, bool]:
        """Give what the world starts from under its scenarios, and whether it must begin anew with another fixture."""
        given = given_of(self._library.script(entries).scenarios)
        contract = self._library.contract
        before = self._starts[world]
        start = replace(given_start(before, given, contract), scenarios=entries)
        effective = contract.effective(start.profile)
        if "fixture" in given:
            fixture = find_fixture(given["fixture"], self._starts.fixtures, effective.document["components"])
            return replace(start, fixture=fixture), True
        return start, start.fixture is not before.fixture

    async def _shown(self, world: str) -> Response:
        scenarios = self._starts[world].scenarios
        script = self._script(world, None)
        counts = await self._store.counts(world)
        steps = [_counted(step.name, counts.get((step.claim.scenario, step.claim.step))) for step in script.steps]
        return json_answer(
            {
                "world": world,
                "active": [scenario.name for scenario in script.scenarios],
                "is_own": scenarios is not None,
                "steps": steps,
                "never_fired": [step["step"] for step in steps if not step["fired"]],
                "known": sorted(self._library.files),
                "complaints": self._library.complaints,
            }
        )


def _counted(name: str, counts: Counts | None) -> dict[str, Any]:
    seen, fired = counts or Counts()
    return {"step": name, "seen": seen, "fired": fired}
