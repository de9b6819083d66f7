"""What each world starts from, and which world an app leads to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from feishu_okr.contract import Profile
from okr_mock.world.fixture import App, Fixture

DEFAULT_WORLD = "default"


@dataclass(frozen=True)
class Start:
    """What a world starts from.

    Args:
        fixture: people, apps, OKRs and first records.
        profile: choice of options.
        seed: seed of ids and draws.
    """

    fixture: Fixture
    profile: Profile
    seed: int


@dataclass
class Starts:
    """The starts of all worlds.

    Args:
        default: start of every world that has none of its own.
        named: starts by name of the world.
        own: starts of worlds that were made while the server runs.
    """

    default: Start
    named: Mapping[str, Start]
    own: dict[str, Start] = field(default_factory=dict)
    _homes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for world, start in {DEFAULT_WORLD: self.default, **self.named}.items():
            self._house(world, start)

    def __getitem__(self, world: str) -> Start:
        return self.own.get(world) or self.named.get(world, self.default)

    def app(self, id: str) -> App | None:  # noqa: A002 - the API's word
        """Find a declared app.

        Args:
            id: id of the app.
        """
        world = self._homes.get(id)
        return self[world].fixture.apps.get(id) if world is not None else None

    def home(self, app: str) -> str:
        """Name the world an app leads to: that of its fixture, else one of its own.

        Args:
            app: id of the app.
        """
        return self._homes.get(app, app)

    def add(self, world: str, start: Start) -> None:
        """Give a world a start of its own.

        Args:
            world: name of the world.
            start: what it starts from.
        """
        self.own[world] = start
        if start.fixture not in (self.default.fixture, *(named.fixture for named in self.named.values())):
            self._house(world, start)

    def remove(self, world: str) -> None:
        """Take away the start of a world's own.

        Args:
            world: name of the world.
        """
        if self.own.pop(world, None):
            self._homes = {app: home for app, home in self._homes.items() if home != world or home in self.named}

    def _house(self, world: str, start: Start) -> None:
        for app in start.fixture.apps:
            self._homes.setdefault(app, world)
