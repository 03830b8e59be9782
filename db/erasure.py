"""Erases faces and subjects: what was said and stored about them goes, that they were erased stays.

The pictures themselves are the caller's to delete, from the store and by the hashes returned here, once the
transaction is committed. Snapshots keep their row of an erased face, without picture or labels, so that the
adapters trained on it can be named. Not covered: backups made before, and copies that were exported.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, aliased

from db.errors import NotFound
from db.models import (
    Adapter,
    Annotation,
    Assignment,
    Entry,
    Erasure,
    Face,
    GoldLabel,
    ImportFile,
    Landmarks,
    Prediction,
    QueueEntry,
    SnapshotRow,
    Subject,
    TrainingRun,
    Unreadable,
    utc_now,
)

_QUIET = {"synchronize_session": False}
# Each before what it refers to.
ABOUT_A_FACE = (GoldLabel, Annotation, Assignment, QueueEntry, Prediction, Landmarks)
# How a face came, and what could not be said of it; most faces have none of these.
BESIDE_A_FACE = (Entry, ImportFile, Unreadable)


class Erased(NamedTuple):
    """Pictures to delete from the store, and the adapters, by revision, that had learned from them."""

    sha256s: list[str]
    adapters: list[str]


def erase_subject(session: Session, subject_id: int, *, reason: str, erased_by: int | None = None) -> Erased:
    """Erase a subject, their consent's reference, and all their faces. Raises NotFound."""
    subject = session.get(Subject, subject_id)
    if subject is None:
        raise NotFound(f"There is no subject {subject_id}.")
    faces = session.scalars(select(Face.id).where(Face.subject_id == subject_id)).all()
    erased = erase_faces(session, faces, reason=reason, erased_by=erased_by)
    subject.name, subject.consent, subject.consent_reference = None, "withdrawn", None
    subject.erased_at = subject.erased_at or utc_now()
    session.flush()
    return erased


def erase_faces(
    session: Session, face_ids: Sequence[int], *, reason: str, erased_by: int | None = None
) -> Erased:
    """Erase faces with all that was found and said of them. Those erased before are left as they are."""
    chosen = select(Face).where(Face.id.in_(face_ids), Face.erased_at.is_(None)).order_by(Face.id)
    faces = session.scalars(chosen.with_for_update()).all()
    ids = [face.id for face in faces]
    for face in faces:
        session.add(Erasure(face_id=face.id, subject_id=face.subject_id, reason=reason, erased_by=erased_by))
    session.flush()  # The erasures are what lets the guards pass the deletions.
    for table in ABOUT_A_FACE + BESIDE_A_FACE:
        session.execute(delete(table).where(table.face_id.in_(ids)), execution_options=_QUIET)
    sha256s = [face.sha256 for face in faces if face.sha256]
    for face in faces:
        face.sha256, face.original_name, face.erased_at = None, None, utc_now()
    session.flush()
    return Erased(sha256s, adapters_trained_on(session, ids))


def adapters_trained_on(session: Session, face_ids: Sequence[int]) -> list[str]:
    """Return the revisions of adapters whose training, or whose parent's, had one of the faces in it."""
    seen = select(SnapshotRow.snapshot_id).where(SnapshotRow.face_id.in_(face_ids))
    trained = select(TrainingRun.adapter_id).where(TrainingRun.snapshot_id.in_(seen))
    line = select(Adapter.id, Adapter.revision).where(Adapter.id.in_(trained)).cte("line", recursive=True)
    child = aliased(Adapter)
    line = line.union(select(child.id, child.revision).join(line, child.parent_id == line.c.id))
    return sorted(session.scalars(select(line.c.revision)))
