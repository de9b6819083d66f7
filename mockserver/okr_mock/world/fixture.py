"""A fixture: people, apps and OKRs that worlds share, and the first form of what each world may change."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

import orjson

from okr_mock.world.people import People, read_person

OBJECTIVE, KEY_RESULT = 2, 3
RECORD, IMAGE, IMAGE_DATA, PERIOD, CODE = "progress_record", "image", "image_data", "period", "code"
STATE, LAST_RECORD = "state", "last_record"
"""Names in a target's group beside those of its records, which hold their times: how far the target is, and when the
last record was written that is deleted since."""
_BEIJING = timezone(timedelta(hours=8))

Key = tuple[str, str]
Entities = Mapping[str, Mapping[str, bytes]]


@dataclass(frozen=True)
class App:
    """A declared app.

    Args:
        id: its id.
        secret: its secret.
        tokens: kinds of token it may have.
        scopes: what it was granted; None for every scope.
        is_enabled: whether the tenant lets it call.
    """

    id: str
    secret: str
    tokens: tuple[str, ...]
    scopes: frozenset[str] | None
    is_enabled: bool


class Target(NamedTuple):
    """What a progress record can be written to.

    Args:
        type: 2 for an objective, 3 for a key result.
        id: its id in decimal.
        data: its entry in the fixture, every default filled in.
        objective: the same of the objective; of a key result, the one above it.
        okr: the entry of the OKR it belongs to.
        position: place among its siblings, from 1.
        group: name of the group that holds its state and names its records.
    """

    type: int
    id: str
    data: Mapping[str, Any]
    objective: Mapping[str, Any]
    okr: Mapping[str, Any]
    position: int
    group: str


@dataclass(frozen=True, eq=False)
class Fixture:
    """What worlds start from; read once and shared.

    Args:
        document: the fixture file's value.
        edition: the tenant's OKR edition, `business` or `standard`.
        apps: declared apps by id.
        people: the people.
        codes: authorization codes.
        period_rules: how long periods are and when they begin.
        periods: periods by id, as they stand in the file; what became of them is in the store.
        okrs: OKRs by id, every default filled in.
        targets: objectives and key results by type and id.
        entities: what worlds may change, as bytes by group and name.
    """

    document: Mapping[str, Any]
    edition: str
    apps: Mapping[str, App]
    people: People
    codes: Mapping[str, Mapping[str, Any]]
    period_rules: tuple[Mapping[str, Any], ...]
    periods: Mapping[str, Mapping[str, Any]]
    okrs: Mapping[str, Mapping[str, Any]]
    targets: Mapping[tuple[int, str], Target]
    entities: Entities

    @property
    def reviews(self) -> list[Mapping[str, Any]]:
        """Addresses of review documents by person and period."""
        return self.document.get("reviews", [])  # type: ignore[no-any-return]


def target_group(target_type: int, target_id: str) -> str:
    """Name the group that holds a target's state and names its records.

    Args:
        target_type: 2 for an objective, 3 for a key result.
        target_id: its id in decimal.
    """
    return f"target/{target_type}/{target_id}"


def month_start(month: str, later: int = 0) -> int:
    """Tell when a month begins in Beijing, in milliseconds since the epoch.

    Args:
        month: such as `2026-10`.
        later: months to add.
    """
    months = int(month[:4]) * 12 + int(month[5:]) - 1 + later
    return int(datetime(months // 12, months % 12 + 1, 1, tzinfo=_BEIJING).timestamp() * 1000)


def build_fixture(document: Mapping[str, Any]) -> Fixture:
    """Build a fixture.

    Args:
        document: value of a fixture file that holds to its schema.
    """
    periods = {period["id"]: period for period in document.get("periods", [])}
    okrs = {okr["id"]: _okr(okr, periods) for okr in document.get("okrs", [])}
    return Fixture(
        document=document,
        edition=document.get("edition", "business"),
        apps={app["id"]: _app(app) for app in document.get("apps", [])},
        people=People(read_person(user) for user in document["users"]),
        codes={code["code"]: code for code in document.get("codes", [])},
        period_rules=tuple(document.get("period_rules", [])),
        periods=periods,
        okrs=okrs,
        targets={(target.type, target.id): target for okr in okrs.values() for target in _targets(okr)},
        entities=_entities(document),
    )


def _app(entry: Mapping[str, Any]) -> App:
    scopes = frozenset(entry["scopes"]) if "scopes" in entry else None
    tokens = tuple(entry.get("tokens", ("tenant", "user")))
    return App(entry["id"], entry["secret"], tokens, scopes, entry.get("enabled", True))


def _okr(okr: Mapping[str, Any], periods: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    deadline = str(month_start(periods[okr["period"]]["end_month"], later=1) - 1)
    objectives = [
        _goal(objective, deadline, len(okr["objectives"]))
        | {"notes": objective.get("notes", ""), "aligned_to": objective.get("aligned_to", [])}
        | {"key_results": _key_results(objective, deadline)}
        for objective in okr["objectives"]
    ]
    return {"confirm_status": 4, "visible_to": "everyone", **okr, "objectives": objectives}


def _key_results(objective: Mapping[str, Any], deadline: str) -> list[dict[str, Any]]:
    key_results = objective.get("key_results", [])
    return [_goal(key_result, deadline, len(key_results)) for key_result in key_results]


def _goal(entry: Mapping[str, Any], deadline: str, siblings: int) -> dict[str, Any]:
    """Fill in what objectives and key results have alike."""
    return {
        "mentions": [],
        "score": 0,
        "weight": round(100 / siblings, 2),
        "deadline": deadline,
        "progress_rate": {"percent": 0, "status": "-1"},
        "updated": {},
        **entry,
    }


def _targets(okr: Mapping[str, Any]) -> Iterator[Target]:
    for position, objective in enumerate(okr["objectives"], start=1):
        group = target_group(OBJECTIVE, objective["id"])
        yield Target(OBJECTIVE, objective["id"], objective, objective, okr, position, group)
        for place, key_result in enumerate(objective["key_results"], start=1):
            group = target_group(KEY_RESULT, key_result["id"])
            yield Target(KEY_RESULT, key_result["id"], key_result, objective, okr, place, group)


def _entities(document: Mapping[str, Any]) -> Entities:
    entities: dict[str, dict[str, bytes]] = {}
    for (group, name), value in _first_entities(document):
        entities.setdefault(group, {})[name] = value
    return entities


def _first_entities(document: Mapping[str, Any]) -> Iterator[tuple[Key, bytes]]:
    for period in document.get("periods", []):
        yield (PERIOD, period["id"]), orjson.dumps(period)
    for record in document.get("records", []):
        yield (RECORD, record["id"]), orjson.dumps(stored_record(record))
        yield (target_group(record["target_type"], record["target_id"]), record["id"]), record["modify_time"].encode()
    for image in document.get("images", []):
        facts = {name: value for name, value in image.items() if name != "data"}
        yield (IMAGE, image["file_token"]), orjson.dumps(facts)
        yield (IMAGE_DATA, image["file_token"]), base64.b64decode(image["data"])
    for code in document.get("codes", []):
        if code.get("used"):
            yield (CODE, code["code"]), b"used"


def stored_record(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a record of a fixture file into the stored form, which has the API's names.

    Args:
        entry: an entry of `records`.
    """
    record = {"progress_id": entry["id"], "create_time": entry["modify_time"], **entry}
    del record["id"]
    return record
