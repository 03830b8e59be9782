"""Asks the model about faces that are in the database, and keeps what it said there.

`predict_face` does all of it for one face. A person's drawn box, where there is one, tells where the face is:
the landmarks are found anew inside it, the same each time, so the drawing counts for every later model with
the same expert. Boxes and points are in the upright picture's pixels. Not covered: which faces to ask about,
and in what order.
"""

from dataclasses import dataclass, replace
from typing import Any

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import predictions
from db.errors import NotFound
from db.models import Face, Landmarks, Prediction
from model.errors import NoFaceFound
from model.images import open_image
from model.landmarks import Face as FoundFace
from model.landmarks import LandmarkExpert
from model.prediction import Prediction as ModelPrediction
from studio import metrics
from studio.turns import turn
from studio.workplace import Workplace

MARGIN = 0.35
"""Of a drawn box's longer side, added on each side of what the expert gets to see."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Drawn:
    """Where a person says that the face is: the box in px, and the annotator's id."""

    box: Box
    by: int | None


def predict_face(
    work: Workplace, face_id: int, face: FoundFace | None = None, *, drawn: Drawn | None = None
) -> Prediction:
    """Return what the model in use says of a face, kept in the database: one row for one model and place.

    face: where it is, if known; else it is found, inside the newest box that a person drew for this expert or
    as the largest of the picture. drawn: keep this as drawn by a person. Raises NotFound, PictureError,
    NoFaceFound, and what the predictor raises.
    """
    predictor = work.serving.predictor
    with work.database.reads.begin() as session:
        name = _picture_of(session, face_id)
        drawn = drawn or (_newest_drawn(session, face_id, predictor.expert) if face is None else None)
    picture = open_image(work.pictures.get(name))
    if face is None:
        face = (
            find_inside(predictor.expert, picture, drawn.box)
            if drawn
            else predictor.expert.detect(picture)[0]
        )
    with turn():
        *_, said = predictor.stream(picture, face, predictor.tasks)
    metrics.predicted(said.rationales, said.timings.get("total", 0.0))
    with work.database.sessions.begin() as session:
        found = keep_landmarks(session, face_id, predictor.expert, face, drawn)
        return keep_prediction(session, face_id, found.id, said)


def find_inside(expert: LandmarkExpert, picture: Image.Image, box: Box) -> FoundFace:
    """Return the face nearest to the middle of a box, in the whole picture's px. Raises NoFaceFound.

    The expert sees the box with a margin and nothing else, so that no other face is taken for this one.
    """
    left, top, right, bottom = box
    margin = MARGIN * max(right - left, bottom - top)
    part = (
        max(0, round(left - margin)),
        max(0, round(top - margin)),
        min(picture.width, round(right + margin)),
        min(picture.height, round(bottom + margin)),
    )
    try:
        faces = expert.detect(picture.crop(part))
    except NoFaceFound as error:
        raise NoFaceFound(
            f"No face was found inside the box of {right - left:.0f}x{bottom - top:.0f} px. Draw it around "
            "the whole face, from chin to hairline, or skip this face with a reason."
        ) from error
    middle = (left + right) / 2 - part[0], (top + bottom) / 2 - part[1]
    return _shifted(min(faces, key=lambda face: _distance(face.box, middle)), part[0], part[1])


def keep_landmarks(
    session: Session, face_id: int, expert: LandmarkExpert, face: FoundFace, drawn: Drawn | None = None
) -> Landmarks:
    """Return the row of landmarks that were found, the one that is there already where nothing differs.

    Where a person drew the box, the row has their box and name.
    """
    values: dict[str, Any] = {
        "expert": expert.name,
        "revision": expert.revision,
        "box": [round(float(edge), 2) for edge in (drawn.box if drawn else face.box)],
        "points": [[round(float(x), 2), round(float(y), 2)] for x, y in face.points],
    }
    newest = select(Landmarks).where(Landmarks.face_id == face_id).order_by(Landmarks.id.desc()).limit(1)
    known = session.scalar(newest)
    if known and all(getattr(known, name) == value for name, value in values.items()):
        return known
    score = min(1.0, max(0.0, float(face.score)))
    row = Landmarks(face_id=face_id, score=score, drawn_by=drawn.by if drawn else None, **values)
    session.add(row)
    session.flush()
    return row


def keep_prediction(session: Session, face_id: int, landmarks_id: int, said: ModelPrediction) -> Prediction:
    """Return the row of what the model said: {"emotion": name, "au": [codes]} by task that it was asked."""
    labels: dict[str, Any] = {"emotion": said.emotion, "au": list(said.action_units)}
    odds = {"emotion": _rounded(said.emotion_probabilities), "au": _rounded(said.au_probabilities)}
    asked = tuple(said.rationales)
    return predictions.record(
        session,
        face_id,
        landmarks_id,
        revisions=dict(said.revisions),
        labels={task: labels[task] for task in asked},
        rationales=dict(said.rationales),
        probabilities={task: odds[task] for task in asked if odds[task]},
        uncertainty=predictions.uncertainty(
            [said.emotion_probabilities] if said.emotion_probabilities else [],
            [said.au_probabilities] if said.au_probabilities else [],
        ),
        stratum=said.emotion,
        seconds=said.timings.get("total"),
    )


def _picture_of(session: Session, face_id: int) -> str:
    """Return the hash of a face's picture."""
    name = session.scalar(select(Face.sha256).where(Face.id == face_id))
    if name is None:
        raise NotFound(f"There is no face {face_id}, or it was erased.")
    return name


def _newest_drawn(session: Session, face_id: int, expert: LandmarkExpert) -> Drawn | None:
    """Return the last box that a person drew, where this expert found the face in it."""
    drawn = select(Landmarks).where(Landmarks.face_id == face_id, Landmarks.drawn_by.is_not(None))
    row = session.scalar(drawn.where(Landmarks.expert == expert.name).order_by(Landmarks.id.desc()).limit(1))
    return Drawn(tuple(row.box), row.drawn_by) if row else None


def _shifted(face: FoundFace, x: float, y: float) -> FoundFace:
    left, top, right, bottom = face.box
    return replace(face, box=(left + x, top + y, right + x, bottom + y), points=face.points + (x, y))


def _distance(box: Box, middle: tuple[float, float]) -> float:
    """Return the squared distance of a box's middle from a point."""
    return ((box[0] + box[2]) / 2 - middle[0]) ** 2 + ((box[1] + box[3]) / 2 - middle[1]) ** 2


def _rounded(odds: dict[str, float]) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in odds.items()}
