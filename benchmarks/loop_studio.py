"""A studio in which simulated people correct a model, for `benchmarks.loop`: a real database and its queue.

`prepare` makes it once a shift and seed: faces to correct, a gold set of others with true labels. `correct`
lets people label so many faces in a copy of it, in an order:

random      the study's shuffle
uncertain   those first whose prediction is least certain
disputed    two people have labelled every face; those first on which they differ most

A simulated person knows the truth and slips: each AU's state, and the emotion, is wrong with a stated chance,
independently; the text says what the labels say. Two people label a face; where they differ, a third does,
and what two of the three say is settled as its gold label (`people` 1: one person a face, none is settled).
In the disputed order only faces that were settled are learned from, else the faces on which two agree would
come for nothing.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.loop_shift import SPLIT, Shift, rationales
from db import gold_sets, saves
from db.assignments import next_assignment
from db.faces import add_face
from db.gold import decide
from db.migrate import migrate
from db.models import Annotator, Face, QueueEntry, Study
from db.session import Database, open_database
from db.store import PictureStore
from db.studies import default_study, enqueue, reorder, want_more
from model.errors import NoFaceFound
from model.facs import FABA
from model.mini import faces
from model.predictor import Predictor
from model.tasks import TASKS
from studio.predicting import keep_landmarks, keep_prediction

NEW, GOLD, A_SEED = 200_000, 300_000, 1_000
"""Numbers of the first drawn face to correct and of the gold set, and how many numbers belong to a seed."""
ORDERS = ("random", "uncertain", "disputed")
PEOPLE = ("one", "two", "three")
Truth = Callable[[int], tuple[str, Sequence[str]]]
"""A drawn face's number to the emotion and the AUs that people would agree on."""
BATCH, FILE = 32, "emola.db"


def drawn(number: int) -> tuple[str, Sequence[str]]:
    """Return the emotion and the AUs that a face was drawn with."""
    face = faces.face(SPLIT, number)
    return face.emotion, face.action_units


@dataclass(frozen=True)
class _Known:
    """What people know, and how often they slip."""

    seed: int
    error: float
    truth: Truth

    def says(self, number: int, person: str) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the labels and texts that a person gives a drawn face, the same whenever they are asked."""
        emotion, codes = self.truth(number)
        rng = np.random.default_rng((number, self.seed, *person.encode()))
        slips = dict(zip(FABA, rng.random(len(FABA)) < self.error, strict=True))
        shown = [code for code in FABA if (code in codes) != slips[code]]
        if rng.random() < self.error:
            emotion = str(rng.choice([label for label in TASKS["emotion"].labels if label != emotion]))
        return _labels(emotion, shown), rationales(emotion, shown, number)


def prepare(
    folder: Path, shift: Shift, seed: int, to_correct: int, gold: int, gold_seed: int | None = None
) -> None:
    """Make the studio of a shift and seed in a folder, with so many faces, where it is not there yet.

    gold_seed: whose gold faces it has, by default the seed's own.
    """
    done = folder / "prepared"
    if done.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).unlink(missing_ok=True)
    database, pictures = open_database(f"sqlite:///{folder}/{FILE}"), PictureStore(folder / "pictures")
    migrate(database)
    with database.sessions.begin() as session:
        begin = NEW + A_SEED * seed
        _add(session, pictures, shift, "new", range(begin, begin + to_correct))
        begin = GOLD + A_SEED * (seed if gold_seed is None else gold_seed)
        for face_id, number in _add(session, pictures, shift, "gold", range(begin, begin + gold)).items():
            labels, texts = _Known(seed, 0.0, drawn).says(number, "truth")
            _decide(session, face_id, labels, texts, "as it was drawn")
        gold_sets.set_aside_share(session, 1.0)
        study = default_study(session)
        study.seed = seed
        enqueue(session, study, Face.source == "new")
    database.close()
    done.touch()


def predict_ahead(folder: Path, serving: Callable[[], Predictor]) -> None:
    """Keep what the model says of every face to correct, as the studio does ahead of its annotators, unless
    that was done.
    """
    done = folder / "predicted"
    if done.exists():
        return
    database, pictures = open_database(f"sqlite:///{folder}/{FILE}"), PictureStore(folder / "pictures")
    predictor = serving()
    with database.reads.begin() as session:
        to_ask = list(_numbers(session, "new"))
    for first in range(0, len(to_ask), BATCH):
        _predict(database, pictures, predictor, to_ask[first : first + BATCH])
    database.close()
    done.touch()


def copy_of(folder: Path, name: str) -> Database:
    """Return a fresh copy of a prepared studio's database, under another name in the same folder."""
    for old in folder.glob(f"{name}.db*"):
        old.unlink()
    source, target = sqlite3.connect(folder / FILE), sqlite3.connect(folder / f"{name}.db")
    source.backup(target)
    source.close()
    target.close()
    return open_database(f"sqlite:///{folder}/{name}.db")


def correct(
    database: Database,
    order: str,
    count: int,
    *,
    seed: int,
    error: float,
    people: int = 2,
    truth: Truth = drawn,
) -> str:
    """Let people correct so many faces; return the rule by which their labels are accepted."""
    known = _Known(seed, error, truth)
    with database.sessions.begin() as session:
        study = default_study(session)
        reorder(session, study, "random" if order == "disputed" else order)
        first = None if order == "disputed" else count
        labelled: dict[int, int] = {}
        for person in PEOPLE[:people]:
            labelled = _label(session, study, person, first, known)
            for face_id in labelled if person != PEOPLE[people - 1] else ():
                want_more(session, study, face_id)
        if people > 1:
            _settle(session, study, list(labelled), count, known)
    return "gold" if order == "disputed" else "agreed"


def _labels(emotion: str, shown: Sequence[str]) -> dict[str, Any]:
    states = {code: {"state": "present" if code in shown else "absent"} for code in FABA}
    return {"emotion": emotion, "au": states}


def _add(
    session: Session, pictures: PictureStore, shift: Shift, source: str, numbers: range
) -> dict[int, int]:
    """Face id -> number of the drawn faces that were added."""
    found = {}
    for number in numbers:
        face, _ = add_face(
            session, pictures.put(shift.png(SPLIT, number)), source=source, original_name=str(number)
        )
        found[face.id] = number
    return found


def _decide(
    session: Session, face_id: int, labels: dict[str, Any], texts: dict[str, str], reason: str
) -> None:
    decide(session, face_id, uuid=uuid4(), kind="adjudicated", labels=labels, rationales=texts, reason=reason)


def _numbers(session: Session, source: str) -> dict[int, int]:
    rows = session.execute(select(Face.id, Face.original_name).where(Face.source == source).order_by(Face.id))
    return {face_id: int(note) for face_id, note in rows}


def _predict(database: Database, pictures: PictureStore, serving: Predictor, face_ids: Sequence[int]) -> None:
    """Keep what the model says of faces, as the studio does ahead of its annotators."""
    with database.reads.begin() as session:
        names = dict(session.execute(select(Face.id, Face.sha256).where(Face.id.in_(face_ids))).all())
    looks = {}
    for face_id, name in names.items():
        try:
            looks[face_id] = serving.look(pictures.get(name))
        except NoFaceFound:
            continue
    answers = serving.predict_looks(list(looks.values())) if looks else []
    with database.sessions.begin() as session:
        for face_id, said in zip(looks, answers, strict=True):
            landmarks = keep_landmarks(session, face_id, serving.expert, said.face)
            keep_prediction(session, face_id, landmarks.id, said)


def _label(session: Session, study: Study, person: str, count: int | None, known: _Known) -> dict[int, int]:
    """Let one person label the next faces of the queue, so many at most; face id -> annotation id."""
    numbers = _numbers(session, "new")
    who = Annotator(name=f"simulated {person}")
    session.add(who)
    session.flush()
    found: dict[int, int] = {}
    while len(found) != count and (given := next_assignment(session, study.id, who.id)):
        labels, texts = known.says(numbers[given.face_id], person)
        save = saves.Save(uuid=uuid4(), labels=labels, rationales=texts)
        found[given.face_id] = saves.save(session, given.id, who.id, save).id
    return found


def _settle(session: Session, study: Study, face_ids: Sequence[int], count: int, known: _Known) -> None:
    """Let a third person label faces on which two differ, the most disputed first and so many at most, and
    settle each by majority.
    """
    numbers = _numbers(session, "new")
    entries = select(QueueEntry.face_id).where(QueueEntry.study_id == study.id, QueueEntry.dispute > 0)
    disputed = session.scalars(entries.where(QueueEntry.face_id.in_(face_ids))).all()
    for face_id in disputed:
        want_more(session, study, face_id)
    reorder(session, study, "disputed")
    for face_id in _label(session, study, PEOPLE[2], min(count, len(disputed)), known):
        said = [known.says(numbers[face_id], person)[0] for person in PEOPLE]
        labels = _majority(said)
        shown = [code for code in FABA if labels["au"][code]["state"] == "present"]
        texts = rationales(labels["emotion"], shown, numbers[face_id])
        _decide(session, face_id, labels, texts, "two of three say so")


def _majority(said: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what at least two of three say; where all differ, what the third says."""
    emotion, times = Counter(one["emotion"] for one in said).most_common(1)[0]
    shown = [code for code in FABA if sum(one["au"][code]["state"] == "present" for one in said) > 1]
    return _labels(emotion if times > 1 else said[-1]["emotion"], shown)
