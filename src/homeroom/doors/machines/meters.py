"""What this process counts, as Prometheus reads it. No district, person, file or address is a label: only words from short lists.

Counters are fed by whoever does the thing; what can be asked when the metrics are read (queue, SFTP door, districts) is asked then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from homeroom import __version__

WALK_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600)
REQUEST_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SFTP = {
    "logins": "Log-ins that succeeded.",
    "login_failures": "Wrong passwords.",
    "shut_outs": "Addresses that were shut out for guessing.",
    "turned_away": "Connections that were closed at once: shut out, or too many.",
    "closed": "Files that were written and closed.",
    "renamed": "Files that were renamed.",
    "cut_off": "Uploads that were cut off.",
    "refused": "Uploads that went over a limit.",
}

Asked = Callable[[], Iterable[tuple[Mapping[str, str], float]]]


class Meters:
    """The metrics of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        named: dict[str, Any] = {"registry": self.registry}
        ProcessCollector(registry=self.registry)
        Gauge("homeroom_build_info", "The version of Homeroom.", ["version"], **named).labels(__version__).set(1)
        self._walks = Histogram(
            "homeroom_import_seconds", "Walks of imports by this process, by how they ended.", ["outcome"],
            buckets=WALK_BUCKETS, **named,
        )  # fmt: skip
        self._deliveries = Counter("homeroom_deliveries", "Deliveries sealed by this process.", ["trigger"], **named)
        self._bytes = Counter("homeroom_delivery_bytes", "Bytes of the deliveries sealed by this process.", ["trigger"], **named)
        self._incomplete = Counter("homeroom_incomplete_sets", "Pushed sets that were given up as incomplete.", **named)
        self._requests = Histogram(
            "homeroom_http_request_seconds", "Requests for rosters and tokens, by the template of their path.",
            ["method", "route", "status"], buckets=REQUEST_BUCKETS, **named,
        )  # fmt: skip

    def walked(self, outcome: str, seconds: float) -> None:
        """An import was walked: to an outcome, or until it waits for a person."""
        self._walks.labels(outcome).observe(seconds)

    def sealed(self, trigger: str, size: int, missing: bool) -> None:
        """A delivery was sealed. `missing`: of a set that was given up."""
        self._deliveries.labels(trigger).inc()
        self._bytes.labels(trigger).inc(size)
        self._incomplete.inc(missing)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(method if method in METHODS else "other", route, str(status)).observe(seconds)

    def ask(self, name: str, says: str, labels: tuple[str, ...], asked: Asked) -> None:
        """Make a gauge whose values are asked for when the metrics are read."""
        self.registry.register(_Asked(name, says, labels, asked))

    def ask_sftp(self, counts: Callable[[], Mapping[str, int]]) -> None:
        """Tell what the SFTP door counted."""
        self.registry.register(_Sftp(counts))

    def exposed(self) -> tuple[bytes, str]:
        """All metrics as text, and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST


class _Asked(Collector):
    def __init__(self, name: str, says: str, labels: tuple[str, ...], asked: Asked) -> None:
        self._family = name, says, labels
        self._asked = asked

    def collect(self) -> Iterator[Metric]:
        """Ask now."""
        name, says, labels = self._family
        made = GaugeMetricFamily(name, says, labels=labels)
        for values, number in self._asked():
            made.add_metric([values[label] for label in labels], number)
        yield made

    def describe(self) -> Iterator[Metric]:
        """Known without asking."""
        name, says, labels = self._family
        yield GaugeMetricFamily(name, says, labels=labels)


class _Sftp(Collector):
    def __init__(self, counts: Callable[[], Mapping[str, int]]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """Ask the door now."""
        counts = self._counts()
        events = CounterMetricFamily("homeroom_sftp_events", "What happened at the SFTP door.", labels=["event"])
        for event in SFTP:
            events.add_metric([event], counts.get(event, 0))
        yield events
        yield GaugeMetricFamily("homeroom_sftp_connections", "Connections that are open.", counts.get("open", 0))

    def describe(self) -> Iterator[Metric]:
        """Known without asking."""
        yield CounterMetricFamily("homeroom_sftp_events", "What happened at the SFTP door.", labels=["event"])
        yield GaugeMetricFamily("homeroom_sftp_connections", "Connections that are open.")
