"""Saves what annotators say: labels or a skip, each under an id of the client's own, and undoes them.

An acknowledged save is on the disk. A save sent again is the same save. The studio decides itself which of
the model's answers was in sight; a client cannot claim one that its study hides.
"""

from typing import Any

from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from db import annotations, saves
from db.given import Given, given
from db.slots import locked
from studio import metrics
from studio.annotate import arguments
from studio.annotate import labels as checked
from studio.annotate.shapes import shown_save
from studio.annotate.view import first_labels, look, seen_prediction
from studio.people.person import Person
from studio.workplace import Workplace


def save_annotation(
    work: Workplace,
    person: Person,
    assignment_id: int,
    uuid: str,
    labels: dict | None = None,
    rationales: dict | None = None,
    face_id: int | None = None,
    reason: str | None = None,
    flag: str | None = None,
    seconds: float | None = None,
    prediction_id: int | None = None,
) -> dict:
    """Save labels of a face, or with labels null a skip, which needs a reason: {"annotation_id", "state",
    "at", "reveal"}.

    uuid: a new one for each save; the same one when the save is sent again. face_id: the face that was seen.
    prediction_id: the model's answer that was in sight. seconds: time at the face.
    """
    assignment_id = arguments.whole("assignment_id", assignment_id)
    key = arguments.own_id("uuid", uuid)
    for name, value in (("face_id", face_id), ("prediction_id", prediction_id)):
        if value is not None:
            arguments.whole(name, value)
    words = {"reason": arguments.text("reason", reason, 2000), "flag": arguments.text("flag", flag, 2000)}
    spent = arguments.seconds("seconds", seconds)
    with work.database.sessions.begin() as session:
        found = locked(session, assignment_id, person.id)
        content = saves.Save(
            key,
            None if labels is None else checked.complete(labels, found.tasks),
            checked.texts(rationales, found.tasks),
            seconds=spent,
            prediction_id=seen_prediction(session, found, prediction_id),
            **words,
        )
        row, state = saves.save_of(session, found, content, face_id=face_id)
        told = {
            "annotation_id": row.id,
            "state": state,
            "at": row.created_at.isoformat(),
            "reveal": _revealed(session, found, row, work.serving.revision),
        }
    metrics.saved("skip" if labels is None else "labels")
    return told


def undo_annotation(work: Workplace, person: Person, assignment_id: int, uuid: str) -> dict:
    """Undo the save in force of a face, by a row: {"in_force": the save before or null, "state"}."""
    assignment_id, key = arguments.whole("assignment_id", assignment_id), arguments.own_id("uuid", uuid)
    with work.database.sessions.begin() as session:
        saves.undo(session, assignment_id, person.id, key)
        before = annotations.in_force(session, assignment_id)
        state = given(session, assignment_id, person.id).state
        told = {"in_force": shown_save(before) if before else None, "state": state}
    metrics.saved("undo")
    return told


def _revealed(session: Session, found: Given, row: Row, revision: str) -> dict[str, Any] | None:
    """Return the model's answer where this row, a person's first labels of the face, has earned the sight."""
    if found.mode != "blind_then_revise" or row.kind != "labels":
        return None
    first = first_labels(session, found.id)
    shown = first and first.id == row.id
    return look(session, found, revision)["prediction"] if shown else None
