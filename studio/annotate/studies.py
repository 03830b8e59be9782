"""Studies as annotators choose them: by name, an empty name being the default study."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.models import Study
from db.studies import DEFAULT
from studio.annotate.arguments import short
from studio.people.person import Person
from studio.workplace import Workplace

_study = Study.__table__.c
_COLUMNS = [
    _study[name]
    for name in ("id", "name", "mode", "overlap", "tasks", "lease_seconds", "gold_share", "closed_at")
]
_BY_NAME = select(*_COLUMNS).where(_study.name == bindparam("called"))


def find_study(session: Session, name: Any) -> Row | None:
    """Return a study's id, name and rules, None where it is not there.

    Raises BadArgument where the name is none.
    """
    return session.execute(_BY_NAME, {"called": short("study", name) or DEFAULT}).one_or_none()


def require_study(session: Session, name: Any) -> Row | None:
    """Return the study; None where the default study has not been needed yet. Raises NotFound for another."""
    found = find_study(session, name)
    if found is None and (name or DEFAULT) != DEFAULT:
        raise NotFound(f"There is no study {name}. list_studies tells which there are.")
    return found


def list_studies(work: Workplace, person: Person) -> list[dict]:
    """All studies: name, mode (open, blind, blind_then_revise), overlap, tasks, and whether it is open."""
    with work.database.reads.begin() as session:
        rows = session.execute(select(*_COLUMNS).order_by(_study.id)).all()
    return [
        {
            "name": row.name,
            "mode": row.mode,
            "overlap": row.overlap,
            "tasks": row.tasks,
            "open": row.closed_at is None,
        }
        for row in rows
    ]
