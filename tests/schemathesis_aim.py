"""Aims generated calls at what a new world has: a well-formed id that nobody gave is refused by design.

Good calls would fail, and bad ones for the wrong reason. Every call and every scenario has a world of its own, so what
one call does is not in the way of another.
"""

import re
from base64 import b64decode
from collections.abc import Sequence
from itertools import count
from typing import Any

import schemathesis

from okr_mock.world.fixture import KEY_RESULT, OBJECTIVE
from okr_mock.world.fixture_file import default_fixture
from okr_mock.world.period import month_of, months_between, number_of

Case = schemathesis.Case[Any]
PAGE_TOKEN, CLIENT, VERIFIER = "page_token", "client_id", "code_verifier"
V3 = "/oauth/v3/token"
JSON = "application/json"
LARGEST_ID = 2**63 - 1
FIXTURE = default_fixture()
PERIODS: list[dict[str, Any]] = FIXTURE.document["periods"]
RECORD_IDS: list[str] = [record["id"] for record in FIXTURE.document["records"]]
PERIOD_IDS: list[str] = [period["id"] for period in PERIODS]
TARGETS = {kind: [name for other, name in FIXTURE.targets if other == kind] for kind in (OBJECTIVE, KEY_RESULT)}
LATEST_OKRS = {
    okr["user"]: okr for okr in sorted(FIXTURE.okrs.values(), key=lambda okr: PERIOD_IDS.index(okr["period"]))
}
FIRST_TARGETS: list[tuple[int, str]] = [
    target
    for objective in (okr["objectives"][0] for okr in LATEST_OKRS.values())
    for target in ((OBJECTIVE, objective["id"]), (KEY_RESULT, objective["key_results"][0]["id"]))
]
RULES: dict[str, Any] = {rule["period_rule_id"]: rule for rule in FIXTURE.period_rules}
REAL: dict[str, list[str]] = {
    "cycle_id": list(FIXTURE.okrs),
    "key_result_id": TARGETS[KEY_RESULT],
    "objective_id": TARGETS[OBJECTIVE],
    "okr_ids": list(FIXTURE.okrs),
    "period_id": PERIOD_IDS,
    "period_ids": PERIOD_IDS,
    "progress_id": RECORD_IDS,
}
USERS = ("user_id", "user_ids")
ID = re.compile("[0-9]{1,19}")
TEXT = re.compile(".+", re.DOTALL)
START_MONTH = re.compile("20(0[2-9]|[12][0-9]|3[0-7])-(0[1-9]|1[0-2])")
GRANTS = {
    "/open-apis/authen/v2/oauth/token": ("authorization_code", "refresh_token"),
    V3: ("authorization_code", "refresh_token", "client_credentials"),
}
ONE_PIXEL = {
    "image/jpeg": "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////"
    "////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=",
    "image/png": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg==",
    "image/webp": "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==",
    "image/gif": "R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==",
    "image/bmp": "Qk06AAAAAAAAADYAAAAoAAAAAQAAAAEAAAABABgAAAAAAAQAAAATCwAAEwsAAAAAAAAAAAAA////AA==",
    "image/x-icon": "AAABAAEAAQEAAAEAIAAwAAAAFgAAACgAAAABAAAAAgAAAAEAIAAAAAAACAAAAAAAAAAAAAAAAAAAAAAAAAD/////AAAAAA==",
    "image/tiff": "SUkqAAoAAAD/AAcAAAEDAAEAAAABAAAAAQEDAAEAAAABAAAAAgEDAAEAAAAIAAAAAwEDAAEAAAABAAAA"
    "BgEDAAEAAAABAAAAEQEEAAEAAAAIAAAAFwEEAAEAAAABAAAAAAAAAA==",
    "image/heic": "AAAAGGZ0eXBoZWljAAAAAG1pZjFoZWlj",  # its first box, which names the type
}
_numbers = count(1)


def new_world() -> str:
    """Name a world that nobody called yet."""
    return f"world-{next(_numbers)}"


def headers_for(world: str) -> dict[str, str]:
    """Give the headers of a tenant's call in a world."""
    return {"Authorization": f"Bearer t-dev.{world}"}


def aim(case: Case, world: str, spared: Sequence[str] = ()) -> None:
    """Make what is well-formed real: ids in path, query and body, page tokens, codes, refresh tokens, start months.

    Args:
        case: the call.
        world: the world it is sent to.
        spared: names of path parameters that stay as they are.
    """
    for name in ("path_parameters", "query", "body"):
        # What was drawn may be drawn again, so it is copied; past Schemathesis' own setter, which would judge the call
        # anew and take an image, which is no JSON value, for a mistake.
        object.__setattr__(case, name, _copy(getattr(case, name)))
    _aim_parameters(case, spared)
    if isinstance(case.query.get(PAGE_TOKEN), str):
        _aim_at_page(case, headers_for(world))
    body: Any = case.body
    if not isinstance(body, dict):
        return
    if case.path in GRANTS:
        _aim_at_grant(case, body)
    else:
        _aim_at_target(body)
        _aim_at_image(case, body)
        _aim_at_people(body.get("content"), _people(case))
        _aim_at_free_month(body)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(item) for name, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _full(value: Any) -> Any:
    """Give a word for an empty text: a number or list left empty counts as absent by design, a word is a mistake."""
    return [_full(item) for item in value] if isinstance(value, list) else "none" if value == "" else value


def _pick(value: Any, real: Sequence[str], form: re.Pattern[str] = ID) -> Any:
    """Give a real id for one that is well-formed on the wire; what is real or malformed stays."""
    if isinstance(value, list):
        return [_pick(item, real, form) for item in value]
    if isinstance(value, bool) or not isinstance(value, str | int):
        return value
    text = str(value)
    return value if text in real or not form.fullmatch(text) else real[sum(map(ord, text)) % len(real)]


def _people(case: Case) -> list[str]:
    kind = case.query.get("user_id_type")
    return [person.id(kind if isinstance(kind, str) else "") for person in FIXTURE.people.all]


def _aim_parameters(case: Case, spared: Sequence[str]) -> None:
    for container in (case.path_parameters, case.query):
        for name, value in container.items():
            if name in ("page_size", "period_ids"):
                value = container[name] = _full(value)
            if name in USERS:
                container[name] = _pick(value, _people(case), TEXT)
            elif name in REAL and name not in spared:
                container[name] = _pick(value, REAL[name])


def _aim_at_page(case: Case, headers: dict[str, str]) -> None:
    """Send the token that the list's first page names, or none where there is no other page."""
    if any(value not in REAL[name] for name, value in case.path_parameters.items()):
        return  # a bad call, which has no pages
    query = {**case.query, "page_size": 1, PAGE_TOKEN: ""}
    first = case.operation.Case(path_parameters=dict(case.path_parameters), query=query).call(headers=headers)
    case.query[PAGE_TOKEN] = first.json().get("data", {}).get(PAGE_TOKEN, "")


def _aim_at_target(body: dict[str, Any]) -> None:
    kind, name = body.get("target_type"), body.get("target_id")
    if kind not in (2, 3, "2", "3") or isinstance(name, bool) or not isinstance(name, str | int | float):
        return
    if isinstance(name, str) or (1 <= name <= LARGEST_ID and name == int(name)):
        body["target_id"] = _pick(name if isinstance(name, str) else int(name), TARGETS[int(kind)])


def _aim_at_image(case: Case, body: dict[str, Any]) -> None:
    """Send an image of the type that the part says it has; Schemathesis draws any bytes."""
    if isinstance(body.get("data"), str | bytes):
        name = (case.multipart_content_types or {}).get("data", "image/gif")
        body["data"] = b64decode(ONE_PIXEL[name])


def _aim_at_people(value: Any, people: Sequence[str]) -> None:
    """Make every mention in a content that of somebody."""
    if isinstance(value, list):
        for item in value:
            _aim_at_people(item, people)
    elif isinstance(value, dict):
        for name in [name for name in value if "_" in name]:
            del value[name]  # another spelling of a field, which the emulator reads though the schema knows it not
        if isinstance(value.get("openId"), str):
            value["openId"] = _pick(value["openId"], people, TEXT)
        for item in value.values():
            _aim_at_people(item, people)


def _aim_at_free_month(body: dict[str, Any]) -> None:
    """Make a start month one that fits the rule and that no period of a new world is in the way of."""
    if isinstance(body.get("period_rule_id"), str):
        body["period_rule_id"] = _pick(body["period_rule_id"], list(RULES), TEXT)
    month, name = body.get("start_month"), body.get("period_rule_id")
    if isinstance(month, str) and START_MONTH.fullmatch(month):
        rule = RULES[name] if isinstance(name, str) and name in RULES else {"length": 3, "first_month": 1}
        number, length = number_of(month), rule["length"]
        number -= (number - (rule["first_month"] - 1)) % length
        taken = {period["start_month"] for period in PERIODS if months_between(period) == length}
        body["start_month"] = month_of(number - 120 if month_of(number) in taken else number)


def _aim_at_grant(case: Case, body: dict[str, Any]) -> None:
    """Let an app that nobody used yet ask with a code of its world, a token got for one, or its credentials alone."""
    if not _is_app(body.get(CLIENT)):
        return
    body[CLIENT] = f"{next(_numbers)}.{body[CLIENT]}"[:64]
    if isinstance(body.get("scope"), str):
        body["scope"] = " ".join(dict.fromkeys(body["scope"].split()))
    if case.path == V3 and isinstance(body.get(VERIFIER), str):
        del body[VERIFIER]  # refused, for the codes of a new world were got without a challenge
    grants = GRANTS[case.path]
    if not isinstance(body.get("grant_type"), str):
        return
    body["grant_type"] = grants[sum(map(ord, str(body.get("client_secret")))) % len(grants)]
    wanted = {"authorization_code": "code", "refresh_token": "refresh_token"}.get(body["grant_type"])
    if wanted and isinstance(body.get(wanted, ""), str):
        code = next(iter(FIXTURE.codes))
        body[wanted] = code if wanted == "code" else _refresh_token(case, body[CLIENT], code)


def _is_app(text: Any) -> bool:
    return isinstance(text, str) and re.fullmatch("[A-Za-z0-9_.-]{1,64}", text) is not None


def _refresh_token(case: Case, client: str, code: str) -> str:
    body = {"grant_type": "authorization_code", CLIENT: client, "client_secret": "any", "code": code}
    answer = case.operation.Case(body=body, media_type=JSON).call().json()
    token: str = answer["refresh_token"]
    return token
