"""Which faces never enter training: those that models are measured with, and all faces of their subjects.

Held out are the faces of every gold-set snapshot, the splits val and test, and, where a face's subject is
known, whoever else shows that subject. The same picture is the same face (`faces.sha256` is unique), so it
cannot come in twice. Not covered: two pictures of one person whose subject was never noted.
"""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.models import Dataset, Face, Snapshot, SnapshotRow

MEASURED_SPLITS = ("val", "test")


def held_out(session: Session) -> set[int]:
    """Return the ids of all faces that training may not see."""
    in_gold_set = (
        select(SnapshotRow.face_id)
        .join(Snapshot, Snapshot.id == SnapshotRow.snapshot_id)
        .join(Dataset, Dataset.id == Snapshot.dataset_id)
        .where(Dataset.purpose == "gold")
    )
    measured = or_(Face.split.in_(MEASURED_SPLITS), Face.id.in_(in_gold_set))
    subjects = select(Face.subject_id).where(measured, Face.subject_id.is_not(None))
    return set(session.scalars(select(Face.id).where(or_(measured, Face.subject_id.in_(subjects)))))


def in_training(session: Session, snapshot_id: int) -> set[int]:
    """Return the ids of a snapshot's faces, to be compared with `held_out`."""
    return set(session.scalars(select(SnapshotRow.face_id).where(SnapshotRow.snapshot_id == snapshot_id)))
