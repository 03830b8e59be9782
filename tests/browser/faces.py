"""Drawn faces with a prediction each, put straight into the database of a studio that runs.

The predictions are made up from what was drawn, so a test knows them: `EXPRESSIONS[n % len(EXPRESSIONS)]` is
what the model "said" of the n-th face.
"""

import io

import numpy as np
from PIL import Image
from sqlalchemy.orm import Session

from db.faces import add_face, add_subject
from db.migrate import migrate
from db.models import Landmarks, Study
from db.predictions import record
from db.session import Database, open_database
from db.store import PictureStore
from db.studies import default_study, enqueue
from model.facs import FABA
from model.mini.draw import draw_face, plain_view
from model.mini.geometry import sample_identity
from model.tasks import TASKS

EXPRESSIONS = (
    ("happiness", {"AU6": 0.9, "AU12": 1.0, "AU25": 0.8}),
    ("surprise", {"AU1": 0.9, "AU2": 0.9, "AU5": 0.9, "AU26": 0.9, "AU25": 0.7}),
    ("anger", {"AU4": 1.0, "AU7": 0.9, "AU23": 0.8}),
    ("sadness", {"AU1": 0.9, "AU4": 0.6, "AU15": 1.0}),
    ("disgust", {"AU9": 1.0, "AU10": 0.8}),
    ("neutral", {}),
)
PX = 420


def put_faces(folder, count: int, *, seed: int = 0, predicted: bool = True, **study) -> list[int]:
    """Draw faces into the studio of a folder and queue them, in the default study or one made with
    `study`'s values (name, mode, ...); return their ids.
    """
    database = open_database(f"sqlite:///{folder}/emola.db")
    try:
        migrate(database)
        store = PictureStore(folder / "pictures")
        return put_into(database, store, count, seed=seed, predicted=predicted, **study)
    finally:
        database.close()


def put_into(database, store, count: int, *, seed: int = 0, predicted: bool = True, **study) -> list[int]:
    """Do the same for a database and a store that are open."""
    with database.sessions.begin() as session:
        _study(session, study)
    return [_put(database, store, seed + n, n, predicted, study) for n in range(count)]


def _put(database: Database, store: PictureStore, seed: int, n: int, predicted: bool, study: dict) -> int:
    emotion, units = EXPRESSIONS[n % len(EXPRESSIONS)]
    who = sample_identity(np.random.default_rng(seed))
    pixels, points = draw_face(who, units, plain_view(), PX)
    with database.sessions.begin() as session:
        subject = add_subject(session, f"person {seed}")
        face, _ = add_face(session, store.put(_png(pixels)), source="drawn", subject_id=subject.id)
        if n == 0:
            rest = store.put(_png(draw_face(who, {}, plain_view(), PX)[0]))
            add_face(session, rest, source="drawn", subject_id=subject.id, neutral=True)
        landmarks = _landmarks(face.id, points)
        session.add(landmarks)
        session.flush()
        if predicted:
            record(session, face.id, landmarks.id, **_said(emotion, units))
        enqueue(session, _study(session, study), type(face).id == face.id)
        return face.id


def _study(session: Session, values: dict) -> Study:
    if not values:
        return default_study(session)
    found = session.query(Study).filter_by(name=values["name"]).one_or_none()
    if found is None:
        found = Study(**{"tasks": ["emotion", "au"], "mode": "open", **values})
        session.add(found)
        session.flush()
    return found


def _landmarks(face_id: int, points: np.ndarray) -> Landmarks:
    (left, top), (right, bottom) = points.min(0).tolist(), points.max(0).tolist()
    box = [left, top - 0.12 * PX, right, bottom]
    places = [[round(float(x), 1), round(float(y), 1)] for x, y in points]
    return Landmarks(face_id=face_id, expert="mini", revision="mini-1", box=box, score=0.99, points=places)


def _said(emotion: str, units: dict[str, float]) -> dict:
    names = TASKS["emotion"].labels
    why = f"The face shows {emotion}. " + " ".join(f"{code} is seen." for code in units)
    return {
        "revisions": {"base": "mini@0123456789abcdef", "expert": "mini"},
        "labels": {"emotion": emotion, "au": list(units)},
        "rationales": {"emotion": why.strip(), "au": TASKS["au"].format(units)},
        "probabilities": {
            "emotion": {name: 0.94 if name == emotion else 0.01 for name in names},
            "au": {code: 0.93 if code in units else 0.03 for code in FABA},
        },
        "uncertainty": 0.1,
        "stratum": emotion,
        "seconds": 0.2,
    }


def _png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
