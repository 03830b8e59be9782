"""How many faces have accepted labels, and how many of these the last run did not learn from.

Counts what `train.corpus.accepted` would take by its rule "agreed", without reading any label: gold labels in
force, and annotations of studies whose overlap is filled without dispute; never a face that models are
measured with. An estimate: two studies that differ on one face, and labels that say nothing that can be
learned, are counted here and left out there; `python -m train.retrain --dry-run` counts exactly.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from db.annotations import select_in_force
from db.gold_in_force import gold_in_force
from db.models import (
    Annotation,
    Assignment,
    Dataset,
    Face,
    GoldLabel,
    QueueEntry,
    Snapshot,
    SnapshotRow,
)

MEASURED_SPLITS = ("val", "test")


class Accepted(NamedTuple):
    """Faces with accepted labels, of these the new ones, and faces in frozen gold sets."""

    faces: int
    new: int
    gold_set: int


def count_accepted(session: Session, snapshot_id: int | None) -> Accepted:
    """Return the counts; new are those that a snapshot (None: none yet) has not, or has by other labels."""
    gold, annotated = _gold(), _annotated()
    faces = _count(session, gold) + _count(session, annotated)
    in_snapshot = SnapshotRow.snapshot_id == snapshot_id
    kept = select(SnapshotRow.gold_label_id).where(in_snapshot, SnapshotRow.gold_label_id.is_not(None))
    # Of a face's annotators, the snapshot names one.
    learned = select(SnapshotRow.face_id).join(Annotation, Annotation.id == SnapshotRow.annotation_id)
    new = _count(session, gold.where(GoldLabel.id.not_in(kept)))
    new += _count(session, annotated.where(Annotation.face_id.not_in(learned.where(in_snapshot))))
    return Accepted(faces, new, _count(session, _in_gold_sets()))


def _gold() -> Select:
    return (
        select(GoldLabel.face_id)
        .join(Face, Face.id == GoldLabel.face_id)
        .where(gold_in_force(), Face.erased_at.is_(None), ~_held_out())
    )


def _annotated() -> Select:
    decided = select(GoldLabel.id).where(GoldLabel.face_id == Annotation.face_id)
    return (
        select_in_force(Annotation.kind == "labels")
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .join(Face, Face.id == Annotation.face_id)
        .join(
            QueueEntry,
            and_(QueueEntry.study_id == Assignment.study_id, QueueEntry.face_id == Annotation.face_id),
        )
        .where(Assignment.purpose == "label", Assignment.state == "done")
        .where(QueueEntry.taken >= QueueEntry.overlap, QueueEntry.dispute == 0)
        .where(Face.erased_at.is_(None), ~decided.exists(), ~_held_out())
        .with_only_columns(Annotation.face_id)
    )


def _held_out() -> ColumnElement[bool]:
    """Return the condition on faces that models are measured with, or whose subject is."""
    other = aliased(Face)
    measured = or_(other.split.in_(MEASURED_SPLITS), other.id.in_(_in_gold_sets()))
    subjects = select(other.subject_id).where(measured, other.subject_id.is_not(None))
    # A split that is null is none of these, which SQL's "not null" would not say.
    split = func.coalesce(Face.split, "").in_(MEASURED_SPLITS)
    subject = and_(Face.subject_id.is_not(None), Face.subject_id.in_(subjects))
    return or_(split, Face.id.in_(_in_gold_sets()), subject)


def _in_gold_sets() -> Select:
    return (
        select(SnapshotRow.face_id)
        .join(Snapshot, Snapshot.id == SnapshotRow.snapshot_id)
        .join(Dataset, Dataset.id == Snapshot.dataset_id)
        .where(Dataset.purpose == "gold")
    )


def _count(session: Session, faces: Select) -> int:
    return session.scalar(select(func.count()).select_from(faces.distinct().subquery())) or 0
