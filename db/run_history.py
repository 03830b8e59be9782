"""Training runs and what was decided about their adapters, as the Runs tab tells them; and stopping a run.

A run's number is its row's id, a revision's number its adapter's. A run that says running and has given no
sign of life for `SILENT` is of a process that died: the next retraining takes it up or marks it failed.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from db import clock
from db.errors import DataError, NotFound
from db.models import Adapter, Annotator, Face, Promotion, SnapshotRow, TrainingRun

SILENT = timedelta(seconds=120)
JUDGED = ("promoted", "rejected")


class Learned(NamedTuple):
    """What a run was trained on, in faces: all, those that the run before had not (or by other labels), and
    those erased since.
    """

    faces: int
    new: int
    erased: int


def runs(session: Session, limit: int = 100) -> Sequence[TrainingRun]:
    """Return the runs, the newest first."""
    return session.scalars(select(TrainingRun).order_by(TrainingRun.id.desc()).limit(limit)).all()


def adapters(session: Session) -> dict[int, Adapter]:
    """Return the registered adapters by id, the oldest first."""
    return {row.id: row for row in session.scalars(select(Adapter).order_by(Adapter.id))}


def decisions(session: Session) -> list[tuple[Promotion, str | None]]:
    """Return all promotions, the oldest first, each with the name of who decided (None: the gate did)."""
    found = select(Promotion, Annotator.name).outerjoin(Annotator, Annotator.id == Promotion.decided_by)
    return [tuple(row) for row in session.execute(found.order_by(Promotion.id))]


def silent(session: Session, run: TrainingRun) -> bool:
    """Return whether a run says running although its process seems to have died."""
    return run.state == "running" and run.heartbeat_at < clock.now(session) - SILENT


def last_judged(session: Session, before: int | None = None) -> TrainingRun | None:
    """Return the newest run, or the newest before one, that came to a judgement on a snapshot."""
    found = select(TrainingRun).where(TrainingRun.state.in_(JUDGED), TrainingRun.snapshot_id.is_not(None))
    if before is not None:
        found = found.where(TrainingRun.id < before)
    return session.scalar(found.order_by(TrainingRun.id.desc()).limit(1))


def learned(session: Session, run: TrainingRun) -> Learned | None:
    """Return what a run was trained on; None where it has no snapshot yet."""
    if run.snapshot_id is None:
        return None
    before = last_judged(session, run.id)
    mine, other = SnapshotRow, aliased(SnapshotRow)
    same = exists().where(
        other.snapshot_id == (before.snapshot_id if before else None),
        other.face_id == mine.face_id,
        or_(other.gold_label_id == mine.gold_label_id, other.annotation_id == mine.annotation_id),
    )
    of_run = mine.snapshot_id == run.snapshot_id

    def count(*which) -> int:
        return session.scalar(select(func.count()).select_from(mine).where(of_run, *which)) or 0

    gone = exists().where(and_(Face.id == mine.face_id, Face.erased_at.is_not(None)))
    return Learned(count(), count(~same), count(gone))


def stop(session: Session, run_id: int, *, by: str) -> TrainingRun:
    """Ask a run to stop, and return it; one whose process died is ended for good and is not taken up again.

    A living run sees it within seconds and ends itself. Raises NotFound, and DataError where it has ended.
    """
    run: Any = session.get(TrainingRun, run_id)
    if run is None:
        raise NotFound(f"There is no training run {run_id}.")
    if run.state != "running":
        raise DataError(f"Run {run_id} is {run.state} already.")
    dead = silent(session, run)
    run.state, run.message = "stopped", f"Stopped by {by}."
    if dead:
        run.finished_at = clock.now(session)
        run.message = f"Given up by {by}; its process had died."
    return run
