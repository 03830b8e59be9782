"""One training run's row: begun or taken up, kept alive while it works, ended in words.

Whoever holds the lease "retrain" works, nobody else; so a row that says running while nobody holds it is of a
process that died. It is taken up again where what it started from still serves, at most `TRIES` times (a run
that kills its process would do so for ever), and else marked failed. A thread renews lease and heartbeat and
writes the progress down. Not covered: the work itself (`train.rounds.round`).
"""

import os
import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from db import clock, leases
from db.models import TrainingRun
from db.session import Database
from train.errors import Stopped, TrainingError

LEASE = "retrain"
SECONDS, EVERY = 120.0, 5.0
"""How long a lease is for, unless told otherwise, and how often it is renewed at least."""
TRIES = 3
POINTS = 200
"""Points of the live loss curve, at most."""


class Busy(TrainingError):
    """Another process is retraining; it goes on, and this one has nothing to do."""


class Life:
    """A lease of some seconds that is held, and the row that it is held for. every: seconds between two
    heartbeats, each of which renews it.
    """

    def __init__(self, database: Database, every: float = EVERY, seconds: float = SECONDS):
        self.database, self.seconds = database, seconds
        self.every = min(every, seconds / 4)  # some heartbeats may be lost
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self.run_id: int | None = None
        self._stop = threading.Event()
        self.why = ""
        self._progress: dict[str, Any] = {}
        self._told = threading.Event()
        self._ended = threading.Event()

    def work_on(self, run_id: int | None, progress: Mapping[str, Any] | None = None) -> None:
        """Say which row is worked on from now on, and how far it is."""
        self.run_id, self._progress = run_id, dict(progress or {})

    def tell(self, **progress: Any) -> None:
        """Note how far the work is; it is written with the next heartbeat."""
        self._progress = {**self._progress, **progress}

    def loss(self, step: int, steps: int, value: float, eta_seconds: float) -> None:
        """Note a training step: its loss joins the live curve, which is thinned as it grows."""
        curve = [*self._progress.get("curve", []), [step, round(value, 5)]]
        if len(curve) > POINTS:
            curve = [*curve[:-1:2], curve[-1]]
        self.tell(step=step, steps=steps, loss=value, eta_seconds=round(eta_seconds, 1), curve=curve)

    def should_stop(self) -> bool:
        """Whether the work should end."""
        if self._told.is_set():
            self.end("This process was told to end. The next one goes on from here.")
        return self._stop.is_set()

    def require(self) -> None:
        """Raise Stopped where the work should end."""
        if self.should_stop():
            raise Stopped(self.why)

    def end(self, why: str) -> None:
        """Ask the work to end."""
        self.why = self.why or why
        self._stop.set()

    def follow(self, ended: threading.Event) -> None:
        """Let the work end when this event is set, too."""
        self._told = ended

    def beat(self) -> None:
        """Renew lease and heartbeat, write the progress, and see whether somebody wants the run to stop."""
        with self.database.sessions.begin() as session:
            if not leases.take(session, LEASE, self.holder, self.seconds):
                self.end("Another process has taken the work over, since this one gave no sign of life.")
            elif self.run_id is not None:
                row = session.get_one(TrainingRun, self.run_id)
                row.heartbeat_at, row.progress = clock.now(session), self._progress or None
                if row.state != "running":
                    self.end("Stopped, as somebody asked in the Runs tab.")

    def _keep(self) -> None:
        while not self._ended.wait(self.every):
            try:
                self.beat()
            except OperationalError as error:  # a busy or restarting database; the lease outlasts some
                print(f"No heartbeat: {error.orig}", flush=True)


@contextmanager
def held(database: Database, every: float = EVERY, seconds: float = SECONDS):
    """Yield a Life that holds the lease. Raises Busy where another process has it."""
    life = Life(database, every, seconds)
    with database.sessions.begin() as session:
        if not leases.take(session, LEASE, life.holder, seconds):
            raise Busy("Another process is retraining; one does so at a time.")
    keeper = threading.Thread(target=life._keep, daemon=True)
    keeper.start()
    try:
        yield life
    finally:
        life._ended.set()
        keeper.join()
        with database.sessions.begin() as session:
            leases.give_up(session, LEASE, life.holder)


def begin(
    session: Session, *, snapshot_id: int, parent_id: int | None, options: Mapping[str, Any]
) -> TrainingRun:
    """Return a new run's row."""
    now = clock.now(session)
    row = TrainingRun(
        snapshot_id=snapshot_id, parent_id=parent_id, options=dict(options), started_at=now, heartbeat_at=now
    )
    session.add(row)
    session.flush()
    return row


def take_up(
    session: Session, options: Mapping[str, Any], parent_id: int | None, planned: Sequence[Sequence[str]]
) -> TrainingRun | None:
    """Return the run to go on with: the newest whose process died and that would be begun the same today.

    Call it with the lease held. options, parent_id: of the run that would be begun. planned: the tasks of
    all rounds of this call. Dead runs of other tasks, and those that can't be gone on with, are marked
    failed.
    """
    dead = select(TrainingRun).where(TrainingRun.state == "running").order_by(TrainingRun.id.desc())
    taken = None
    for row in session.scalars(dead).all():
        tasks, tries = row.options.get("tasks"), int((row.progress or {}).get("tries", 1))
        if tasks != options["tasks"] and tasks in [list(each) for each in planned]:
            continue  # for its own round
        if row.options != dict(options) or row.parent_id != parent_id:
            why = "its options or what serves have changed since"
        elif tries >= TRIES:
            why = f"it died {tries} times"
        elif taken is not None:
            why = "a later run does the same"
        else:
            row.progress = {**(row.progress or {}), "tries": tries + 1}
            taken = row
            continue
        finish(
            session,
            row.id,
            "failed",
            f"Its process died at {row.heartbeat_at:%Y-%m-%d %H:%M} UTC, and {why}.",
        )
    return taken


def finish(
    session: Session,
    run_id: int,
    state: str,
    message: str,
    *,
    adapter_id: int | None = None,
    report: Mapping[str, Any] | None = None,
) -> None:
    """End a run; one that somebody stopped meanwhile stays stopped."""
    row = session.get_one(TrainingRun, run_id)
    if row.finished_at is not None:
        return
    row.state = state if row.state == "running" else row.state
    row.message, row.finished_at = message, clock.now(session)
    row.adapter_id = adapter_id if adapter_id is not None else row.adapter_id
    row.report = dict(report) if report is not None else row.report


def last_snapshot(session: Session, tasks: list[str]) -> int | None:
    """Return the snapshot of the last run for these tasks that came to a judgement."""
    done = select(TrainingRun.snapshot_id, TrainingRun.options).where(
        TrainingRun.state.in_(("promoted", "rejected")), TrainingRun.snapshot_id.is_not(None)
    )
    for snapshot_id, options in session.execute(done.order_by(TrainingRun.id.desc())):
        if options.get("tasks") == tasks:
            return snapshot_id
    return None
