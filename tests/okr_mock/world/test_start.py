from collections.abc import Callable
from dataclasses import replace

import pytest

from okr_mock.world.fixture import build_fixture
from okr_mock.world.start import Start, Starts

Declare = Callable[..., Start]
PERSON = {"open_id": "ou_" + "1" * 32, "name": "一"}


@pytest.fixture
def declare(start: Start) -> Declare:
    """Make a start whose fixture declares the apps of these names."""

    def make(*apps: str) -> Start:
        entries = [{"id": app, "secret": "s"} for app in apps]
        return replace(start, fixture=build_fixture({"users": [PERSON], "apps": entries}))

    return make


def test_which_start(declare: Declare) -> None:
    """A world has a start of its own, else the one of its name, else the default."""
    default, named, own = declare(), declare(), declare()
    starts = Starts(default, {"named": named})
    assert (starts["named"], starts["any"], starts["default"]) == (named, default, default)
    starts.add("any", own)
    starts.add("named", own)
    assert (starts["any"], starts["named"]) == (own, own)
    starts.remove("any")
    starts.remove("named")
    assert (starts["any"], starts["named"]) == (default, named)


def test_apps_of_files(declare: Declare) -> None:
    """A declared app leads to the world of its fixture, any other to the world of its own name."""
    starts = Starts(declare("a"), {"team": declare("b")})
    assert [starts.home(app) for app in "abc"] == ["default", "team", "c"]
    declared = [starts.app(app) for app in "abc"]
    assert [app.id if app else None for app in declared] == ["a", "b", None]


def test_apps_of_a_made_world(declare: Declare) -> None:
    """The apps of a fixture of its own lead to the world that was made, until that is deleted."""
    starts = Starts(declare("a"), {})
    starts.add("made", declare("b"))
    assert starts.home("b") == "made"
    assert starts.app("b") is not None
    starts.remove("made")
    assert starts.home("b") == "b"
    assert starts.app("b") is None


def test_first_come(declare: Declare) -> None:
    """An app that two worlds declare leads to the first one, and to the other when that is gone."""
    starts = Starts(declare("a"), {})
    starts.add("first", declare("a", "b"))
    starts.add("second", declare("b"))
    assert [starts.home(app) for app in "ab"] == ["default", "first"]
    starts.remove("first")
    assert [starts.home(app) for app in "ab"] == ["default", "second"]
    assert starts.app("b") is not None


def test_shared_fixture(declare: Declare) -> None:
    """A world made from a fixture of the files shares it and takes its apps from nobody."""
    team = declare("b")
    starts = Starts(declare("a"), {"team": team})
    starts.add("copy", replace(team, seed=7))
    assert starts.home("b") == "team"
    starts.remove("copy")
    assert starts.home("b") == "team"


@pytest.mark.parametrize("world", ["default", "team"])
def test_apps_of_files_stay(declare: Declare, world: str) -> None:
    """A world of the files that was made anew and deleted leaves its declared apps where they were."""
    starts = Starts(declare("a"), {"team": declare("b")})
    starts.add(world, declare("c"))
    assert starts.home("c") == world
    starts.remove(world)
    assert [starts.home(app) for app in "abc"] == ["default", "team", "c"]
    assert starts.app("a") is not None
    assert starts.app("b") is not None


def test_remove_nothing(declare: Declare) -> None:
    """A world without a start of its own can be removed, which changes nothing."""
    starts = Starts(declare("a"), {"team": declare("b")})
    for world in ("default", "team", "other"):
        starts.remove(world)
    assert [starts.home(app) for app in "ab"] == ["default", "team"]
