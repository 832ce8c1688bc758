"""Metrics for Prometheus, summed over all web processes; labels never hold an id."""

import logging
from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from docgen.domain.work import Backlog, Task
from docgen.ports import Clock

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_OURS = CollectorRegistry()

REQUESTS = Counter(
    "qoltanba_requests",
    "Requests answered.",
    ["method", "route", "status"],
    registry=_OURS,
)
DURATION = Histogram(
    "qoltanba_request_seconds",
    "Time from a request to its answer.",
    ["method", "route"],
    buckets=_SECONDS,
    registry=_OURS,
)
PROBLEMS = Counter(
    "qoltanba_problems",
    "Answers that were problems, by their stable code.",
    ["code"],
    registry=_OURS,
)
CODES = Counter(
    "qoltanba_codes",
    "Answers that a code was sent, or has confirmed; repeated answers count again.",
    ["outcome"],
    registry=_OURS,
)


def count_code(outcome: str, *, is_test: bool) -> None:
    """Count a code; tests are no codes."""
    if not is_test:
        CODES.labels(outcome).inc()


LIMITS = Counter(
    "qoltanba_limits",
    "Refusals by a limit, by its name.",
    ["limit"],
    registry=_OURS,
)
ALERTS = Counter(
    "qoltanba_alerts",
    "What somebody should look into, by its kind; the log names the envelope.",
    ["alert"],
    registry=_OURS,
)

log = logging.getLogger(__name__)


class WorkOwed(Collector):
    """Work owed, asked at each scrape; where the answer fails, the scrape says so and goes on."""

    def __init__(self, owed: Callable[[], Mapping[Task, Backlog]], *, clock: Clock) -> None:
        self._owed = owed
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """How much of each task is owed, since when, and whether that is known at all."""
        known = GaugeMetricFamily(
            "qoltanba_work_known", "1 where the register told what is owed, else 0."
        )
        try:
            owed = self._owed()
        except Exception as failure:  # noqa: BLE001 - a scrape tells what it can, whatever fails
            log.warning("the work owed is unknown: %s", type(failure).__name__)
            known.add_metric([], 0)
        else:
            known.add_metric([], 1)
            yield from self._told(owed)
        yield known

    def _told(self, owed: Mapping[Task, Backlog]) -> Iterator[Metric]:
        count = GaugeMetricFamily("qoltanba_work_owed", "Work owed, by task.", labels=["task"])
        oldest = GaugeMetricFamily(
            "qoltanba_work_oldest_seconds", "Age of the oldest work owed, by task.", labels=["task"]
        )
        now = self._clock.now()
        for task in Task:
            backlog = owed.get(task)
            age = 0.0 if backlog is None else (now - backlog.oldest).total_seconds()
            count.add_metric([task], 0 if backlog is None else backlog.count)
            oldest.add_metric([task], max(age, 0.0))
        yield count
        yield oldest


def exposition(*collectors: Collector) -> tuple[bytes, str]:
    """All metrics of the service and of these collectors, and their content type."""
    registry = CollectorRegistry()
    try:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    except ValueError:
        # One process: nobody set PROMETHEUS_MULTIPROC_DIR, and it speaks for itself only.
        registry.register(_OURS)
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry), CONTENT_TYPE_LATEST


def forget_process(process_id: int) -> None:
    """A web process is gone: what only the living report goes with it, its counts remain."""
    multiprocess.mark_process_dead(process_id)  # type: ignore[no-untyped-call]
