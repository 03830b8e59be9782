"""Rows for tests, made with what matters to them and nothing else."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from db import saves
from db.assignments import next_assignment
from db.models import Annotator, Assignment, Face, Landmarks, Study
from db.predictions import record
from db.studies import enqueue

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
_numbers = count(1)


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def face_row(number: int, **more) -> dict:
    digest = sha256(str(number).encode()).hexdigest()
    row = {
        "sha256": digest,
        "media_type": "image/png",
        "width": 112,
        "height": 112,
        "size": 1000,
        "source": "test",
    }
    return {**row, "created_at": NOON, **more}


def add_faces(session: Session, number: int, **more) -> list[int]:
    """Add faces and return their ids, in order."""
    rows = [face_row(next(_numbers), **more) for _ in range(number)]
    session.execute(insert(Face), rows)
    found = session.scalars(select(Face.id).where(Face.sha256.in_([row["sha256"] for row in rows])))
    return sorted(found)


class Things:
    """Makes annotators, studies, predictions, and saves in a session."""

    def __init__(self, session: Session):
        self.session = session

    def annotator(self, name: str | None = None, role: str = "annotator") -> int:
        row = Annotator(name=name or f"annotator {next(_numbers)}", role=role)
        self.session.add(row)
        self.session.flush()
        return row.id

    def study(self, faces: int = 0, **more) -> Study:
        """A study of that many new faces."""
        row = Study(name=f"study {next(_numbers)}", tasks=["emotion", "au"], **more)
        self.session.add(row)
        self.session.flush()
        ids = add_faces(self.session, faces) if faces else []
        enqueue(self.session, row, Face.id.in_(ids))
        return row

    def prediction(self, face_id: int, **more):
        found = Landmarks(face_id=face_id, expert="mini", box=[0, 0, 9, 9], score=0.9, points=[[1, 2]])
        self.session.add(found)
        self.session.flush()
        values = {
            "revisions": {"base": "b1", "expert": "e1"},
            "labels": {"emotion": "anger"},
            "rationales": {},
            "probabilities": {},
            "uncertainty": 0.5,
            **more,
        }
        return record(self.session, face_id, found.id, **values)

    def given(self, study: Study, annotator: int, **more):
        """The next assignment, at noon unless told otherwise."""
        row = next_assignment(self.session, study.id, annotator, **{"now": NOON, **more})
        return row and self.session.get(Assignment, row.id, populate_existing=True)

    def save(self, assignment, emotion: str = "happiness", **more):
        """Save an emotion on an assignment, or whatever `more` says, at noon."""
        now = more.pop("now", NOON)
        content = {"uuid": uuid4(), "labels": {"emotion": emotion}, **more}
        save = saves.Save(**content)
        row = saves.save(self.session, assignment.id, assignment.annotator_id, save, now=now)
        self.session.refresh(assignment)
        return row

    def undo(self, assignment, uuid=None, now=NOON):
        row = saves.undo(self.session, assignment.id, assignment.annotator_id, uuid or uuid4(), now=now)
        self.session.refresh(assignment)
        return row
