"""What is measured, for Prometheus; every number is read when it is asked for.

With several workers each answers for itself where a number is its own: queue, ticks, refusals.
Source: ecosystem brief, section 6.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from trading.base.errors import TradingError
from trading.base.units import SECOND_US
from trading.centre import Centre
from trading.jobs import PUBLISH_BUCKETS_US, Ticks
from trading.web.health import Health

# The framework names the character set of a text.
MEDIA_TYPE = "text/plain; version=0.0.4"


class Metrics(Collector):
    """Collects the numbers of one process."""

    def __init__(
        self, centre: Centre, health: Health, refusals: Counter[str], ticks: Ticks | None
    ) -> None:
        """Collect from the parts; ``ticks`` is None where another process ticks."""
        self._centre = centre
        self._health = health
        self._refusals = refusals
        self._ticks = ticks

    def text(self) -> bytes:
        """Return everything in the text format."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def describe(self) -> Iterator[Metric]:
        """Describe nothing beforehand: asking must not touch the database."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """Measure now."""
        yield from self._record()
        waiting = self._centre.writer.waiting
        yield _gauge("trading_queue_depth", "Commands that wait for the writer.", waiting)
        refused = CounterMetricFamily(
            "trading_refusals", "Requests that this process refused.", labels=("code",)
        )
        for code, count in sorted(self._refusals.items()):
            refused.add_metric((code,), count)
        yield refused
        if self._ticks is not None:
            yield from _of_ticks(self._ticks)

    def _record(self) -> Iterator[Metric]:
        try:
            found = self._health.vitals()
        except TradingError:
            yield _gauge("trading_database_up", "Whether the database answers.", 0)
            return
        yield _gauge("trading_database_up", "Whether the database answers.", 1)
        yield CounterMetricFamily("trading_entries", "Entries of the record.", found.size)
        yield _gauge("trading_tree_size", "Size of the published tree.", found.published)
        yield _gauge(
            "trading_publisher_lag_seconds",
            "Age of the oldest entry that is not published.",
            found.lag_us / SECOND_US,
        )
        yield _gauge(
            "trading_writer_silence_seconds",
            "Time since the last sign of life of a writer.",
            found.silence_us / SECOND_US,
        )
        yield _gauge(
            "trading_clock_drift_ms", "Wall clock minus the clock of the record.",
            found.drift_us // 1000,
        )  # fmt: skip


def _of_ticks(ticks: Ticks) -> Iterator[Metric]:
    for name, text, counts in (
        ("trading_ticks", "Jobs that were run.", ticks.runs),
        ("trading_tick_failures", "Jobs that failed.", ticks.failures),
    ):
        family = CounterMetricFamily(name, text, labels=("job",))
        for job, count in sorted(counts.items()):
            family.add_metric((job,), count)
        yield family
    so_far, buckets = 0, []
    for number, bound_us in enumerate(PUBLISH_BUCKETS_US):
        so_far += ticks.publish_us[number]
        buckets.append((str(bound_us / SECOND_US), float(so_far)))
    buckets.append(("+Inf", float(ticks.publish_us.total())))
    yield HistogramMetricFamily(
        "trading_publish_seconds", "Time that it took to publish a page of entries.",
        buckets=buckets, sum_value=ticks.publish_sum_us / SECOND_US,
    )  # fmt: skip


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value)
