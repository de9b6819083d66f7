"""A world in the hands of a test: its address, its app, what it has seen and holds, and how it is steered."""

from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

from okr_mock.control import Control, ControlError

__tracebackhide__ = True  # pytest shows the line of the test that asked, not ours
_SECRET = "any"  # noqa: S105 - of an app that no fixture declares, any will do


class World:
    """A world of its own on a running emulator; for one test, and usable from asynchronous code too.

    It may be used as a context manager, which drops it at the end.

    Args:
        control: calls the emulator's control routes.
        name: name of the world.
        app: id and secret of the app that leads there; None for the app of the world's name.
    """

    def __init__(self, control: Control, name: str, app: tuple[str, str] | None = None) -> None:
        self._control = control
        self.name = name
        self.app_id, self.app_secret = app or (name, _SECRET)

    def __repr__(self) -> str:
        return f"World({self.name!r}, {self.base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.drop()

    @property
    def base_url(self) -> str:
        """Where the emulator is, for clients that take a domain or a base URL."""
        return self._control.url

    @property
    def token(self) -> str:
        """A tenant token of this world that never expires; an emulator with `auth=strict` takes none such."""
        return f"t-dev.{self.name}"

    def requests(self, operation: str | list[str] = "", *, wait: float = 0, count: int = 1, **criteria: Any) -> Any:
        """Give the exchanges that meet criteria, oldest first, as the journal tells them.

        Args:
            operation: operation ids, of which `*` stands for any part; "" for all calls.
            wait: seconds to wait until there are `count` of them.
            count: how many to wait for.
            criteria: further words of the criteria, such as `code=0` or `body_contains="周报"`.

        Raises:
            ControlError: the criteria cannot be read, or the emulator does not answer.
        """
        return self._find(_criteria(operation, criteria), wait, count)["requests"]

    def assert_called(
        self, operation: str | list[str] = "", *, times: int | None = None, wait: float = 0, **criteria: Any
    ) -> Any:
        """Assert that calls came; gives them. If not, the error tells what came closest and how it differs.

        Args:
            operation: as above.
            times: how many exactly; None for one or more.
            wait: seconds to wait until there are enough; whatever comes later is not counted.
            criteria: as above.

        Raises:
            AssertionError: they did not, or so many calls came that the journal cannot tell any more.
            ControlError: as above.
        """
        asked = _criteria(operation, criteria)
        found = self._find(asked, wait, 1 if times is None else times)
        total = found["total"]
        is_met = total > 0 if times is None else total == times and not found["inconclusive"]
        if not is_met:
            raise AssertionError(self._explained(asked, found, times))
        return found["requests"]

    def assert_not_called(self, operation: str | list[str] = "", **criteria: Any) -> None:
        """Assert that no such call came.

        Args:
            operation: as above.
            criteria: as above.

        Raises:
            AssertionError: one did, or so many calls came that the journal cannot tell any more.
            ControlError: as above.
        """
        self.assert_called(operation, times=0, **criteria)

    def audit(self) -> Any:
        """Tell what the calls of this world say of their caller; gives findings: rule, evidence, advice and more."""
        return self._control.get("audit", world=self.name)["findings"]

    def records(self) -> Any:
        """Give the progress records that calls have written in this world or changed, oldest first."""
        return self._control.get("records", world=self.name)["records"]

    def scenario(self, *scenarios: str | Mapping[str, Any]) -> Any:
        """Let the world follow scenarios from now on, their counts from the beginning; gives what is active.

        Args:
            scenarios: names of scenarios, or whole ones.

        Raises:
            ControlError: there is no such scenario, or it is wrong.
        """
        return self._control.put("scenario", list(scenarios), world=self.name)

    def steps(self) -> dict[str, int]:
        """Tell how often each step of the world's scenarios has fired."""
        shown = self._control.get("scenario", world=self.name)
        return {step["step"]: step["fired"] for step in shown["steps"]}

    def clock(self, **change: Any) -> Any:
        """Change the world's clock if that is asked for, and tell its time.

        Args:
            change: `set` (a moment), `advance` (seconds), `freeze`, `real`.

        Raises:
            ControlError: it cannot be so.
        """
        if change:
            return self._control.put("clock", change, world=self.name)
        return self._control.get("clock", world=self.name)

    def reset(self) -> None:
        """Return the world to its start, with an empty journal; scenarios begin anew."""
        self._control.post("reset", world=self.name)

    def drop(self) -> None:
        """Forget the world, if it is still there."""
        try:
            self._control.delete(f"worlds/{self.name}")
        except ControlError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    def journal(self) -> str:
        """Write what this world has seen as a readable list."""
        from okr_mock.journal_text import journal_text

        told = self._control.get("requests", world=self.name)
        return journal_text(told["requests"], told["evicted"])

    def _find(self, asked: Mapping[str, Any], wait: float, count: int) -> Any:
        query = {"wait": f"{wait:.3f}s", "count": count} if wait and count else {}
        return self._control.post("requests/find", asked, world=self.name, **query)

    def _explained(self, asked: Mapping[str, Any], found: Any, times: int | None) -> str:
        from okr_mock.journal_text import expectation_text

        misses = []
        if found["total"] < (1 if times is None else times):
            misses = self._control.post("requests/near-misses", asked, world=self.name, limit=1)["near_misses"]
        call = ", ".join(f"{word}={value!r}" if word != "operation" else str(value) for word, value in asked.items())
        return expectation_text(call or "any call", times, found, misses)


def _criteria(operation: str | list[str], criteria: Mapping[str, Any]) -> dict[str, Any]:
    return ({"operation": operation} if operation else {}) | dict(criteria)


def new_world(control: Control, name: str, start: Mapping[str, Any]) -> World:
    """Make a world; its app is the first that its own fixture declares, else the one of its name.

    Args:
        control: calls the emulator's control routes.
        name: its name.
        start: what it starts from, as `POST /__admin/worlds` takes it.

    Raises:
        ControlError: there is one of this name, or the start is wrong.
    """
    made = control.post("worlds", {"name": name, **start})
    fixture = start.get("fixture")
    declared = fixture.get("apps", []) if isinstance(fixture, dict) else []
    apps = [(app["id"], app.get("secret", _SECRET)) for app in declared if made["apps"].get(app["id"]) == name]
    return World(control, name, apps[0] if apps else None)
