"""Every fault on a real socket, met by the official Python SDK, in its synchronous and its asynchronous form."""

import httpx2
import pytest
from lark_oapi.core.token.manager import TokenManager

from tests.clients.faults import FAULTS, LIBRARIES, Fault, new_world, sdk, sdk_of

pytestmark = pytest.mark.once


@pytest.mark.parametrize("form", LIBRARIES)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_lark_oapi_makes_of_it(emulator_url: str, http: httpx2.Client, fault: Fault, form: str) -> None:
    """It answers or raises as the table says, repeats nothing, and the emulator has written what the table says."""
    world = new_world(http, emulator_url)
    world.meet(fault)
    client = sdk_of(world)
    said = [sdk(client, timeout, form) for timeout in (10, fault.timeout, 10)]
    assert said[:2] == ["200, code 0", getattr(fault, form)]
    assert said[2].endswith(f"code {fault.next}")
    world.holds(fault)


def test_an_expired_token_stays_in_the_cache(emulator_url: str, http: httpx2.Client) -> None:
    """The SDK keeps a token that was refused, for all its clients; only when its cache is emptied it asks again."""
    world = new_world(http, emulator_url)
    world.meet(FAULTS["expire_token: true"])
    said = [sdk(sdk_of(world)) for _ in range(3)]
    assert said == ["200, code 0", *["400, code 99991663"] * 2]
    TokenManager.cache.set(f"self_tenant_token:{world.name}", "", 0)
    assert sdk(sdk_of(world)) == "200, code 0"
    assert len(world.journal("auth.v3.tenant_access_token.internal")) == 2
