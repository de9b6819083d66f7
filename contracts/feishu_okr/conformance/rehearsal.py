"""The rehearsal of a guarded run: the same tests through the same guard, on an emulator, to count its calls."""

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from math import ceil
from typing import Any

import httpx2
import orjson

from feishu_okr.conformance.guard import Guard, guard_of
from feishu_okr.conformance.knowledge import of_fixture
from feishu_okr.conformance.launch import emulator
from feishu_okr.conformance.pace import MINUTE, RehearsedTime
from feishu_okr.conformance.permission import Permission
from feishu_okr.conformance.target import ADMIN, TENANT_TOKEN
from feishu_okr.contract import load

SECONDS_A_CALL = 0.3
"""What a call over the internet is taken to last."""
_KEY_RESULT = "key_result"


class Understudy(httpx2.BaseTransport):
    """Sends to the emulator; tokens and secrets of the live API never leave the process.

    Args:
        inner: sends.
        parts: what is sent instead, by what must not be.
    """

    def __init__(self, inner: httpx2.BaseTransport, parts: Mapping[str, str]) -> None:
        self._inner = inner
        self._parts = {played.encode(): by.encode() for played, by in parts.items() if played}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a call.

        Args:
            request: the call.
        """
        headers = [
            (name, self._played(value)) for name, value in request.headers.raw if name.lower() != b"content-length"
        ]
        content = self._played(request.content)
        return self._inner.handle_request(httpx2.Request(request.method, request.url, headers=headers, content=content))

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def _played(self, value: bytes) -> bytes:
        for played, by in self._parts.items():
            value = value.replace(played, by)
        return value


def rehearse(values: Mapping[str, Any], permission: Permission, environment: Mapping[str, str]) -> Guard:
    """Begin the rehearsal of a run; the target of the run gets no call.

    Args:
        values: options of the run, by key.
        permission: what the run may do.
        environment: where the credentials are.

    Raises:
        StopRun: the emulator does not start.
    """
    from feishu_okr.conformance.session import behaviour

    stack = ExitStack()
    try:
        url = stack.enter_context(emulator(values["serve_command"], behaviour(values)))
        runs = stack.enter_context(tempfile.TemporaryDirectory())
        fixture = _fixture(url, environment["FEISHU_APP_ID"])
        names = dict.fromkeys([*(text.partition("=")[0] for text in values["know"]), *_roles(values, permission)])
        known = {name: fixture[name] for name in names if name in fixture}
        roles = [known[role] for role in _roles(values, permission) if role in known]
        stage = Permission(url.removeprefix("http://"), tuple(roles), "http")
        know = tuple(f"{name}={id_}" for name, id_ in known.items())
        told = {**values, "know": know, "runs": runs, "resume": ""}
        inner = Understudy(httpx2.HTTPTransport(trust_env=False), _parts(environment, fixture))
        guard = guard_of(told, stage, environment, RehearsedTime(SECONDS_A_CALL), inner)
    except BaseException:
        stack.close()
        raise
    guard.stack.push(stack)
    return guard


def planned(guard: Guard) -> list[str]:
    """Tell what a run would do to its target, from its rehearsal.

    Args:
        guard: the rehearsal's guard, closed.
    """
    budget, clock = guard.transport.budget, guard.transport.pace.time
    minutes = ceil(clock.now() / MINUTE) if isinstance(clock, RehearsedTime) else 0
    lines = [f"{number:5} {operation}" for operation, number in budget.calls.most_common()]
    return [
        *lines,
        f"plan: {budget.made} calls, {budget.written} of them may write, {len(guard.file.created)} records; "
        f"{budget.cleanup} calls to delete what is left at the end; about {minutes} min "
        f"at {guard.transport.pace.per_minute} calls a minute and operation. The target got no call.",
    ]


def _roles(values: Mapping[str, Any], permission: Permission) -> list[str]:
    """Guess of every target whether it is an objective; asking would take a call."""
    known = {id_: name for name, _, id_ in (text.partition("=") for text in values["know"])}
    return [known.get(target, _KEY_RESULT) for target in permission.targets]


def _fixture(url: str, app_id: str) -> dict[str, str]:
    """Ask the emulator what the world of an app holds."""
    operation = load().operations[TENANT_TOKEN]
    with httpx2.Client(base_url=url, trust_env=False) as client:
        client.request(operation.method, operation.path, json={"app_id": app_id, "app_secret": "any"})
        return of_fixture(orjson.loads(client.get(f"{ADMIN}/world?world={app_id}").content))


def _parts(environment: Mapping[str, str], fixture: Mapping[str, str]) -> dict[str, str]:
    app_id = environment["FEISHU_APP_ID"]
    return {
        environment["FEISHU_APP_SECRET"]: "rehearsal",
        environment.get("FEISHU_USER_TOKEN", ""): f"u-dev.{app_id}@{fixture['person']}",
        environment.get("FEISHU_OTHER_USER_TOKEN", ""): f"u-dev.{app_id}@{fixture['other_person']}",
    }
