"""Choices: what settings and scenarios say of the worlds to come."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from feishu_okr.contract import Contract, Profile, chosen_profile
from okr_mock.given import find_fixture, given_start
from okr_mock.scenario.library import given_of
from okr_mock.scenario.step import Scenario
from okr_mock.settings import Settings, SettingsError
from okr_mock.world.fixture import Fixture
from okr_mock.world.fixture_file import default_fixture, read_fixtures
from okr_mock.world.start import DEFAULT_WORLD, Start, Starts


def choose_profile(contract: Contract, settings: Settings) -> Profile:
    """Choose the options that the settings ask for.

    Args:
        contract: knows the claims.
        settings: name a profile, single claims and strictness.

    Raises:
        ValueError: no such profile, claim or option.
    """
    switches = [("unknown_fields", "refuse")] if settings.strict else []
    for text in settings.set:
        claim, equals, option = text.partition("=")
        if not equals:
            raise ValueError(f"{text!r} is not CLAIM=OPTION; `okr-mock claims` lists the claims")
        switches.append((claim, option))
    return chosen_profile(contract.ledger, settings.profile, switches, settings.brand)


def choose_quota(text: str) -> str | int:
    """Choose how calls are counted: `off`, `live`, or calls a window.

    Args:
        text: the setting `quota`.

    Raises:
        SettingsError: it is none of its forms.
    """
    if text in ("off", "live"):
        return text
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise SettingsError(f"--quota {text}: say off, live, or a number of calls a minute")


def read_starts(contract: Contract, settings: Settings, scenarios: Sequence[Scenario]) -> Starts:
    """Read what worlds start from. Of several fixture files, the one named `default` is for all other worlds.

    Args:
        contract: knows claims, and what content may be.
        settings: name fixture files, options, seed and quota.
        scenarios: those that the server starts with; what they ask is asked of the worlds of their apps, or of all.

    Raises:
        FixtureError: a fixture file is wrong.
        SettingsError: there is no such file, or a setting is none of its forms.
        ValueError: no such profile, claim, option or fixture.
    """
    quota, profile = choose_quota(settings.quota), choose_profile(contract, settings)
    components = contract.effective(profile).document["components"]
    first, named = _fixtures(settings.fixtures, components)
    known = {DEFAULT_WORLD: first, **named}
    homes = {app: world for world, fixture in known.items() for app in fixture.apps}
    led = [(scenario, {homes.get(app, app) for app in scenario.apps}) for scenario in scenarios]

    def start(world: str) -> Start:
        given = given_of(scenario for scenario, worlds in led if not worlds or world in worlds)
        own = named.get(world, first)
        fixture = find_fixture(given["fixture"], known, components) if "fixture" in given else own
        usual = Start(fixture, profile, fixture.document.get("seed", settings.seed), quota)
        return given_start(usual, given, contract)

    special = {*named, *(world for _, worlds in led for world in worlds)}
    return Starts(start(""), {world: start(world) for world in sorted(special)})


def _fixtures(text: str, components: Mapping[str, Any]) -> tuple[Fixture, dict[str, Fixture]]:
    """Read the fixture of most worlds, and those of the worlds of their names."""
    if not text:
        return default_fixture(), {}
    path = Path(text)
    if not path.exists():
        raise SettingsError(f"--fixtures {path}: there is no such file or folder")
    fixtures = read_fixtures(path, components)
    if path.is_file():
        return fixtures[path.stem], {}
    return fixtures.pop(DEFAULT_WORLD, None) or default_fixture(), fixtures
