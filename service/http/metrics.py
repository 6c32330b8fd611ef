"""Counters for Prometheus; labelled children are looked up once, not rendered on each request."""

from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

REGISTRY = CollectorRegistry()
SECONDS = Histogram(
    "evenhand_request_seconds",
    "Time from the first byte of a request to the end of its answer.",
    ("method", "route"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=REGISTRY,
)
REQUESTS = Counter("evenhand_requests_total", "Requests answered.", ("method", "route", "status"), registry=REGISTRY)


@lru_cache(maxsize=4096)
def children(method: str, route: str, status: int) -> tuple[Histogram, Counter]:
    """The histogram and counter of one kind of request."""
    return SECONDS.labels(method, route), REQUESTS.labels(method, route, str(status))


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Counts one request."""
    histogram, counter = children(method, route, status)
    histogram.observe(seconds)
    counter.inc()


def exposition() -> bytes:
    """All metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)
