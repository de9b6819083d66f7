"""What was observed, as control routes: the audit of a world, coverage, and metrics for Prometheus."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from okr_mock.audit import Auditor
from okr_mock.audit import report as audit_report
from okr_mock.coverage import Coverage
from okr_mock.coverage import report as coverage_report
from okr_mock.inspector.answer import json_answer, world_of
from okr_mock.inspector.guard import mistake
from okr_mock.inspector.page_routes import Table
from okr_mock.observer import Observer
from okr_mock.scenario.library import Library
from okr_mock.store import Store


class Observations:
    """What the control routes of observations do.

    Args:
        store: keeps the journals.
        auditor: judges callers.
        observer: counts the calls.
        coverage: says what they have met.
        library: all scenarios.
    """

    def __init__(
        self, store: Store, auditor: Auditor, observer: Observer, coverage: Coverage, library: Library
    ) -> None:
        self._store = store
        self._auditor = auditor
        self._observer = observer
        self._coverage = coverage
        self._library = library

    @property
    def routes(self) -> Table:
        """Methods, paths and answers."""
        return [
            ("GET", "/__admin/audit", self.show_audit),
            ("GET", "/__admin/coverage", self.show_coverage),
            ("GET", "/metrics", self.show_metrics),
        ]

    async def show_audit(self, request: Request) -> Response:
        """Audit a world."""
        if wrong := _refuse(request, ("json", "junit", "text")):
            return wrong
        world = world_of(request)
        page = await self._store.journal(world)
        report = self._auditor.audit(world, page.exchanges, page.evicted)
        match request.query_params.get("format"):
            case "junit":
                return Response(audit_report.as_junit(report), media_type="application/xml")
            case "text":
                return PlainTextResponse(audit_report.as_text(report))
        return json_answer(audit_report.as_json(report))

    async def show_coverage(self, request: Request) -> Response:
        """Tell the coverage of a world, or of all."""
        if wrong := _refuse(request, ("json", "text")):
            return wrong
        covered = self._coverage.covered(request.query_params.get("world"))
        if request.query_params.get("format") == "text":
            return PlainTextResponse(coverage_report.as_text(covered))
        return json_answer(coverage_report.as_json(covered))

    async def show_metrics(self, _: Request) -> Response:
        """Tell the metrics."""
        from prometheus_client import CONTENT_TYPE_LATEST  # slow to load

        from okr_mock.metrics import Metrics, exposition

        catalog = self._library.contract.catalog
        codes = {entry.code for entry in catalog.entries.values()}
        steps = {step.name for scenario in self._library.scenarios.values() for step in scenario.steps}
        metrics = Metrics(self._observer, codes, steps, await self._store.worlds())
        return Response(exposition(metrics), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _refuse(request: Request, forms: tuple[str, ...]) -> Response | None:
    """Refuse a parameter or a form that there is not."""
    if unknown := request.query_params.keys() - {"world", "format"}:
        return mistake(400, f"no parameter {min(unknown)!r}; there are world and format")
    form = request.query_params.get("format", "json")
    return None if form in forms else mistake(400, f"no format {form!r}; there are {', '.join(forms)}")
