"""Gold labels: what a face shows, decided by a reviewer, by agreement, or by the data set it came with.

A later decision supersedes an earlier one; nothing is changed. Not covered: who may decide, which the pages
check, and frozen gold sets, which are snapshots (`db.snapshots`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db import clock
from db.annotations import of_face, select_in_force
from db.disputes import flat
from db.errors import DataError, NotFound, SaveConflict
from db.gold_in_force import gold_in_force, never_decided
from db.models import Annotation, Assignment, Face, GoldLabel, QueueEntry
from db.upsert import upsert

AGREED = UUID("6d0a7a34-0a52-4f0e-8ac4-9c8d2f3a1b57")
"""Namespace for the ids of labels accepted in bulk, so that accepting twice is accepting once."""


def decide(
    session: Session,
    face_id: int,
    *,
    uuid: UUID,
    kind: str,
    labels: dict[str, Any] | None,
    rationales: dict[str, Any] | None = None,
    reason: str | None = None,
    annotation_ids: Sequence[int] = (),
    decided_by: int | None = None,
    now: datetime | None = None,
) -> GoldLabel:
    """Make a face's gold label, superseding the one before, and return it; the same row for the same uuid.

    kind: adjudicated and withdrawn need a reason. Raises NotFound, DataError, SaveConflict.
    """
    if kind in ("adjudicated", "withdrawn") and not reason:
        raise DataError(f"A gold label that is {kind} needs a reason. Say why, in a sentence.")
    face = session.scalar(select(Face).where(Face.id == face_id).with_for_update())
    if face is None or face.erased_at is not None:
        raise NotFound(f"There is no face {face_id}, or it was erased.")
    row = {
        "uuid": uuid,
        "face_id": face_id,
        "kind": kind,
        "labels": labels,
        "rationales": rationales,
        "reason": reason,
        "annotation_ids": list(annotation_ids),
        "decided_by": decided_by,
        "supersedes_id": session.scalar(select(func.max(GoldLabel.id)).where(GoldLabel.face_id == face_id)),
        "created_at": now or clock.now(session),
    }
    insert = upsert(session, GoldLabel).values(row).on_conflict_do_nothing(index_elements=["uuid"])
    if new := session.scalar(insert.returning(GoldLabel)):
        return new
    known = session.scalars(select(GoldLabel).where(GoldLabel.uuid == uuid)).one()
    if (known.face_id, known.kind, known.labels) != (face_id, kind, labels):
        raise SaveConflict(f"{uuid} is another decision's id. Give each decision an id of its own.")
    return known


def current(session: Session, face_id: int) -> GoldLabel | None:
    """Return the gold label in force of a face."""
    return session.scalar(select(GoldLabel).where(GoldLabel.face_id == face_id, gold_in_force()))


def history(session: Session, face_id: int) -> Sequence[GoldLabel]:
    """Return all decisions about a face, the oldest first."""
    return session.scalars(select(GoldLabel).where(GoldLabel.face_id == face_id).order_by(GoldLabel.id)).all()


def undecided(session: Session, study_id: int, *which: ColumnElement[bool], after: int = 0, limit: int = 100):
    """Return the entries of a study's faces that are full and have no gold label, by id, above `after`.

    which: conditions on QueueEntry, such as `QueueEntry.dispute == 0`.
    """
    decided = select(GoldLabel.id).where(GoldLabel.face_id == QueueEntry.face_id, gold_in_force()).exists()
    entries = select(QueueEntry).where(QueueEntry.study_id == study_id, QueueEntry.state == "full", ~decided)
    return session.scalars(
        entries.where(QueueEntry.id > after, *which).order_by(QueueEntry.id).limit(limit)
    ).all()


def accept_agreed(
    session: Session,
    study_id: int,
    *,
    decided_by: int | None,
    minimum: int = 2,
    after: int = 0,
    limit: int = 1000,
) -> tuple[int, int | None]:
    """Make gold labels where all annotators of a face, `minimum` at least, say the same.

    Looks at `limit` faces; returns how many were accepted and the `after` for the next call, None at the end.
    The text and the intensities are the first annotator's. A face whose label was withdrawn is left to
    people.
    """
    entries = undecided(session, study_id, QueueEntry.dispute == 0, never_decided(), after=after, limit=limit)
    accepted = 0
    for entry in entries:
        answers = of_face(session, entry.face_id, study_id)
        said = [flat(answer.labels or {}) for answer in answers]
        if len(answers) < minimum or any(one != said[0] for one in said):
            continue
        ids = [answer.id for answer in answers]
        decide(
            session,
            entry.face_id,
            uuid=uuid5(AGREED, ",".join(str(answer.uuid) for answer in answers)),
            kind="agreed",
            labels=answers[0].labels,
            rationales=answers[0].rationales,
            annotation_ids=ids,
            decided_by=decided_by,
        )
        accepted += 1
    return accepted, entries[-1].id if len(entries) == limit else None


def answers_on_checks(
    session: Session, study_id: int, annotator_id: int | None = None
) -> list[tuple[Annotation, GoldLabel]]:
    """Return what annotators said of the gold faces slipped in to them, beside the gold label in force."""
    checks = select_in_force(Annotation.kind == "labels").add_columns(GoldLabel)
    checks = (
        checks.join(Assignment, Assignment.id == Annotation.assignment_id)
        .join(GoldLabel, GoldLabel.face_id == Annotation.face_id)
        .where(gold_in_force())
        .where(Assignment.study_id == study_id, Assignment.purpose == "check")
    )
    if annotator_id is not None:
        checks = checks.where(Annotation.annotator_id == annotator_id)
    return [tuple(row) for row in session.execute(checks.order_by(Annotation.id))]
