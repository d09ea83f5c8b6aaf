"""The meters themselves: names, meanings and labels. Import it only through `app.metrics`."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REQUEST_EDGES = (0.01, 0.03, 0.12, 0.3, 1, 5)
"""Seconds; the figures that the door and the dashboard hold under load are among them."""
CALL_EDGES = (0.1, 0.3, 1, 3, 10)


class Meters:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter(
            "http_requests", "Requests answered, by view.", "endpoint", "method", "status"
        )
        self.request_seconds = Histogram(
            "autocharge_http_request_duration_seconds",
            "How long they took.",
            ("endpoint", "method", "status"),
            buckets=REQUEST_EDGES,
            registry=self.registry,
        )
        self.events = self._counter("events_processed", "Events that the worker has worked on.", "outcome")
        self.deliveries = self._counter("deliveries", "What became of each send.", "channel", "outcome")
        self.whop_calls = self._counter("whop_calls", "Calls of Whop's API.", "operation", "status")
        self.whop_seconds = Histogram(
            "autocharge_whop_call_duration_seconds",
            "How long they took.",
            ("operation",),
            buckets=CALL_EDGES,
            registry=self.registry,
        )
        self.whop_limited = self._counter("whop_limited", "Calls that Whop refused as too many.", "operation")
        self.whop_limited_seconds = self._counter(
            "whop_limited_seconds", "Waits that Whop asked for with these.", "operation"
        )
        self.pool_size = self._pool_gauge("size", "Connections that the process keeps open.")
        self.pool_in_use = self._pool_gauge("in_use", "Connections that work at this moment.")
        self.pool_overflow = self._pool_gauge("overflow", "Connections open beyond the size.")
        self.pool_limit = self._pool_gauge("limit", "Connections that the process may open at most.")

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"autocharge_{name}", meaning, labels, registry=self.registry)

    def _pool_gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(
            f"autocharge_db_pool_{name}",
            meaning,
            ("process",),
            registry=self.registry,
            multiprocess_mode="liveall",  # each living process by itself, by its pid
        )
