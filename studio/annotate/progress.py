"""How far a person and a study are, and a person's own history. A day begins at midnight UTC."""

from datetime import UTC, datetime
from functools import lru_cache
from time import monotonic

from sqlalchemy import func, select

from db import annotations
from db.models import Annotation, Assignment
from db.session import Database
from db.studies import DEFAULT, progress
from studio.annotate.arguments import whole
from studio.annotate.labels import present
from studio.annotate.studies import require_study
from studio.people.person import Person
from studio.workplace import Workplace

FRESH_SECONDS = 5
"""How long a study's counts are good for: counting a million faces takes a tenth of a second."""


def my_progress(work: Workplace, person: Person, study: str = "") -> dict:
    """{"done": yours, "today": yours since midnight UTC, "total": the study's faces, "full": those finished,
    "study", "mode"}; the study's own counts may be some seconds old.
    """
    with work.database.reads.begin() as session:
        rules = require_study(session, study)
        if rules is None:
            return {"done": 0, "today": 0, "total": 0, "full": 0, "study": DEFAULT, "mode": "open"}
        mine = select(func.count()).where(
            Assignment.annotator_id == person.id,
            Assignment.state.in_(("done", "skipped", "late")),
            Assignment.study_id == rules.id,
        )
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        own = select(Annotation.id).where(Annotation.annotator_id == person.id)
        # Newest first, it ends at yesterday's last row instead of reading years of work.
        before = session.scalar(
            own.where(Annotation.created_at < midnight).order_by(Annotation.id.desc()).limit(1)
        )
        today = (
            select(func.count(Annotation.assignment_id.distinct()))
            .join(Assignment, Assignment.id == Annotation.assignment_id)
            .where(Annotation.annotator_id == person.id, Annotation.id > (before or 0))
            .where(Annotation.kind != "undo", Assignment.study_id == rules.id)
        )
        done, since = session.scalar(mine), session.scalar(today)
    moment = int(monotonic() / FRESH_SECONDS)
    counts = _counts(work.database, rules.id, moment)
    # Known gold faces count like all others, or a save that moves nothing would give one away.
    full = counts.get("full", 0) + _checks_done(work.database, rules.id, person.id, moment)
    return {
        "done": done,
        "today": since,
        "total": sum(number for state, number in counts.items() if state != "withdrawn"),
        "full": full,
        "study": rules.name,
        "mode": rules.mode,
    }


@lru_cache(maxsize=64)
def _counts(database: Database, study_id: int, _moment: int) -> dict[str, int]:
    """Count a study's faces by state, once in FRESH_SECONDS."""
    with database.reads.begin() as session:
        return progress(session, study_id)


@lru_cache(maxsize=1024)
def _checks_done(database: Database, study_id: int, annotator_id: int, _moment: int) -> int:
    """Count the known gold faces that a person has done; as old as the study's counts, on purpose."""
    with database.reads.begin() as session:
        done = select(func.count()).where(
            Assignment.annotator_id == annotator_id,
            Assignment.state == "done",
            Assignment.study_id == study_id,
            Assignment.purpose == "check",
        )
        return session.scalar(done) or 0


def my_history(
    work: Workplace, person: Person, study: str = "", before: int | None = None, limit: int = 30
) -> dict:
    """What is in force of your own work, the newest first: {"items": [...], "next": pass it as before}."""
    limit = whole("limit", limit, most=200)
    which = [Annotation.annotator_id == person.id]
    if before is not None:
        which.append(Annotation.id < whole("before", before))
    with work.database.reads.begin() as session:
        rules = require_study(session, study)
        if rules is None:
            return {"items": [], "next": None}
        own = annotations.select_in_force(*which).join(Assignment, Assignment.id == Annotation.assignment_id)
        own = own.where(Assignment.study_id == rules.id).order_by(Annotation.id.desc()).limit(limit)
        rows = session.scalars(own).all()
    items = [
        {
            "assignment_id": row.assignment_id,
            "face_id": row.face_id,
            "kind": row.kind,
            "emotion": (row.labels or {}).get("emotion"),
            "aus": present(row.labels),
            "flag": row.flag,
            "at": row.created_at.isoformat(),
        }
        for row in rows
    ]
    return {"items": items, "next": rows[-1].id if len(rows) == limit else None}
