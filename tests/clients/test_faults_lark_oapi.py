"""Every fault on a real socket, met by the official Python SDK, in its synchronous and its asynchronous form."""

import asyncio
from typing import Any

import httpx2
import lark_oapi
import pytest
from lark_oapi.core.token.manager import TokenManager

from tests.clients.faults import FAULTS, TARGET, Fault, World, new_world
from tests.clients.test_lark_oapi import create

LIBRARIES = {"lark_oapi": {"requests", "json"}, "lark_oapi_async": {"httpx", "json"}}


def outcome(client: Any, form: str, timeout: float) -> str:
    """Create a record and say what became of it: `200, code 0`, or `raises ReadTimeout`."""
    client.config.timeout = timeout
    records, request = client.okr.v1.progress_record, create(target_id=int(TARGET))
    try:
        answer = records.create(request) if form == "lark_oapi" else asyncio.run(records.acreate(request))
    except Exception as error:
        assert type(error).__module__.partition(".")[0] in LIBRARIES[form]
        return f"raises {type(error).__name__}"
    return f"{answer.raw.status_code}, code {answer.code}"


def client_of(world: World) -> Any:
    """The SDK's client for the app of a world."""
    return lark_oapi.Client.builder().app_id(world.name).app_secret("secret").domain(world.url).build()


@pytest.mark.parametrize("form", LIBRARIES)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.then)
def test_what_lark_oapi_makes_of_it(emulator_url: str, http: httpx2.Client, fault: Fault, form: str) -> None:
    """The SDK answers or raises as the table says, repeats nothing, and the emulator has written what the table says."""
    world = new_world(http, emulator_url)
    world.meet(fault)
    client = client_of(world)
    said = [outcome(client, form, timeout) for timeout in (10, fault.timeout, 10)]
    assert said[:2] == ["200, code 0", getattr(fault, form)]
    assert said[2].endswith(f"code {fault.next}")
    world.holds(fault)


def test_an_expired_token_stays_in_the_cache(emulator_url: str, http: httpx2.Client) -> None:
    """The SDK keeps a token that was refused, for all its clients; only when its cache is emptied it asks again."""
    world = new_world(http, emulator_url)
    (fault,) = [fault for fault in FAULTS if fault.then == "expire_token: true"]
    world.meet(fault)
    said = [outcome(client_of(world), "lark_oapi", 10) for _ in range(3)]
    assert said == ["200, code 0", *["400, code 99991663"] * 2]
    TokenManager.cache.set(f"self_tenant_token:{world.name}", "", 0)
    assert outcome(client_of(world), "lark_oapi", 10) == "200, code 0"
    assert len(world.journal("auth.v3.tenant_access_token.internal")) == 2
