"""What Prometheus may count of one studio process: requests, answers of the model, saves, leases, errors.

No label names a person, a face or an address. Times are seconds. Counted since the process began, whether or
not anybody asks; how it is asked for: `studio.scrape`. Not covered: what `train` does.
"""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SLOW = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60)

disable_created_metrics()  # a second series for each, which nothing here is read by
COUNTED = CollectorRegistry(auto_describe=False)
_requests = Counter(
    "emola_http_requests", "Answered requests.", ("method", "route", "status"), registry=COUNTED
)
_seconds = Histogram(
    "emola_http_seconds",
    "Seconds until an answer began.",
    ("route",),
    buckets=FAST,
    registry=COUNTED,
)
_predictions = Histogram(
    "emola_prediction_seconds",
    "Seconds that the model took to answer about a face, by what it was asked.",
    ("tasks",),
    buckets=SLOW,
    registry=COUNTED,
)
_saves = Counter("emola_annotations", "Annotations saved, by kind.", ("kind",), registry=COUNTED)
_leases = Counter(
    "emola_leases", "Faces that were given to annotators, by what became of it.", ("act",), registry=COUNTED
)
_errors = Counter(
    "emola_event_errors", "Events that ended with an error, by its kind.", ("event", "kind"), registry=COUNTED
)


def requested(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    _requests.labels(method, route, status).inc()
    _seconds.labels(route).observe(seconds)


def predicted(tasks: Iterable[str], seconds: float) -> None:
    """Count the model's answer about a face to these tasks, with the seconds that it took."""
    _predictions.labels("+".join(sorted(tasks))).observe(seconds)


def saved(kind: str) -> None:
    """Count a save that is on the disk: labels, skip or undo."""
    _saves.labels(kind).inc()


def leased(act: str, faces: int = 1) -> None:
    """Count leases that were given, renewed or returned; those that ended by themselves are not."""
    _leases.labels(act).inc(faces)


def failed(event: str, error: BaseException) -> None:
    """Count an event that ended with an error."""
    _errors.labels(event, type(error).__name__).inc()
