"""Aims generated calls at what the target has: a well-formed id that nobody gave is refused by design.

Good calls would fail, and bad ones for the wrong reason. What is malformed stays as it is.
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

ID = re.compile("[0-9]{1,19}")
WORD = re.compile(".+", re.DOTALL)
MONTH = re.compile("20(0[2-9]|[12][0-9]|3[0-7])-(0[1-9]|1[0-2])")
FREE_MONTH = "2031-01"
PICTURE = b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==")
LARGEST_ID, LARGEST_SIZE = 2**63 - 1, 2**31 - 1
NAMES = {
    "cycle_id": ("okr", ID),
    "objective_id": ("objective", ID),
    "key_result_id": ("key_result", ID),
    "okr_ids": ("okr", ID),
    "period_id": ("period", ID),
    "period_ids": ("period", ID),
    "progress_id": ("record", ID),
    "user_id": ("person", WORD),
    "user_ids": ("person", WORD),
}
"""What parameters of path and query name, and the form of what is well-formed."""
KINDS = ("union_id", "user_id", "people_admin_id")


class Aim:
    """Aims calls at a world.

    Args:
        known: ids by name; `record` names a record.
    """

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known

    def take(self, case: Any) -> None:
        """Make what is well-formed in a call real.

        Args:
            case: a call of Schemathesis; is changed.
        """
        for name in ("path_parameters", "query", "body"):
            # past Schemathesis' own setter, which would judge the call anew and take an image for a mistake
            object.__setattr__(case, name, _copy(getattr(case, name)))
        for part in (case.path_parameters, case.query):
            for name, value in (part or {}).items():
                part[name] = self._parameter(name, value)
        if isinstance(case.body, dict):
            self._body(case.body)

    def _parameter(self, name: str, value: Any) -> Any:
        if name == "user_id_type" and value in KINDS:
            return "open_id"
        if name in ("page_size", "period_ids"):
            value = _held(_full(value))
        if name == "page_token" and isinstance(value, str):
            return ""
        known, form = NAMES.get(name, ("", ID))
        return self._real(value, known, form) if known in self._known else value

    def _real(self, value: Any, known: str, form: "re.Pattern[str]") -> Any:
        if isinstance(value, list):
            return [self._real(item, known, form) for item in value]
        is_text = isinstance(value, str | int) and not isinstance(value, bool)
        return self._known[known] if is_text and form.fullmatch(str(value)) else value

    def _body(self, body: dict[str, Any]) -> None:
        name = {"2": "objective", "3": "key_result"}.get(str(body.get("target_type")), "")
        if name and "target_id" in body and _is_id(body["target_id"]):
            body["target_id"] = self._known[name]
        if isinstance(body.get("data"), str | bytes):
            body["data"] = PICTURE
        if isinstance(body.get("period_rule_id"), str) and body["period_rule_id"]:
            body["period_rule_id"] = self._known["period_rule"]
        if isinstance(body.get("start_month"), str) and MONTH.fullmatch(body["start_month"]):
            body["start_month"] = FREE_MONTH
        self._people(body.get("content"))

    def _people(self, value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                self._people(item)
        elif isinstance(value, dict):
            for name in [name for name in value if "_" in name]:
                del value[name]  # may be another spelling of a field, which a target may read (claim `content_case`)
            if isinstance(value.get("openId"), str):
                value["openId"] = self._real(value["openId"], "person", WORD)
            for item in value.values():
                self._people(item)


def _is_id(value: Any) -> bool:
    if isinstance(value, str):
        return ID.fullmatch(value) is not None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 1 <= value <= LARGEST_ID and value == int(value)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(item) for name, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _held(value: Any) -> Any:
    """Keep a whole number to what an int holds, where the documents set no bounds."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return min(value, LARGEST_SIZE) if is_number else value


def _full(value: Any) -> Any:
    """Give a word for an empty text: a number or list left empty counts as absent by design, a word is a mistake."""
    return [_full(item) for item in value] if isinstance(value, list) else "none" if value == "" else value
