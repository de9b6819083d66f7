"""Starts as text, so that processes can tell each other what a world starts from."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson

from feishu_okr.contract import Profile
from okr_mock.world.fixture import Fixture, build_fixture
from okr_mock.world.start import Start

_FIXTURES = 64
"""Fixtures kept built; a text that is read again gives the same object."""


def start_text(start: Start, known: Mapping[str, Fixture]) -> bytes:
    """Write a start.

    Args:
        start: what a world starts from.
        known: fixtures by name, which every process has; others are written whole.
    """
    return orjson.dumps(_value(start, known))


def _value(start: Start, known: Mapping[str, Fixture]) -> dict[str, Any]:
    name = next((name for name, fixture in known.items() if fixture is start.fixture), None)
    profile = start.profile
    return {
        "fixture": orjson.dumps(start.fixture.document).decode() if name is None else "",
        "name": name,
        "profile": [profile.name, profile.brand, profile.switches],
        "seed": start.seed,
        "quota": start.quota,
        "scenarios": start.scenarios,
        "moment": start.moment,
        "is_frozen": start.is_frozen,
        "usual": _value(start.usual, known) if start.usual else None,
    }


def read_start(text: bytes, known: Mapping[str, Fixture]) -> Start:
    """Read a start.

    Args:
        text: what `start_text` wrote.
        known: fixtures by name.

    Raises:
        KeyError: it names a fixture that there is not.
    """
    return _start(orjson.loads(text), known)


def _start(value: Mapping[str, Any], known: Mapping[str, Fixture]) -> Start:
    name, brand, switches = value["profile"]
    start = Start(
        fixture=known[value["name"]] if value["name"] is not None else _built(value["fixture"]),
        profile=_profile(name, brand, tuple(map(tuple, switches))),
        seed=value["seed"],
        quota=value["quota"],
        scenarios=None if value["scenarios"] is None else tuple(value["scenarios"]),
        moment=value["moment"],
        is_frozen=value["is_frozen"],
    )
    return replace(start, usual=_start(value["usual"], known)) if value["usual"] else start


@lru_cache(maxsize=_FIXTURES)
def _built(text: str) -> Fixture:
    return build_fixture(orjson.loads(text))


@lru_cache(maxsize=_FIXTURES)
def _profile(name: str, brand: str, switches: tuple[tuple[str, str], ...]) -> Profile:
    """Give the one object of its kind, whose hash is kept."""
    return Profile(name, brand, switches)
