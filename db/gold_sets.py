"""Sets faces aside to measure with: a frozen gold set, of which nothing is ever learned.

Taken are faces with a gold label of which no training snapshot has any, nor any face of the same subject;
whole subjects, in the order of a hash, so that the choice hangs on nothing that anybody could prefer. What
was set aside before stays in, with the gold labels that are in force now.
"""

from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.errors import DataError
from db.models import Dataset, Face, Snapshot, SnapshotRow
from db.snapshots import Labelled, freeze, gold_faces

NAME = "gold"
"""The gold set by which candidates are judged, unless the command is told another."""


def set_aside(session: Session, faces: int, *, name: str = NAME, created_by: int | None = None) -> Snapshot:
    """Freeze the gold set of a name with at least so many faces more, and return the snapshot.

    Raises DataError where fewer can be had, and says why.
    """
    if faces < 1:
        raise DataError(f"{faces} faces cannot be set aside. Give 1 or more.")
    kept = _faces_of(session, name)
    learned = _learned(session)
    subjects = {one for _, one in learned if one is not None}
    numbers = {number for number, _ in learned}
    known = gold_faces(session, Face.erased_at.is_(None))
    free = [
        one
        for one in known
        if one.face.id not in kept and one.face.id not in numbers and one.face.subject_id not in subjects
    ]
    chosen = _choose(free, faces)
    if len(chosen) < faces:
        raise DataError(
            f"{len(chosen)} faces can be set aside, not {faces}: of {len(known)} with a gold label "
            f"{len(kept)} are set aside already, and nobody of whom a model has learned can be. Decide more "
            "faces in the Review tab, or set fewer aside."
        )
    content = [one for one in known if one.face.id in kept] + chosen
    return freeze(session, name, "gold", content, options={"set_aside": faces}, created_by=created_by)


def _faces_of(session: Session, name: str) -> set[int]:
    """Return the faces of the newest gold set of a name."""
    newest = select(Snapshot.id).join(Dataset, Dataset.id == Snapshot.dataset_id)
    newest = newest.where(Dataset.name == name, Dataset.purpose == "gold").order_by(Snapshot.id.desc())
    rows = select(SnapshotRow.face_id).where(SnapshotRow.snapshot_id == session.scalar(newest.limit(1)))
    return set(session.scalars(rows))


def _learned(session: Session) -> list[tuple[int, int | None]]:
    """Return (face, subject) of every face that was ever trained on."""
    found = (
        select(Face.id, Face.subject_id)
        .join(SnapshotRow, SnapshotRow.face_id == Face.id)
        .join(Snapshot, Snapshot.id == SnapshotRow.snapshot_id)
        .join(Dataset, Dataset.id == Snapshot.dataset_id)
        .where(Dataset.purpose == "training")
        .distinct()
    )
    return [tuple(row) for row in session.execute(found)]


def _choose(free: list[Labelled], faces: int) -> list[Labelled]:
    """Return at least so many faces, whole subjects, if there are as many."""
    groups: dict[str, list[Labelled]] = {}
    for one in free:
        subject = one.face.subject_id
        key = f"subject {subject}" if subject is not None else f"face {one.face.sha256}"
        groups.setdefault(sha256(key.encode()).hexdigest(), []).append(one)
    chosen: list[Labelled] = []
    for key in sorted(groups):
        if len(chosen) >= faces:
            break
        chosen += groups[key]
    return chosen
