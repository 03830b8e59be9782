"""Faces that were erased after they had been frozen: which snapshots and adapters still carry them.

An erasure removes a face's picture and labels; what an adapter learned from them stays in its weights. So
each such face is named, for somebody to decide whether to train anew without it.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.erasure import adapters_trained_on
from db.models import Face, Snapshot, SnapshotRow


class ErasedFace(NamedTuple):
    """An erased face, when it was erased, the snapshots (SHA-256) that have it, and the revisions of the
    adapters that were trained on those, or on top of such an adapter.
    """

    face_id: int
    erased_at: datetime
    snapshots: list[str]
    adapters: list[str]


def erased_since(session: Session) -> list[ErasedFace]:
    """Return every erased face that is in a snapshot, by id."""
    found = (
        select(Face.id, Face.erased_at, Snapshot.sha256)
        .join(SnapshotRow, SnapshotRow.face_id == Face.id)
        .join(Snapshot, Snapshot.id == SnapshotRow.snapshot_id)
        .where(Face.erased_at.is_not(None))
        .order_by(Face.id, Snapshot.id)
    )
    faces: dict[int, ErasedFace] = {}
    for face_id, erased_at, digest in session.execute(found):
        if face_id not in faces:
            faces[face_id] = ErasedFace(face_id, erased_at, [], adapters_trained_on(session, [face_id]))
        faces[face_id].snapshots.append(digest)
    return list(faces.values())
