"""One face under review: its picture's overlay, all answers side by side, and what was decided about it."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import gold, review
from db.errors import NotFound
from db.faces import newest_landmarks
from db.models import Annotator, Face, GoldLabel, QueueEntry
from db.predictions import newest
from studio.annotate.arguments import whole
from studio.annotate.labels import present
from studio.annotate.view import overlay
from studio.people.person import Person
from studio.review import matrix
from studio.review.study import needed_study
from studio.workplace import Workplace


def review_face(work: Workplace, person: Person, study: str, face_id: int) -> dict:
    """A face of a study: {"face", "overlay", "columns", "rows", "texts", "gold", "history", "entry"}.

    columns and rows make a matrix: what each annotator, the model and the gold label say of each label.
    """
    with work.database.reads.begin() as session:
        rules = needed_study(session, study)
        entry, face = entry_of(session, rules.id, whole("face_id", face_id))
        answers = review.answers(session, rules.id, [face.id])[face.id]
        landmarks, decided = newest_landmarks(session, face.id), gold.current(session, face.id)
        columns = matrix.columns(
            answers, newest(session, face.id, work.serving.revision), decided, rules.tasks
        )
        return {
            "face": {
                "id": face.id,
                "picture": f"pictures/{face.id}",
                "width": face.width,
                "height": face.height,
                "source": face.source,
                "name": face.original_name,
                "split": face.split,
            },
            "tasks": rules.tasks,
            "overlay": overlay(landmarks, (face.width, face.height)) if landmarks else None,
            "columns": columns,
            "rows": matrix.rows(columns, answers, rules.tasks),
            "texts": matrix.texts(columns, rules.tasks),
            "gold": decided.id if decided else None,
            "history": shown_history(session, face.id),
            "entry": {"state": entry.state, "wanted": entry.overlap, "taken": entry.taken},
        }


def entry_of(session: Session, study_id: int, face_id: int) -> tuple[QueueEntry, Face]:
    """Return a face of a study and its place in the queue. Raises NotFound."""
    found = select(QueueEntry, Face).join(Face, Face.id == QueueEntry.face_id)
    found = found.where(QueueEntry.study_id == study_id, Face.id == face_id, Face.erased_at.is_(None))
    row = session.execute(found).one_or_none()
    if row is None:
        raise NotFound(
            f"Face {face_id} is not in this study, or it was erased. Choose another from the list."
        )
    return row[0], row[1]


def shown_history(session: Session, face_id: int) -> list[dict[str, Any]]:
    """Return all decisions about a face, the newest first; the first is the one that counts."""
    names = dict(session.execute(select(Annotator.id, Annotator.name)).all())
    return [_decision(row, names) for row in reversed(gold.history(session, face_id))]


def _decision(row: GoldLabel, names: dict[int, str]) -> dict[str, Any]:
    labels = row.labels or {}
    return {
        "id": row.id,
        "kind": row.kind,
        "emotion": labels.get("emotion"),
        "units": present(labels),
        "reason": row.reason,
        "by": names.get(row.decided_by) if row.decided_by else None,
        "at": row.created_at.isoformat(),
    }
