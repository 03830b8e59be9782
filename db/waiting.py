"""Which faces of a study's queue a model has not spoken of yet, in the order of the queue.

A face of which it can say nothing (no face found, the picture lost) is remembered with the reason, for that
revision of the model, and not asked about again until `forget`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from db.models import Prediction, QueueEntry, Unreadable
from db.upsert import upsert

STATES = ("fresh", "started", "check", "full")


class Place(NamedTuple):
    """An entry's place in a queue: those that are still to be annotated first, then by rank."""

    full: bool
    rank: float
    id: int


class Waiting(NamedTuple):
    """A face without prediction, and its place."""

    face_id: int
    place: Place


def next_waiting(
    session: Session, study_id: int, revision: str, *, after: Place | None = None, limit: int = 100
) -> Sequence[Waiting]:
    """Return faces that wait for a revision's prediction, from a place in the queue on."""
    full = QueueEntry.state == "full"
    order = (full, QueueEntry.rank, QueueEntry.id)
    found = select(QueueEntry.face_id, full, QueueEntry.rank, QueueEntry.id).where(_of(study_id, revision))
    if after is not None:
        beyond = or_(
            QueueEntry.rank > after.rank, and_(QueueEntry.rank == after.rank, QueueEntry.id > after.id)
        )
        found = found.where(and_(full, beyond) if after.full else or_(full, beyond))
    rows = session.execute(found.order_by(*order).limit(limit)).all()
    return [Waiting(face_id, Place(bool(is_full), rank, entry)) for face_id, is_full, rank, entry in rows]


def count_waiting(session: Session, study_id: int, revision: str) -> int:
    """Return how many faces of a study wait for a revision's prediction."""
    return session.scalar(select(func.count()).select_from(QueueEntry).where(_of(study_id, revision))) or 0


def remember(session: Session, face_id: int, revision: str, reason: str) -> None:
    """Note that a revision can say nothing of a face."""
    row = {"face_id": face_id, "revision": revision, "reason": reason}
    insert = upsert(session, Unreadable).values(row)
    session.execute(
        insert.on_conflict_do_update(index_elements=["face_id", "revision"], set_={"reason": reason})
    )


def forget(session: Session, study_id: int, revision: str) -> int:
    """Let a study's faces that could not be read be tried again, and return how many these are."""
    faces = select(QueueEntry.face_id).where(QueueEntry.study_id == study_id)
    gone = delete(Unreadable).where(Unreadable.revision == revision, Unreadable.face_id.in_(faces))
    return session.execute(gone, execution_options={"synchronize_session": False}).rowcount


def unreadable(session: Session, study_id: int, revision: str, limit: int = 100) -> Sequence[Unreadable]:
    """Return the study's faces of which a revision can say nothing, the last first."""
    found = select(Unreadable).join(QueueEntry, QueueEntry.face_id == Unreadable.face_id)
    found = found.where(QueueEntry.study_id == study_id, Unreadable.revision == revision)
    return session.scalars(found.order_by(Unreadable.id.desc()).limit(limit)).all()


def _of(study_id: int, revision: str) -> ColumnElement[bool]:
    """Return the condition on a study's entries that wait for a revision."""
    spoken = exists().where(Prediction.revision == revision, Prediction.face_id == QueueEntry.face_id)
    failed = exists().where(Unreadable.face_id == QueueEntry.face_id, Unreadable.revision == revision)
    return and_(QueueEntry.study_id == study_id, QueueEntry.state.in_(STATES), ~spoken, ~failed)
