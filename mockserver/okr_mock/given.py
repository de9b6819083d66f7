"""What a scenario asks of a world: its fixture, options, quota and clock."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from feishu_okr.contract import Contract
from feishu_okr.contract.number import whole_numbers
from okr_mock.scenario.step import read_moment
from okr_mock.world.fixture import Fixture, build_fixture
from okr_mock.world.fixture_file import find_mistakes
from okr_mock.world.start import Start

MOST_MISTAKES = 100


def given_start(start: Start, given: Mapping[str, Any], contract: Contract) -> Start:
    """Give what a world starts from under scenarios; their fixture is not looked at.

    Args:
        start: what it would start from; what earlier scenarios asked is forgotten.
        given: what they ask.
        contract: knows profiles and claims.

    Raises:
        ValueError: there is no such profile, claim or option.
    """
    usual = start.usual or start
    profile, clock = usual.profile, given.get("clock", {})
    base = () if "profile" in given else profile.switches
    switches = [*base, *given.get("set", {}).items()]
    asked = contract.ledger.profile(given.get("profile", "documented"), switches, profile.brand)
    chosen = replace(asked, name=given.get("profile", profile.name))
    return replace(
        usual,
        profile=contract.effective(chosen).profile,  # the one object of its kind, which is found faster at each call
        quota=given.get("quota", usual.quota),
        moment=read_moment(clock["set"]) if "set" in clock else usual.moment,
        is_frozen=clock.get("freeze", usual.is_frozen),
        usual=usual,
    )


def find_fixture(asked: Any, known: Mapping[str, Fixture], components: Mapping[str, Any]) -> Fixture:
    """Find a fixture by its name, or build the one that was sent.

    Args:
        asked: name, or value of a fixture file.
        known: fixtures by name.
        components: those of the contract's document under the world's profile, which say what content may be.

    Raises:
        ValueError: there is none of that name, or it is wrong; names every mistake.
    """
    if isinstance(asked, str):
        if asked not in known:
            text = (
                f"fixture: there is no {asked!r}; there are {', '.join(known)} (--fixtures), or send one as an object"
            )
            raise ValueError(text)
        return known[asked]
    found = find_mistakes(asked, components)[:MOST_MISTAKES]
    if found:
        raise ValueError("; ".join(f"fixture/{'/'.join(map(str, at))}: {text}" for at, text in found))
    return build_fixture(whole_numbers(asked))
