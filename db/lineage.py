"""Where an answer comes from: prediction -> adapters -> run and snapshot -> the labels it was trained on, and
each adapter's parent, back to the base.

A label that was erased since is still counted, without its content. Names of people are the caller's to show
or hide.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import (
    Adapter,
    Annotation,
    Annotator,
    Face,
    GoldLabel,
    Prediction,
    Snapshot,
    SnapshotRow,
    TrainingRun,
)


class Made(NamedTuple):
    """How an adapter was made: by which run (None: registered by hand), on which snapshot, with how many
    faces by gold labels, by annotations, of how many people; how many of these faces were erased since.
    """

    adapter: Adapter
    run: TrainingRun | None
    snapshot: Snapshot | None
    gold: int
    annotated: int
    people: int
    erased: int


class Taught(NamedTuple):
    """A label that an adapter learned. labels None: erased since. by: annotators.id and name, where a person
    is behind it; prediction: what the model had said then, where it was in sight.
    """

    face_id: int
    kind: str
    labels: dict[str, Any] | None
    by: tuple[int, str] | None
    at: datetime | None
    prediction: Prediction | None


def predictions_of(session: Session, face_id: int, limit: int = 20) -> Sequence[Prediction]:
    """Return what models said of a face, the last first."""
    found = select(Prediction).where(Prediction.face_id == face_id)
    return session.scalars(found.order_by(Prediction.id.desc()).limit(limit)).all()


def adapters_of(session: Session, prediction: Prediction) -> dict[str, Adapter | None]:
    """Return task -> the adapter that answered it; None: one that was never registered here. A task that
    the base answered alone is left out.
    """
    found = {}
    for name, revision in prediction.revisions.items():
        if name.startswith("adapter_") and revision:
            row = session.scalar(select(Adapter).where(Adapter.revision == revision))
            found[name.removeprefix("adapter_")] = row
    return found


def ancestry(session: Session, adapter: Adapter) -> Iterator[Made]:
    """Yield how an adapter was made, then its parent, and so on, back to the one that began from the base."""
    seen: set[int] = set()
    row: Adapter | None = adapter
    while row is not None and row.id not in seen:
        seen.add(row.id)
        yield _made(session, row)
        row = session.get(Adapter, row.parent_id) if row.parent_id is not None else None


def taught(session: Session, snapshot_id: int, *, after: int = 0, limit: int = 50) -> list[Taught]:
    """Return the labels of a snapshot, by face, from behind a face's id on."""
    found = (
        select(SnapshotRow, Annotation, GoldLabel, Annotator, Prediction)
        .outerjoin(Annotation, Annotation.id == SnapshotRow.annotation_id)
        .outerjoin(GoldLabel, GoldLabel.id == SnapshotRow.gold_label_id)
        .outerjoin(Annotator, Annotator.id == func.coalesce(Annotation.annotator_id, GoldLabel.decided_by))
        .outerjoin(Prediction, Prediction.id == Annotation.prediction_id)
        .where(SnapshotRow.snapshot_id == snapshot_id, SnapshotRow.face_id > after)
    )
    return [
        Taught(
            row.face_id,
            gold.kind if gold else "annotated" if annotation else "erased",
            (gold or annotation).labels if gold or annotation else None,
            (person.id, person.name) if person else None,
            (gold or annotation).created_at if gold or annotation else None,
            seen,
        )
        for row, annotation, gold, person, seen in session.execute(
            found.order_by(SnapshotRow.face_id).limit(limit)
        )
    ]


def _made(session: Session, adapter: Adapter) -> Made:
    run = session.scalar(select(TrainingRun).where(TrainingRun.adapter_id == adapter.id))
    snapshot = session.get(Snapshot, run.snapshot_id) if run and run.snapshot_id else None
    if snapshot is None:
        return Made(adapter, run, None, 0, 0, 0, 0)
    rows = select(func.count(SnapshotRow.gold_label_id), func.count(SnapshotRow.annotation_id))
    gold, annotated = session.execute(rows.where(SnapshotRow.snapshot_id == snapshot.id)).one()
    behind = (
        select(func.coalesce(Annotation.annotator_id, GoldLabel.decided_by))
        .select_from(SnapshotRow)
        .outerjoin(Annotation, Annotation.id == SnapshotRow.annotation_id)
        .outerjoin(GoldLabel, GoldLabel.id == SnapshotRow.gold_label_id)
        .where(SnapshotRow.snapshot_id == snapshot.id)
        .distinct()
        .subquery()
    )
    people = session.scalar(select(func.count(behind.c[0]))) or 0
    gone = select(func.count()).select_from(SnapshotRow).join(Face, Face.id == SnapshotRow.face_id)
    erased = session.scalar(gone.where(SnapshotRow.snapshot_id == snapshot.id, Face.erased_at.is_not(None)))
    return Made(adapter, run, snapshot, gold, annotated, people, erased or 0)
