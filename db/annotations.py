"""Reads what people said of faces. Saving and undoing: `db.saves`.

What is *in force* of an assignment is its newest row, or what that row, an undo, restores.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from db.models import Annotation, Assignment, QueueEntry

_newest, _after = aliased(Annotation), aliased(Annotation)
_IN_FORCE = (
    select(Annotation)
    .join(_newest, Annotation.id == func.coalesce(_newest.restores_id, _newest.id))
    .where(_newest.assignment_id == Annotation.assignment_id)
    .where(~select(_after.id).where(_after.supersedes_id == _newest.id).exists())
    .where(Annotation.kind != "undo")
)


def in_force(session: Session, assignment_id: int) -> Annotation | None:
    """Return the labels or skip in force of an assignment; None where there is none, or all is undone."""
    return session.scalars(select_in_force(Annotation.assignment_id == assignment_id)).one_or_none()


def of_face(session: Session, face_id: int, study_id: int | None = None) -> Sequence[Annotation]:
    """Return the labels in force of a face, of one study or of all, each annotator's; skips are left out."""
    labels = select_in_force(Annotation.face_id == face_id, Annotation.kind == "labels")
    if study_id is not None:
        labels = labels.join(Assignment, Assignment.id == Annotation.assignment_id)
        labels = labels.where(Assignment.study_id == study_id)
    return session.scalars(labels.order_by(Annotation.id)).all()


def history(
    session: Session, annotator_id: int, *, before: int | None = None, limit: int = 50
) -> Sequence[Annotation]:
    """Return an annotator's rows, the newest first; `before`: the last id of the page before."""
    own = select(Annotation).where(Annotation.annotator_id == annotator_id)
    if before is not None:
        own = own.where(Annotation.id < before)
    return session.scalars(own.order_by(Annotation.id.desc()).limit(limit)).all()


def chain(session: Session, assignment_id: int) -> Sequence[Annotation]:
    """Return all rows of an assignment, the oldest first."""
    rows = select(Annotation).where(Annotation.assignment_id == assignment_id)
    return session.scalars(rows.order_by(Annotation.id)).all()


def disputed(session: Session, study_id: int, *, limit: int = 50, offset: int = 0) -> list[tuple[int, float]]:
    """Return (face id, dispute 0..1) where a study's annotators differ, the most disputed first."""
    found = select(QueueEntry.face_id, QueueEntry.dispute).where(QueueEntry.study_id == study_id)
    found = found.where(QueueEntry.dispute > 0).order_by(QueueEntry.dispute.desc(), QueueEntry.id)
    return [tuple(row) for row in session.execute(found.limit(limit).offset(offset))]


def select_in_force(*which: ColumnElement[bool]):
    """Select the annotations in force for which all of `which` hold."""
    return _IN_FORCE.where(*which)
