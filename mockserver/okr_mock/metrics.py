"""Metrics for Prometheus: what the observer counted and what the store holds, made when somebody asks."""

from collections.abc import Collection, Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from okr_mock.observer import BUCKETS_US, Observer
from okr_mock.store import WorldFacts

OTHER = "other"
"""Label of codes that the catalog does not have, and of steps that are in no file: callers make these up."""
_ENDS = [str(end / 1_000_000) for end in BUCKETS_US] + ["+Inf"]


class Metrics(Collector):
    """What is told of one emulator at one moment.

    Args:
        observer: counts the calls.
        codes: codes of the catalog.
        steps: names of the steps that are in files.
        worlds: all worlds.
    """

    def __init__(
        self, observer: Observer, codes: Collection[int], steps: Collection[str], worlds: Collection[WorldFacts]
    ) -> None:
        self._observer = observer
        self._codes = codes
        self._steps = steps
        self._worlds = worlds

    def collect(self) -> Iterator[Metric]:
        """Give all metrics."""
        yield self._calls()
        yield self._durations()
        gauges = {
            "worlds": ("Worlds that are there.", len(self._worlds)),
            "records": ("Progress records beyond those of fixtures.", sum(world.records for world in self._worlds)),
            "entity_bytes": ("Bytes of entities beyond those of fixtures.", sum(world.size for world in self._worlds)),
            "journal_evicted": (
                "Exchanges that gave way to newer ones in the journals of the worlds that are there.",
                sum(world.evicted for world in self._worlds),
            ),
        }
        for name, (text, value) in gauges.items():
            yield GaugeMetricFamily(f"okr_mock_{name}", text, value)

    def _calls(self) -> Metric:
        counts: dict[tuple[str, str, str], int] = {}
        for (_, operation, code, step), count in self._observer.counts.items():
            shown = "" if code is None else str(code) if code in self._codes or code == 0 else OTHER
            key = (operation, shown, step if step in self._steps or not step else OTHER)
            counts[key] = counts.get(key, 0) + count
        family = CounterMetricFamily(
            "okr_mock_calls", "Calls that were answered.", labels=["operation", "code", "step"]
        )
        for labels, count in counts.items():
            family.add_metric(labels, count)
        return family

    def _durations(self) -> Metric:
        text = "Time from the complete request to the answer, without what a scenario delays."
        family = HistogramMetricFamily("okr_mock_duration_seconds", text, labels=["operation"])
        for operation, row in self._observer.durations.items():
            so_far, buckets = 0, []
            for end, count in zip(_ENDS, row[:-1], strict=True):
                so_far += count
                buckets.append((end, so_far))
            family.add_metric([operation], buckets, row[-1] / 1_000_000)
        return family


def exposition(metrics: Metrics) -> bytes:
    """Write metrics in the text format of Prometheus, those of the process among them.

    Args:
        metrics: what to tell.
    """
    registry = CollectorRegistry()
    registry.register(metrics)
    ProcessCollector(registry=registry)
    return generate_latest(registry)
