"""What the tests of the suite are given."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from feishu_okr.conformance.capability import lacking
from feishu_okr.conformance.case import Case
from feishu_okr.conformance.law import Law
from feishu_okr.conformance.plugin import notes_of, run_of, stable_id
from feishu_okr.conformance.recorded import NotRecordedError
from feishu_okr.conformance.session import Session
from feishu_okr.conformance.story import Story
from feishu_okr.conformance.target import Caller, Target
from feishu_okr.conformance.wire import StopRun

Needs = Callable[..., None]
Tell = Callable[[Case], Story]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """Leave out what a recording cannot answer."""
    try:
        yield
    except NotRecordedError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """Find or start the run's target."""
    run = run_of(request.config)
    try:
        yield run.session
    except (StopRun, ValueError) as error:
        run.tally.stopped = str(error)
        pytest.exit(str(error), returncode=2)


@pytest.fixture(scope="session")
def target(session: Session) -> Target:
    """Give what the suite looks at."""
    return session.target


@pytest.fixture(scope="session")
def law(target: Target) -> Law:
    """Make the law of the profile that is expected."""
    return Law(target.contract, target.profile)


@pytest.fixture
def notes(request: pytest.FixtureRequest, target: Target) -> dict[str, Any]:
    """Give what the test notes for the report."""
    noted = notes_of(request.node)
    noted["about"] = {"name": target.name, "profile": target.profile.name, "switches": dict(target.profile.switches)}
    return noted


@pytest.fixture
def needs(target: Target) -> Needs:
    """Leave the test out, with a sentence, unless the target has what it needs: capabilities, or `knows:NAME`."""

    def check(*wanted: str) -> None:
        if why := lacking(set(wanted), target.capabilities, set(target.known)):
            pytest.skip(why)

    return check


@pytest.fixture
def caller(target: Target, request: pytest.FixtureRequest) -> Caller:
    """Somebody who calls the target, new where the target allows it."""
    return target.caller(case=stable_id(request.node))


@pytest.fixture
def tell(session: Session, law: Law, notes: dict[str, Any], needs: Needs) -> Tell:
    """Make a story of a case, told to the target that it needs."""

    def make(case: Case) -> Story:
        needs(*case.needs)
        notes["says"] = case.says
        target = session.enforcing() if "enforce" in case.needs else session.target
        return Story(case, target.caller(case.world, case.id), law, target.profile)

    return make
