"""Opens the inspector: the control routes and the page, over what the emulator keeps and observes."""

from collections.abc import Callable

from starlette.routing import Router

from okr_mock.audit import Watch
from okr_mock.coverage import Coverage
from okr_mock.endpoint import Emulator
from okr_mock.inspector.observations import Observations
from okr_mock.inspector.page_routes import page_routes
from okr_mock.inspector.routes import inspector_routes
from okr_mock.inspector.scenarios import Scenarios
from okr_mock.inspector.verification import Verification
from okr_mock.inspector.worlds import Worlds
from okr_mock.not_found import NotFound
from okr_mock.settings import Settings
from okr_mock.world.start import Starts


def open_inspector(
    emulator: Emulator,
    settings: Settings,
    starts: Starts,
    clock: Callable[[], int],
    watch: Watch,
    coverage: Coverage,
) -> Router:
    """Build the control routes; every other path is answered as the API answers one it does not know.

    Args:
        emulator: what the endpoints share.
        settings: everything that can be set.
        starts: what worlds start from.
        clock: tells the time in milliseconds since the epoch.
        watch: judges callers.
        coverage: says what calls have met.
    """
    contract, store, library = emulator.contract, emulator.store, emulator.library
    looks = [
        *Observations(store, watch.auditor, emulator.observer, coverage, library).routes,
        *page_routes(emulator),
    ]
    calls = Verification(store, contract.operations, forgets=bool(settings.world_idle))
    worlds, scenarios = Worlds(store, starts, contract, clock), Scenarios(store, starts, library)
    effective = contract.effective(starts.default.profile)
    routes = inspector_routes(settings, effective, store, calls, worlds, scenarios, looks)
    return Router(routes, redirect_slashes=False, default=NotFound(emulator))
