"""What each world starts from, and which world an app leads to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from feishu_okr.contract import Profile
from okr_mock.world.clock import Clock
from okr_mock.world.fixture import App, Fixture

DEFAULT_WORLD = "default"


@dataclass(frozen=True)
class Start:
    """What a world starts from.

    Args:
        fixture: people, apps, OKRs and first records.
        profile: choice of options.
        seed: seed of ids and draws.
        quota: `off`, `live`, or calls a window.
        scenarios: names of scenarios, or scenarios as JSON texts; None for those that the server was started with.
        moment: time at which the clock begins, in milliseconds since the epoch; None for the fixture's or the real one.
        is_frozen: whether the clock stands still.
        usual: what it would start from without scenarios; None for the same.
    """

    fixture: Fixture
    profile: Profile
    seed: int
    quota: str | int = "off"
    scenarios: tuple[str, ...] | None = None
    moment: int | None = None
    is_frozen: bool = False
    usual: "Start | None" = None

    def allowed(self, calls: int) -> int:
        """Say how many calls a window allows, where calls are counted.

        Args:
            calls: how many the API allows.
        """
        return calls if isinstance(self.quota, str) else self.quota

    @property
    def sets_clock(self) -> bool:
        """Whether a scenario says what time it is."""
        return self.moment is not None or self.is_frozen

    def clock(self, real: int) -> Clock:
        """Give the clock of a world that begins.

        Args:
            real: the real time, in milliseconds since the epoch.
        """
        clock = Clock(**self.fixture.document.get("clock", {}))
        if self.moment is not None:
            clock = Clock().set(self.moment, real)
        return clock.freeze(real) if self.is_frozen else clock


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
    _homes: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for world, start in {DEFAULT_WORLD: self.default, **self.named}.items():
            self._house(world, start)

    def __getitem__(self, world: str) -> Start:
        return self.own.get(world) or self.named.get(world, self.default)

    @property
    def fixtures(self) -> dict[str, Fixture]:
        """Fixtures by the names that they can be asked for."""
        return {DEFAULT_WORLD: self.default.fixture, **{name: start.fixture for name, start in self.named.items()}}

    def app(self, id: str) -> App | None:  # noqa: A002 - the API's word
        """Find a declared app.

        Args:
            id: id of the app.
        """
        worlds = self._homes.get(id)
        return self[worlds[0]].fixture.apps.get(id) if worlds else None

    def home(self, app: str) -> str:
        """Name the world an app leads to: the first whose fixture declares it, else one of its own.

        Args:
            app: id of the app.
        """
        return self._homes.get(app, [app])[0]

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
        start = self.own.pop(world, None)
        for app in start.fixture.apps if start else ():
            worlds = self._homes.get(app, [])
            if world in worlds and app not in self[world].fixture.apps:
                worlds.remove(world)
            if not worlds:
                self._homes.pop(app, None)

    def _house(self, world: str, start: Start) -> None:
        for app in start.fixture.apps:
            worlds = self._homes.setdefault(app, [])
            if world not in worlds:
                worlds.append(world)
