"""Emulators that tests of a module share, each time with all worlds forgotten; and a small world of short ids."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from okr_mock.app import create_app
from okr_mock.settings import Settings
from tests.conftest import Body

OAUTH = "/oauth/v3/token"
A, B, C = (f"ou_{letter * 32}" for letter in "abc")
KINDS = {"open_id": A, "union_id": f"on_{'a' * 32}", "user_id": "staff-a", "people_admin_id": "7000000000000000001"}
NOT_EXISTED = {"open_id": 99992351, "union_id": 99992363, "user_id": 99992359, "people_admin_id": 99992352}
SMALL_WORLD: Body = {
    "users": [
        {"open_id": A, "union_id": KINDS["union_id"], "user_id": "staff-a", "lark_id": KINDS["people_admin_id"],
         "name": "李明", "en_name": "Ming Li"},
        {"open_id": B, "name": "李明明", "en_name": "Mingming Li"},
        {"open_id": C, "name": "王芳"},
    ],
    "apps": [{"id": "cli_narrow", "secret": "narrow-secret", "scopes": ["okr:okr"]},
             {"id": "cli_contacts", "secret": "s", "scopes": ["okr:okr", "contact:user.employee_id:readonly"]}],
    "codes": [{"code": "narrow", "user": A, "scopes": ["okr:okr"]},
              {"code": "wide", "user": A, "scopes": ["okr:okr", "contact:user.employee_id:readonly"]}],
    "periods": [
        {"id": "11", "start_month": "2026-07", "end_month": "2026-09"},
        {"id": "12", "start_month": "2026-10", "end_month": "2026-12"},
        {"id": "13", "start_month": "2026-01", "end_month": "2026-12", "zh_name": "全年", "en_name": "The year"},
    ],
    "okrs": [
        {"id": "21", "user": A, "period": "11", "visible_to": "owner", "confirm_status": 2, "objectives": [
            {"id": "31", "content": "和 @李明明、@李明 一起", "mentions": [A, B], "notes": "第一行\n第二行",
             "score": 84, "weight": 100, "deadline": "1790000000000", "progress_rate": {"percent": 12, "status": "1"},
             "updated": {"report": "1780000000000", "score": "1780000000001"},
             "key_results": [{"id": name, "content": f"第 {name} 项"} for name in ("41", "42", "43")]}]},
        {"id": "22", "user": B, "period": "12", "objectives": [
            {"id": "32", "content": "支持别人", "aligned_to": ["31", "34"]}, {"id": "33", "content": "独立"}]},
        {"id": "23", "user": A, "period": "12", "objectives": [{"id": "34", "content": "上\n\n下"}]},
        {"id": "24", "user": A, "period": "13", "confirm_status": 0, "objectives": []},
    ],
}  # fmt: skip
Fresh = Callable[..., TestClient]
Small = Callable[..., TestClient]


@pytest.fixture(scope="session")
def fresh() -> Iterator[Fresh]:
    """Give a client with settings of choice and the token `t-dev`; it may have served before, but has no world."""
    with ExitStack() as stack:
        clients: dict[str, TestClient] = {}

        def give(**settings: Any) -> TestClient:
            key = repr(sorted(settings.items()))
            if key not in clients:
                app = create_app(Settings(**settings))
                headers = {"Authorization": "Bearer t-dev"}
                client = TestClient(app, headers=headers, base_url="http://localhost", follow_redirects=False)
                clients[key] = stack.enter_context(client)
            _forget(clients[key])
            return clients[key]

        yield give


def _forget(client: TestClient) -> None:
    worlds = ["-", *(world["name"] for world in client.get("/__admin/worlds").json()["worlds"])]
    for world in worlds:
        answer = client.delete(f"/__admin/worlds/{world}", headers={"Content-Type": "application/json"})
        assert answer.status_code in (200, 404), answer.text


@pytest.fixture
def small(fresh: Fresh, tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Give a client of the small world; a document given by name changes it."""

    def give(world: Body | None = None, **settings: Any) -> TestClient:
        document = orjson.dumps(SMALL_WORLD | (world or {}))
        path = tmp_path_factory.getbasetemp() / f"small-{hash(document):x}.json"
        path.write_bytes(document)
        return fresh(fixtures=str(path), **settings)

    return give


def acts(person: str, world: str = "") -> dict[str, str]:
    """Write the headers of a person."""
    return {"Authorization": f"Bearer u-dev{world}@{person}"}


def bearer(client: TestClient, app: str, code: str = "") -> dict[str, str]:
    """Get the headers of an app of the small world, or of the person who granted the code."""
    grant = {"grant_type": "authorization_code", "code": code} if code else {"grant_type": "client_credentials"}
    secret = next(entry["secret"] for entry in SMALL_WORLD["apps"] if entry["id"] == app)
    token = client.post(OAUTH, json=grant | {"client_id": app, "client_secret": secret}).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def moved(client: TestClient, seconds: float, world: str = "default") -> int:
    """Let a world's clock stand still, later than it was; gives the time in milliseconds."""
    answer = client.put(f"/__admin/clock?world={world}", json={"freeze": True, "advance": seconds})
    now: int = answer.json()["now"]
    return now


def journal(client: TestClient, world: str = "default") -> Any:
    """Read a world's journal."""
    return client.get(f"/__admin/requests?world={world}").json()["requests"]
