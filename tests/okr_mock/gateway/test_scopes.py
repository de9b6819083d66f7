"""What apps and people were granted, and what they are refused without it, for every operation of the contract."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from feishu_okr.contract import Contract, Operation, load
from okr_mock.app import create_app
from okr_mock.settings import Settings
from tests.conftest import TENANT_TOKEN, Body
from tests.okr_mock.world.test_fixture_file import PERSON, company

SCOPED = [operation for operation in load().operations.values() if operation.scopes]
TENANT_ONLY = [operation for operation in SCOPED if "user" not in operation.tokens]
FOR_PEOPLE = [operation for operation in SCOPED if "user" in operation.tokens]
SCOPES = sorted({scope for operation in SCOPED for scope in operation.scopes})
APP_MISSING, USER_MISSING = 99991672, 99991679
CONTACT = "contact:user.employee_id:readonly"
OAUTH = "/open-apis/authen/v2/oauth/token"

APP_TEXT = "Access denied. One of the following scopes is required: [{scopes}]."
APP_CHINESE = (
    "应用尚未开通所需的应用身份权限：[{scopes}]，点击链接申请并开通任一权限即可："
    "https://open.feishu.cn/app/cli_none/auth?q={query}&op_from=openapi&token_type=tenant"
)
USER_TEXT = (
    "Unauthorized. You do not have permission to perform the requested operation on the resource. Please request user "
    "re-authorization and try again. required one of these privileges under the user identity: [{scopes}]."
)
USER_CHINESE = (
    "应用未获取所需的用户授权：[{scopes}]，点击链接查看解决方案：https://open.feishu.cn/document/uAjLw4CM/ugTN1YjL4UTN24CO1UjN/"
    "trouble-shooting/how-to-resolve-error-99991679"
)
HOSTS = {"feishu": "https://open.feishu.cn", "lark": "https://open.larksuite.com"}
NOTHING = {"user_id": PERSON} | dict.fromkeys(
    ("progress_id", "period_id", "cycle_id", "objective_id", "key_result_id"), "1"
)
"""What stands in the paths; but for the person there is none of it."""
Brand = Callable[[str], TestClient]
Call = Callable[..., Any]


def app_of(scope: str) -> str:
    return f"cli_{SCOPES.index(scope)}"


def tenant() -> Body:
    """A fixture with an app for each scope, and a code that grants each scope."""
    apps: list[Body] = [{"id": app_of(scope), "scopes": [scope]} for scope in SCOPES]
    apps += [{"id": "cli_none", "scopes": []}, {"id": "cli_all"}, {"id": "cli_off", "enabled": False}]
    apps += [{"id": "cli_people", "tokens": ["user"]}, {"id": "cli_itself", "tokens": ["tenant"]}]
    apps += [{"id": "cli_reader", "scopes": SCOPES}, {"id": "cli_contacts", "scopes": [*SCOPES, CONTACT]}]
    granted = {"none": [], "all": None, "reader": SCOPES, "contacts": [*SCOPES, CONTACT]} | {s: [s] for s in SCOPES}
    codes = [
        {"code": f"{name} {app}", "user": PERSON} | ({} if scopes is None else {"scopes": scopes})
        for name, scopes in granted.items()
        for app in ("cli_none", "cli_all", "cli_off")
    ]
    (okr,) = company()["okrs"]
    mentioning = okr["objectives"][0] | {"content": "和 @一 一起", "mentions": [PERSON]}
    return company(
        okrs=[okr | {"objectives": [mentioning]}],
        apps=[{"secret": "s", **app} for app in apps],
        codes=codes,
        period_rules=[{"period_rule_id": "1", "type": "month", "length": 3, "first_month": 1}],
    )


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brand]:
    """Give a client of an emulator of a brand, or of the tenant's standard edition."""
    folder: Path = tmp_path_factory.mktemp("scopes")
    clients: dict[str, TestClient] = {}
    with ExitStack() as stack:

        def give(name: str) -> TestClient:
            if name not in clients:
                is_standard = name == "standard"
                path = folder / f"{name}.json"
                path.write_bytes(orjson.dumps(tenant() | ({"edition": "standard"} if is_standard else {})))
                settings = Settings(fixtures=str(path), brand="feishu" if is_standard else name, log_level="error")
                clients[name] = stack.enter_context(TestClient(create_app(settings), base_url="http://localhost"))
            return clients[name]

        yield give


@pytest.fixture(scope="module")
def tokens() -> dict[tuple[int, str, str], str]:
    """Tokens that were fetched already."""
    return {}


@pytest.fixture
def call(tokens: dict[tuple[int, str, str], str]) -> Call:
    """Call an operation as an app, or as a person who granted the app something; paths lead to nothing."""

    def send(client: TestClient, operation: Operation, app: str, granted: str = "", query: str = "") -> Any:
        key = (id(client), app, granted)
        if key not in tokens:
            tokens[key] = fetched(client, app, granted)
        path = operation.path.format(**NOTHING)
        headers = {"Authorization": f"Bearer {tokens[key]}"}
        return client.request(operation.method, path + query, headers=headers)

    return send


def fetched(client: TestClient, app: str, granted: str) -> str:
    if not granted:
        answer = client.post(TENANT_TOKEN, json={"app_id": app, "app_secret": "s"}).json()
        return str(answer["tenant_access_token"])
    grant = {"grant_type": "authorization_code", "code": f"{granted} {app}"}
    answer = client.post(OAUTH, json={"client_id": app, "client_secret": "s"} | grant).json()
    return str(answer["access_token"])


def name_of(operation: Operation) -> str:
    return operation.id


def expected(operation: Operation, name: str, code: int, brand: str) -> Body:
    """The refusal for want of a scope; its log id is left open."""
    english, chinese = (APP_TEXT, APP_CHINESE) if code == APP_MISSING else (USER_TEXT, USER_CHINESE)
    text = english + (chinese if brand == "feishu" else "")
    query = ",".join(operation.scopes)
    kind = "action_scope_required" if code == APP_MISSING else "action_privilege_required"
    return {
        "code": code,
        "msg": text.format(scopes=", ".join(operation.scopes), query=query),
        "permission_violations": [{"type": kind, "subject": scope} for scope in operation.scopes],
        "helps": [
            {
                "url": f"{HOSTS[brand]}/app/{name}/auth?q={query}&op_from=openapi",
                "description": f"Learn more about scopes and how to add them: [{query}]",
            }
        ],
    }


def test_every_operation_has_scopes(contract: Contract) -> None:
    """Every operation of the contract wants a scope, but those that give tokens."""
    assert {operation.id for operation in SCOPED} == {
        operation.id for operation in contract.operations.values() if not operation.issues_tokens
    }
    assert len(SCOPED) >= 17


@pytest.mark.parametrize("site", ["feishu", "lark"])
@pytest.mark.parametrize("operation", SCOPED, ids=name_of)
def test_app_without_scope(brand: Brand, call: Call, operation: Operation, site: str) -> None:
    """An app that was granted nothing is told which scopes would do, and where to ask for them."""
    answer = call(brand(site), operation, "cli_none")
    found = answer.json()
    error = found["error"]
    assert answer.status_code == 400
    assert {"code": found["code"], "msg": found["msg"], **error} == expected(
        operation, "cli_none", APP_MISSING, site
    ) | {"log_id": answer.headers["x-tt-logid"], "troubleshooter": error["troubleshooter"]}
    assert f"code={APP_MISSING}" in error["troubleshooter"]


@pytest.mark.parametrize("site", ["feishu", "lark"])
@pytest.mark.parametrize("operation", FOR_PEOPLE, ids=name_of)
def test_person_without_scope(brand: Brand, call: Call, operation: Operation, site: str) -> None:
    """A person who granted nothing is refused, whatever the app has; the scopes of people are their own."""
    answer = call(brand(site), operation, "cli_all", "none")
    found = answer.json()
    error = found["error"]
    assert answer.status_code == 400
    assert {"code": found["code"], "msg": found["msg"], **error} == expected(
        operation, "cli_all", USER_MISSING, site
    ) | {"log_id": answer.headers["x-tt-logid"], "troubleshooter": error["troubleshooter"]}


@pytest.mark.parametrize("operation", SCOPED, ids=name_of)
def test_any_one_scope_suffices(brand: Brand, call: Call, operation: Operation) -> None:
    """Any one of an operation's scopes opens it, to apps and to people, and no other scope does."""
    client = brand("feishu")
    as_app = {scope for scope in SCOPES if call(client, operation, app_of(scope)).json()["code"] != APP_MISSING}
    assert as_app == set(operation.scopes)
    assert call(client, operation, "cli_all").json()["code"] != APP_MISSING
    if operation in FOR_PEOPLE:
        codes = {scope: call(client, operation, "cli_all", scope).json()["code"] for scope in (*SCOPES, "all")}
        assert {scope for scope, code in codes.items() if code != USER_MISSING} == {*operation.scopes, "all"}
        assert not set(codes.values()) & {99991663, 99991668, APP_MISSING}


@pytest.mark.parametrize("operation", TENANT_ONLY, ids=name_of)
@pytest.mark.parametrize("granted", ["none", "all"])
def test_tenant_only(brand: Brand, call: Call, operation: Operation, granted: str) -> None:
    """What only tenants may call refuses people by the kind of their token, before any scope is looked at."""
    answer = call(brand("feishu"), operation, "cli_all", granted)
    assert (answer.status_code, answer.json()["code"]) == (400, 99991668)
    assert answer.json()["msg"] == "user access token not support"
    assert "permission_violations" not in answer.json()["error"]


def test_which_are_tenant_only() -> None:
    """Periods, their rules and reviews are for tenants only; no operation is for people only."""
    assert [operation.id for operation in TENANT_ONLY if "period" not in operation.id] == ["okr.v1.review.query"]
    assert len(TENANT_ONLY) == 5
    assert all("tenant" in operation.tokens for operation in SCOPED)


@pytest.mark.parametrize("granted", ["", "all"])
def test_disabled_app(brand: Brand, call: Call, contract: Contract, granted: str) -> None:
    """The tokens of an app that the tenant disabled admit nobody."""
    answer = call(brand("feishu"), contract.operations["okr.v1.progress_record.get"], "cli_off", granted)
    assert (answer.status_code, answer.json()["code"], answer.json()["msg"]) == (400, 99991662, "app not in use")


def test_kinds_of_token(brand: Brand) -> None:
    """An app gets no token of a kind that it may not have."""
    client = brand("feishu")
    answer = client.post(TENANT_TOKEN, json={"app_id": "cli_people", "app_secret": "s"})
    assert (answer.status_code, answer.json()) == (200, {"code": 10013, "msg": "get tenant access token fail"})
    secret = {"client_secret": "s"}
    code = {"grant_type": "authorization_code", "client_id": "cli_itself", "code": "all cli_none"}
    answer = client.post(OAUTH, json=code | secret)
    assert (answer.status_code, answer.json()["code"]) == (400, 20010)
    assert answer.json()["error_description"] == "The user does not have permission to use this app."


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("okr.v1.period.create", 403, 1000403),
        ("okr.v1.period.patch", 403, 1000403),
        ("okr.v1.period_rule.list", 403, 1000403),
        ("okr.v1.period.list", 200, 0),
    ],
)
def test_standard_edition(brand: Brand, contract: Contract, name: str, status: int, code: int) -> None:
    """The standard edition refuses what has to do with managing periods, and shows them."""
    operation = contract.operations[name]
    bodies = {"POST": {"period_rule_id": "1", "start_month": "2027-01"}, "PATCH": {"status": 1}}
    path, body = operation.path.format(period_id="5"), bodies.get(operation.method)
    answers = {
        edition: brand(edition).request(
            operation.method, path, json=body, headers={"Authorization": "Bearer t-dev.edition"}
        )
        for edition in ("standard", "feishu")
    }
    assert (answers["standard"].status_code, answers["standard"].json()["code"]) == (status, code)
    assert answers["feishu"].json()["code"] == 0
    if code:
        text = "OpenAPI is unavailable in current edition (Standard edition). Please update to Business edition."
        assert answers["standard"].json()["msg"] == text


@pytest.mark.parametrize("kind", ["user_id", "union_id", "open_id"])
@pytest.mark.parametrize("is_person", [False, True])
def test_field_scope(brand: Brand, call: Call, contract: Contract, kind: str, is_person: bool) -> None:
    """The tenant's own id of a person is shown only to who may see it; other kinds of id need no such scope."""
    client = brand("feishu")
    ids = {entry["open_id"]: entry for entry in known(client)}[PERSON]
    operation = contract.operations["okr.v1.okr.batch_get"]
    shown = {}
    for name in ("reader", "contacts", "all"):
        app, granted = ("cli_all", name) if is_person else (f"cli_{name}", "")
        (okr,) = call(client, operation, app, granted, f"?user_id_type={kind}&okr_ids=1").json()["data"]["okr_list"]
        (shown[name],) = okr["objective_list"][0]["mentioned_user_list"]
    full = {"open_id": PERSON, "user_id": ids[kind]}
    assert shown["contacts"] == shown["all"] == full
    assert shown["reader"] == ({"open_id": PERSON} if kind == "user_id" else full)


def known(client: TestClient) -> list[Body]:
    """People of the world with all their ids, those that were made up too."""
    from okr_mock.world.people import read_person

    users = client.get("/__admin/world").json()["users"]
    return [vars(read_person(user)) for user in users]
