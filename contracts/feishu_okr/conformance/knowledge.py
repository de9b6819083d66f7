"""What is known of a target: ids that calls can name. A test names them as `${name}`."""

from collections.abc import Iterable, Mapping
from typing import Any

NAMES = {
    "objective": "objective that records may be written to",
    "key_result": "key result that records may be written to",
    "other_key_result": "second key result of the same person",
    "okr": "OKR that holds objective and key result",
    "other_okr": "second OKR of the same person",
    "person": "open id of the person whose OKR it is",
    "other_person": "open id of somebody else",
    "foreign_okr": "OKR of somebody else",
    "foreign_objective": "objective of somebody else",
    "foreign_key_result": "key result of somebody else",
    "period": "period of the OKR",
    "period_rule": "rule that periods follow, such as 134",
    "code": "authorization code of the person",
    "other_code": "authorization code of somebody else",
}
"""Every name and what it names."""
FOREIGN = ("okr", "objective", "key_result")


def read_known(texts: Iterable[str]) -> dict[str, str]:
    """Read what the person at the keyboard knows.

    Args:
        texts: `NAME=ID` each.

    Raises:
        ValueError: a text is none, or the name is not one of `NAMES`.
    """
    known = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not value or name not in NAMES:
            raise ValueError(f"--know {text}: write NAME=ID, where NAME is one of {', '.join(NAMES)}")
        known[name] = value
    return known


def of_fixture(document: Mapping[str, Any]) -> dict[str, str]:
    """Tell what a world of the emulator holds.

    Args:
        document: the world as a fixture.
    """
    users, okrs = document.get("users", []), document.get("okrs", [])
    if not users or not okrs:
        return {}
    person, *others = [user["open_id"] for user in users]
    known = {"person": person, **_of_owner(person, okrs), **_codes(document, person)}
    if others:
        known["other_person"] = others[0]
        foreign = _of_owner(others[0], okrs)
        known |= {f"foreign_{name}": foreign[name] for name in FOREIGN if name in foreign}
    if rules := document.get("period_rules"):
        known["period_rule"] = rules[0]["period_rule_id"]
    return known


def _codes(document: Mapping[str, Any], person: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in document.get("codes", []):
        found.setdefault("code" if entry["user"] == person else "other_code", entry["code"])
    return found


def _of_owner(person: str, okrs: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Name what the latest OKR of a person holds."""
    own = [okr for okr in okrs if okr["user"] == person and okr.get("objectives")]
    if not own:
        return {}
    latest = own[-1]
    known = {"okr": latest["id"], "period": latest["period"]}
    if len(own) > 1:
        known["other_okr"] = own[0]["id"]
    return known | of_objectives(latest["objectives"], "key_results")


def of_objectives(objectives: Iterable[Mapping[str, Any]], member: str) -> dict[str, str]:
    """Name the first objective that has key results, and these.

    Args:
        objectives: as a fixture or an answer has them.
        member: where an objective keeps its key results.
    """
    for objective in objectives:
        key_results = [entry["id"] for entry in objective.get(member, [])]
        if key_results:
            second = {"other_key_result": key_results[1]} if len(key_results) > 1 else {}
            return {"objective": objective["id"], "key_result": key_results[0], **second}
    return {}
