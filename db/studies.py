"""Studies and their queues: which faces are to be annotated, how often, in which order, and how far it is."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, select, update
from sqlalchemy.orm import Session

from db.gold_in_force import gold_in_force
from db.models import Assignment, Face, GoldLabel, QueueEntry, Study
from db.ordering import place
from db.upsert import upsert

DEFAULT = "All faces"
"""Name of the study that faces go into where no other is named. It cannot be renamed."""


def default_study(session: Session) -> Study:
    """Return the default study, made where there was none: open, both tasks, one annotator a face."""
    found = select(Study).where(Study.name == DEFAULT)
    if study := session.scalar(found):
        return study
    values: dict[str, Any] = {"name": DEFAULT, "tasks": ["emotion", "au"], "mode": "open"}
    new = upsert(session, Study).values(**values, overlap=1, face_order="first_in")
    session.execute(new.on_conflict_do_nothing(index_elements=["name"]))
    return session.scalars(found).one()


def enqueue(session: Session, study: Study, *which: ColumnElement[bool]) -> int:
    """Put the faces for which all of `which` hold (`Face.source == "upload"`; none: all faces) at the end
    of a study's queue, and return how many were new there. Erased faces are left out.
    """
    last = session.scalar(select(func.max(QueueEntry.id))) or 0
    chosen = select(literal(study.id), Face.id, literal(study.overlap), *_blank("fresh"))
    added = _insert(session, chosen.where(Face.erased_at.is_(None), *which).order_by(Face.id))
    place(session, study, after=last)
    return added


def add_checks(session: Session, study: Study, face_ids: Iterable[int] | None = None) -> int:
    """Slip gold faces into a study, to measure annotators by: these, or all that have a gold label.

    Faces that are already in the queue become checks only where nobody was given them yet. Returns how many
    checks were added.
    """
    gold = select(GoldLabel.face_id).where(gold_in_force())
    chosen = [Face.erased_at.is_(None), Face.id.in_(gold)]
    if face_ids is not None:
        chosen.append(Face.id.in_(list(face_ids)))
    faces = select(literal(study.id), Face.id, literal(study.overlap), *_blank("check")).where(*chosen)
    added = _insert(session, faces.order_by(Face.id))
    turned = session.execute(
        update(QueueEntry)
        .where(QueueEntry.study_id == study.id, QueueEntry.state == "fresh")
        .where(QueueEntry.face_id.in_(select(Face.id).where(*chosen)))
        .values(state="check"),
        execution_options={"synchronize_session": False},
    )
    place(session, study)
    return added + turned.rowcount


def reorder(session: Session, study: Study, order: str) -> None:
    """Change the order of what is left of a study's queue; see `db.ordering`."""
    study.face_order = order
    session.flush()
    place(session, study)


def want_more(session: Session, study: Study, face_id: int, annotators: int = 1) -> None:
    """Ask for more annotators of one face than the study's overlap: for a dispute that two cannot settle."""
    session.execute(
        update(QueueEntry)
        .where(QueueEntry.study_id == study.id, QueueEntry.face_id == face_id)
        .where(QueueEntry.state.in_(("fresh", "started", "full")))
        .values(overlap=QueueEntry.overlap + annotators, state="started"),
        execution_options={"synchronize_session": False},
    )


def progress(session: Session, study_id: int) -> dict[str, int]:
    """Return how many faces of a study are fresh, started, full, check, withdrawn; states without any left
    out.

    A face whose last slots are leased, not yet done, is started here.
    """
    counts = select(QueueEntry.state, func.count()).where(QueueEntry.study_id == study_id)
    states = dict(session.execute(counts.group_by(QueueEntry.state)).all())
    # A join, which begins with the leases: they are as few as the people at work, the entries are many.
    mine = (QueueEntry.study_id == Assignment.study_id, QueueEntry.face_id == Assignment.face_id)
    leased = (Assignment.study_id == study_id, Assignment.lease_until.is_not(None))
    begun = select(func.count(Assignment.face_id.distinct())).join(QueueEntry, and_(*mine))
    begun = begun.where(*leased, QueueEntry.state == "full")
    if number := session.scalar(begun):
        states["full"] -= number
        states["started"] = states.get("started", 0) + number
    return {state: count for state, count in states.items() if count}


def _blank(state: str):
    """Return a new entry's columns after study, face and overlap."""
    return literal(0), literal(state), literal(0.0), literal(0.0)


def _insert(session: Session, rows: Select) -> int:
    """Insert a SELECT's rows into the queue but for faces that are there already; return how many."""
    columns = ["study_id", "face_id", "overlap", "taken", "state", "rank", "dispute"]
    statement = upsert(session, QueueEntry).from_select(columns, rows, include_defaults=False)
    statement = statement.on_conflict_do_nothing(index_elements=["study_id", "face_id"])
    # Drivers count an INSERT's rows, but SQLAlchemy keeps the number only where it is asked to.
    return session.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
