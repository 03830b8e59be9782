"""What an erasure would touch: whom it is about, and what hangs on their faces; changes nothing.

Counts are of rows. A snapshot keeps its row of an erased face, without picture or labels, and an adapter what
it learned, so those are named for people to decide about. Not covered: files outside the database and the
store (backups, exports).
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.erasure import adapters_trained_on
from db.errors import DataError, NotFound
from db.models import (
    Adapter,
    Annotation,
    Assignment,
    Dataset,
    Face,
    GoldLabel,
    Prediction,
    Snapshot,
    SnapshotRow,
    Subject,
)
from db.runs import serving

KINDS = ("subject", "face")


class Meant(NamedTuple):
    """Whom an erasure is about: a subject (None: one face alone), the code to name them by, their faces."""

    subject_id: int | None
    code: str
    face_ids: list[int]


class Reach(NamedTuple):
    """What hangs on some faces: assignments, saves, gold labels and predictions; snapshots by purpose; the
    adapters that learned from them, by id, and those of these that serve now.
    """

    assignments: int
    annotations: int
    gold_labels: int
    predictions: int
    gold_sets: int
    trainings: int
    adapters: list[int]
    serving: list[int]


def meant(session: Session, kind: str, wanted: str) -> Meant:
    """Return whom somebody means. kind: subject, by its code, or face, by its number.

    Raises NotFound where there is none, or it was erased; DataError for another kind.
    """
    wanted = wanted.strip()
    if kind not in KINDS:
        raise DataError(f"{kind!r} cannot be erased. Name one of {', '.join(KINDS)}.")
    if kind == "subject":
        subject = session.scalar(select(Subject).where(Subject.name == wanted))
        if subject is None:
            raise NotFound(f"There is no person with the code {wanted!r}. Codes are as they were imported.")
        faces = select(Face.id).where(Face.subject_id == subject.id, Face.erased_at.is_(None))
        return Meant(subject.id, wanted, list(session.scalars(faces.order_by(Face.id))))
    face = session.get(Face, int(wanted)) if wanted.isdecimal() and len(wanted) < 10 else None
    if face is None or face.erased_at is not None:
        raise NotFound(f"There is no face {wanted!r}, or it was erased before. Give its number.")
    return Meant(None, str(face.id), [face.id])


def reach(session: Session, face_ids: Sequence[int]) -> Reach:
    """Return what hangs on some faces."""

    def count(table) -> int:
        return session.scalar(select(func.count()).where(table.face_id.in_(face_ids))) or 0

    frozen = (
        select(Dataset.purpose, func.count(func.distinct(Snapshot.id)))
        .join(Snapshot, Snapshot.dataset_id == Dataset.id)
        .join(SnapshotRow, SnapshotRow.snapshot_id == Snapshot.id)
        .where(SnapshotRow.face_id.in_(face_ids))
        .group_by(Dataset.purpose)
    )
    snapshots = {purpose: number for purpose, number in session.execute(frozen)}
    revisions = adapters_trained_on(session, face_ids)
    adapters = list(session.scalars(select(Adapter.id).where(Adapter.revision.in_(revisions))))
    now = {row.adapter_id for row in serving(session).values()}
    return Reach(
        assignments=count(Assignment),
        annotations=count(Annotation),
        gold_labels=count(GoldLabel),
        predictions=count(Prediction),
        gold_sets=snapshots.get("gold", 0),
        trainings=snapshots.get("training", 0),
        adapters=sorted(adapters),
        serving=sorted(now.intersection(adapters)),
    )
