"""Puts faces into the database: each picture once, whoever brings it and however often."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Face, Landmarks, Subject
from db.store import Stored
from db.upsert import upsert


def add_face(session: Session, stored: Stored, *, source: str, **more: Any) -> tuple[Face, bool]:
    """Return the face of a stored picture, and whether it is new; where it is not, nothing about it changes.

    more: original_name, subject_id, neutral, split.
    """
    row = {
        "sha256": stored.sha256,
        "media_type": stored.media_type,
        "width": stored.width,
        "height": stored.height,
        "size": stored.size,
        "source": source,
        **more,
    }
    insert = upsert(session, Face).values(row).on_conflict_do_nothing(index_elements=["sha256"])
    if new := session.scalar(insert.returning(Face)):
        return new, True
    return session.scalars(select(Face).where(Face.sha256 == stored.sha256)).one(), False


def add_subject(session: Session, name: str, **more: Any) -> Subject:
    """Return the subject of a pseudonym, made with consent and retention as given where there was none."""
    insert = upsert(session, Subject).values(name=name, **more)
    if new := session.scalar(insert.on_conflict_do_nothing(index_elements=["name"]).returning(Subject)):
        return new
    return session.scalars(select(Subject).where(Subject.name == name)).one()


def newest_landmarks(session: Session, face_id: int, expert: str | None = None) -> Landmarks | None:
    """Return the landmarks that count for a face: the last found, by one expert or by any."""
    found = select(Landmarks).where(Landmarks.face_id == face_id)
    if expert is not None:
        found = found.where(Landmarks.expert == expert)
    return session.scalar(found.order_by(Landmarks.id.desc()).limit(1))
