"""A fixture: what a new world starts from, as the stored form of its entities."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from feishu_okr.contract.source import read

DEFAULT = Path(__file__).with_name("default.yaml")
OBJECTIVE, KEY_RESULT = 2, 3
RECORD = "progress_record/"


@dataclass(frozen=True)
class Fixture:
    """What a new world starts from.

    Args:
        apps: secret by app id.
        entities: stored bytes by key.
    """

    apps: Mapping[str, str]
    entities: Mapping[str, bytes]


def target_key(target_type: int, target_id: str) -> str:
    """Name the stored entity of an objective or key result.

    Args:
        target_type: 2 for an objective, 3 for a key result.
        target_id: its id in decimal.
    """
    return f"target/{target_type}/{target_id}"


def record_key(progress_id: str) -> str:
    """Name the stored entity of a progress record.

    Args:
        progress_id: its id in decimal.
    """
    return f"{RECORD}{progress_id}"


def read_fixture(path: Path = DEFAULT) -> Fixture:
    """Read a fixture file.

    Args:
        path: a YAML or JSON file.

    Raises:
        ContractError: the file is unreadable.
    """
    data = read(path).value
    return Fixture(
        apps={app["id"]: app["secret"] for app in data["apps"]},
        entities=dict(_entities(data)),
    )


def _entities(data: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    for user in data["users"]:
        yield f"user/{user['open_id']}", orjson.dumps(user)
    for objective in data["objectives"]:
        yield target_key(OBJECTIVE, objective["id"]), orjson.dumps(objective)
        for key_result in objective["key_results"]:
            yield target_key(KEY_RESULT, key_result["id"]), orjson.dumps(key_result)
