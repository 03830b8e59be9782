"""What is shown of a face beside its picture, and what is hidden: the one place that knows the study's modes.

open: the model's answer is in sight. blind: it never is. blind_then_revise: it is once this person has saved
labels of the face. Landmarks tell no label, so they are always shown. A study that does not ask for emotion
shows none.
"""

from typing import Any

import numpy as np
from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from db import annotations
from db.faces import newest_landmarks
from db.given import Given, given
from db.models import Annotation, Face, Landmarks, Prediction
from db.predictions import newest
from studio import stage
from studio.annotate.arguments import whole
from studio.annotate.shapes import shown_prediction, shown_save
from studio.people.person import Person
from studio.workplace import Workplace

_said = Prediction.__table__.c
_OF_FACE = select(_said.id).where(_said.id == bindparam("said"), _said.face_id == bindparam("of_face"))


def view_assignment(work: Workplace, person: Person, assignment_id: int) -> dict:
    """What to show of one of your own assignments: overlay, prediction, hidden, neutral, draft, saved,
    first_pass.
    """
    with work.database.reads.begin() as session:
        found = given(session, whole("assignment_id", assignment_id), person.id)
        saved = annotations.in_force(session, found.id)
        first = first_labels(session, found.id) if found.mode == "blind_then_revise" else None
        return {
            **look(session, found, work.serving.revision),
            "neutral": _neutral(session, found),
            "draft": found.draft,
            "saved": shown_save(saved) if saved else None,
            "first_pass": shown_save(first) if first else None,
        }


def look(session: Session, found: Given, revision: str) -> dict[str, Any]:
    """Return {"overlay", "prediction", "hidden"} of an assignment, as far as its study shows them.

    revision: of the model that serves, whose answer is shown where it has spoken of the face.
    """
    hidden = not in_sight(session, found)
    landmarks = newest_landmarks(session, found.face_id)
    said = None if hidden else newest(session, found.face_id, revision)
    return {
        "overlay": overlay(landmarks, (found.width, found.height)) if landmarks else None,
        "prediction": shown_prediction(said, found.tasks, revision) if said else None,
        "hidden": hidden,
    }


def in_sight(session: Session, found: Given) -> bool:
    """Return whether the model's answer may be shown to the person of an assignment."""
    if found.mode == "blind_then_revise":
        labelled = exists().where(Annotation.assignment_id == found.id, Annotation.kind == "labels")
        return bool(session.scalar(select(labelled)))
    return found.mode == "open"


def seen_prediction(session: Session, found: Given, prediction_id: int | None) -> int | None:
    """Return the id of the prediction in sight, as a client says; None where there can be none, since the
    study hides it, or it is of another face.

    After the answer was revealed in blind_then_revise it is the newest, unless the client names another.
    """
    if not in_sight(session, found):
        return None
    if prediction_id is None:
        last = newest(session, found.face_id) if found.mode == "blind_then_revise" else None
        return last.id if last else None
    return session.execute(_OF_FACE, {"said": prediction_id, "of_face": found.face_id}).scalar()


def first_labels(session: Session, assignment_id: int) -> Annotation | None:
    """Return what a person said of a face before anything else."""
    rows = select(Annotation).where(Annotation.assignment_id == assignment_id, Annotation.kind == "labels")
    return session.scalar(rows.order_by(Annotation.id).limit(1))


def overlay(landmarks: Landmarks, size: tuple[int, int]) -> dict[str, Any]:
    """Return landmarks and regions as SVG in the picture's px, and the window (viewBox) that has the face."""
    points = np.asarray(landmarks.points, dtype=np.float64)
    window = stage.face_window(size, tuple(landmarks.box))
    return {
        "viewBox": " ".join(f"{number:.1f}" for number in window),
        "dots": stage.dots(points),
        "regions": stage.regions(points),
        "box": landmarks.box,
    }


def _neutral(session: Session, found: Given) -> str | None:
    """Return the address of the same subject's face at rest."""
    if found.subject_id is None:
        return None
    rest = select(Face.id).where(Face.subject_id == found.subject_id, Face.neutral, Face.erased_at.is_(None))
    face_id = session.scalar(rest.where(Face.id != found.face_id).order_by(Face.id).limit(1))
    return f"pictures/{face_id}" if face_id else None
