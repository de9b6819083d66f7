import asyncio
import logging
import threading
from functools import partial
from pathlib import Path

import httpx2
import pytest

from okr_mock import MockServer
from okr_mock.control import ControlError
from okr_mock.handle import World
from okr_mock.settings import SettingsError
from tests.conftest import RECORDS, TENANT_TOKEN, Body


def call(world: World, body: Body) -> int:
    answer = httpx2.post(f"{world.base_url}{RECORDS}", json=body, headers={"Authorization": f"Bearer {world.token}"})
    code: int = answer.json()["code"]
    return code


def hang_up_on(world: World, body: Body) -> None:
    with pytest.raises(httpx2.HTTPError):
        call(world, body)


def test_serves_until_the_block_ends(create_body: Body) -> None:
    """In its block the server answers on a real socket; after it nobody listens there and the thread is gone."""
    before = threading.active_count()
    with MockServer() as server:
        world = server.world()
        assert call(world, create_body) == 0
        url = server.url
        assert repr(server) == f"<MockServer {url}>"
    assert threading.active_count() == before
    assert repr(server) == "<MockServer stopped>"
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{url}/readyz")
    with pytest.raises(SettingsError, match="does not run"):
        server.world()


def test_stops_with_calls_that_hang(create_body: Body) -> None:
    """A call that a scenario lets hang keeps nobody from stopping."""
    with MockServer(scenario="slow_gateway") as server:
        world = server.world()
        world.scenario({"description": "Silence.", "steps": [{"then": {"fault": "hang"}}]})
        hanging = threading.Thread(target=partial(hang_up_on, world, create_body))
        hanging.start()
    hanging.join(10)
    assert not hanging.is_alive()


def test_inside_a_running_loop_and_several_at_once(create_body: Body) -> None:
    """It starts and stops inside a running event loop, as in a notebook, and each server has worlds of its own."""

    async def story() -> None:
        with MockServer(profile="gateway") as one, MockServer() as other:
            assert one.url != other.url
            assert call(one.world("same"), {}) != call(other.world("same"), {})
            async with httpx2.AsyncClient(base_url=other.url) as client:
                answer = await client.post(RECORDS, json=create_body, headers={"Authorization": "Bearer t-dev.same"})
            assert answer.json()["code"] == 0

    asyncio.run(story())


def test_starts_again() -> None:
    """A stopped server may be started again; to stop one that does not run is nothing, to start it twice is wrong."""
    server = MockServer()
    server.stop()
    with server:
        with pytest.raises(SettingsError, match="runs already"):
            server.start()
        first = server.world("a")
    with server:
        assert server.world("a").name == first.name


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"profil": "gateway"}, "there is no setting 'profil'; did you mean 'profile'?"),
        ({"auth": "opne"}, "auth='opne' will not do; it is one of open, strict, off"),
        ({"port": 70_000}, "port=70000 will not do; it is a whole number from 0 to 65535"),
        ({"admin": "perhaps"}, "admin='perhaps' will not do; it is true or false"),
    ],
)
def test_settings_that_are_none(settings: Body, text: str) -> None:
    """A setting that there is not, or a value it does not take, is one sentence, before anything starts."""
    with pytest.raises(SettingsError) as error:
        MockServer(**settings)
    assert str(error.value) == text


@pytest.mark.parametrize("settings", [{"profile": "none"}, {"scenario": "none"}, {"fixtures": "/none"}])
def test_cannot_start(settings: Body) -> None:
    """What cannot be served is told where the server is started, and leaves no thread."""
    before = threading.active_count()
    with pytest.raises((ValueError, SettingsError), match="none"):
        MockServer(**settings).start()
    assert threading.active_count() == before


def test_port_in_use() -> None:
    """A port that somebody has is told in one sentence."""
    with MockServer() as server, pytest.raises(SettingsError, match="cannot listen"):
        MockServer(port=int(server.url.rpartition(":")[2])).start()


def test_a_world_that_is_there_already() -> None:
    """Two worlds of one name are a mistake that says so; without a name each is another."""
    with MockServer() as server:
        server.world("same")
        with pytest.raises(ControlError, match="there is a world 'same' already"):
            server.world("same")
        assert server.world().name != server.world().name


def test_strict(create_body: Body) -> None:
    """With auth=strict a world is reached by the app that its own fixture declares."""
    with MockServer(auth="strict") as server:
        fixture = server.control.get("world")
        own = {**fixture, "apps": [{"id": "cli_strict", "secret": "hush"}]}
        world = server.world("w", fixture=own)
        assert (world.app_id, world.app_secret) == ("cli_strict", "hush")
        assert "hush" not in repr(world)
        credentials = {"app_id": world.app_id, "app_secret": world.app_secret}
        token = httpx2.post(f"{server.url}{TENANT_TOKEN}", json=credentials).json()["tenant_access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx2.post(f"{server.url}{RECORDS}", json=create_body, headers=headers).json()["code"] == 0
        assert len(world.records()) == 1


def test_tls(tmp_path: Path) -> None:
    """With TLS the handle trusts the CA that was made for the run."""
    with MockServer(tls=True, ca_file=tmp_path / "ca.pem", admin_token="hush") as server:
        assert server.url.startswith("https://")
        assert server.world("w").requests() == []
        assert "hush" not in repr(server.control)


def test_leaves_logging_alone() -> None:
    """Loggers of the process keep their levels, and none of ours says anything."""
    names = ("uvicorn.error", "asyncio", "okr_mock", "")
    before = [logging.getLogger(name).level for name in names]
    with MockServer():
        pass
    assert [logging.getLogger(name).level for name in names] == before


def test_the_journal_file_is_closed(tmp_path: Path, create_body: Body) -> None:
    """What was written to a journal file is there once the server has stopped."""
    with MockServer(journal_file=tmp_path / "journal.ndjson") as server:
        call(server.world(), create_body)
    assert len((tmp_path / "journal.ndjson").read_bytes().splitlines()) == 1
