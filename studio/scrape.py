"""Gives the metrics to Prometheus: /metrics on a port of its own (EMOLA_METRICS), off unless one is given.

For this computer alone unless an address is given with the port: the studio's own port, which a proxy shows
to the world, never has them. Each process counts for itself; with several behind one address, let Prometheus
ask each at its own port, and add up there.
"""

from collections.abc import Iterator
from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from db.models import Assignment
from model.errors import EmolaError
from studio.health import SHOWN
from studio.metrics import COUNTED
from studio.workplace import Workplace

STATES = ("nothing", "serving", "loading", "refused", "named")


class NoSuchPort(EmolaError):
    """EMOLA_METRICS is no port, or the port cannot be listened at."""


class Standing:
    """What is not counted but looked up when Prometheus asks: leases, the hub, the model."""

    def __init__(self, work: Workplace):
        self._work = work

    def collect(self) -> Iterator[Metric]:
        """Yield how it stands; what a database that does not answer would tell is left out."""
        work = self._work
        state = work.following.seen.state if work.following else "nothing"
        yield InfoMetricFamily(
            "emola_model", "The model that answers.", {"revision": work.serving.revision[:SHOWN]}
        )
        swap = GaugeMetricFamily("emola_promotions", "1: how promotions are followed.", labels=["state"])
        for name in STATES:
            swap.add_metric([name], float(name == state))
        yield swap
        try:
            yield from self._kept()
        except SQLAlchemyError:
            return

    def _kept(self) -> Iterator[Metric]:
        """Yield what the database knows."""
        held = select(func.count()).where(Assignment.lease_until.is_not(None))
        with self._work.database.reads.begin() as session:
            leases = session.scalar(held) or 0
        yield GaugeMetricFamily("emola_leases_held", "Faces that annotators hold, in all processes.", leases)
        if sync := self._work.sync:
            state = sync.state()
            yield GaugeMetricFamily(
                "emola_sync_waiting", "Events that are not on the hub yet.", state.waiting
            )
            behind = sync.seconds_behind() if state.waiting else 0.0
            yield GaugeMetricFamily("emola_sync_lag_seconds", "What waits for the hub is no older.", behind)
            refused = float(state.refused is not None)
            yield GaugeMetricFamily("emola_sync_refused", "1: nothing is sent to the hub any more.", refused)


def serve(work: Workplace, where: str) -> tuple[WSGIServer, Thread]:
    """Give the metrics at "port" of this computer, or at "host:port", until the server is shut down.

    Raises NoSuchPort.
    """
    host, _, port = where.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise NoSuchPort(f"EMOLA_METRICS is {where!r}; give a port, as in 9464, or host:port.")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(COUNTED)
    registry.register(Standing(work))
    try:
        return start_http_server(int(port), host.strip("[]") or "127.0.0.1", registry)
    except OSError as error:
        raise NoSuchPort(
            f"The metrics cannot be given at {where} ({error.strerror}). Give another."
        ) from error
