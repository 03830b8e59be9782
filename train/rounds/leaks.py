"""Whether a model was trained on what it is to be measured with: by face, by picture, by person.

Looked at is every snapshot that the adapter, or any adapter that it goes back to, was trained on, by the
training runs and by the bundles' manifests. `train.corpus.held_out` keeps such faces away when a snapshot is
frozen; this is the check that it did, and that no gold set was made of faces learned before. Not covered:
two pictures of one person whose subject was never noted, and adapters whose training nobody recorded.
"""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.models import Adapter, Face, Snapshot, SnapshotRow, TrainingRun


def leaks(
    session: Session,
    *,
    snapshot_id: int | None,
    parent_id: int | None,
    face_ids: Collection[int] = (),
    pictures: Collection[str] = (),
) -> list[str]:
    """Return a sentence for each kind of leak into a model's training; none where it is clean.

    snapshot_id, parent_id: what the model was trained on, and from which adapter. face_ids, pictures: the
    faces that it is measured with, by id or by the SHA-256 that the store knows them by.
    """
    measured = or_(Face.id.in_(list(face_ids)), Face.sha256.in_(list(pictures)))
    known = session.execute(select(Face.id, Face.subject_id).where(measured)).all()
    ids = {face_id for face_id, _ in known}
    subjects = {subject for _, subject in known if subject is not None}
    trained = select(SnapshotRow.face_id).where(
        SnapshotRow.snapshot_id.in_(_snapshots(session, snapshot_id, parent_id))
    )
    rows = session.execute(select(Face.id, Face.subject_id).where(Face.id.in_(trained))).all()
    same = sorted(face_id for face_id, _ in rows if face_id in ids)
    people = sorted(face_id for face_id, subject in rows if subject in subjects and face_id not in ids)
    found = []
    if same:
        found.append(f"{_named(same)} of what is measured with {_were(same)} trained on")
    if people:
        found.append(
            f"{_named(people)} that {_were(people)} trained on {'show' if len(people) > 1 else 'shows'} "
            "people who are measured with"
        )
    return found


def _snapshots(session: Session, snapshot_id: int | None, parent_id: int | None) -> set[int]:
    """Ids of the snapshots that a model goes back to."""
    found = {snapshot_id} if snapshot_id is not None else set()
    seen: set[int] = set()
    while parent_id is not None and parent_id not in seen:
        seen.add(parent_id)
        adapter = session.get_one(Adapter, parent_id)
        runs = select(TrainingRun.snapshot_id).where(TrainingRun.adapter_id == parent_id)
        found.update(number for number in session.scalars(runs) if number is not None)
        if digest := adapter.manifest.get("snapshot"):
            found.update(session.scalars(select(Snapshot.id).where(Snapshot.sha256 == digest)))
        parent_id = adapter.parent_id
    return found


def _named(ids: list[int]) -> str:
    shown = ", ".join(map(str, ids[:5])) + (", ..." if len(ids) > 5 else "")
    return f"{len(ids)} {'face' if len(ids) == 1 else 'faces'} ({shown})"


def _were(ids: list[int]) -> str:
    return "was" if len(ids) == 1 else "were"
