"""The study that is reviewed, as every function here gets it: by name, an empty name being the first of
use."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.models import Annotation, Assignment, Study
from studio.annotate.studies import find_study


def reviewed_study(session: Session, name: Any) -> Row | None:
    """Return a study's row (id, name, mode, overlap, tasks, ...); None where there is no study yet.

    Without a name: the one in which somebody saved last, else the default study. Raises NotFound.
    """
    found = find_study(session, name)
    if name:
        if found is None:
            raise NotFound(f"There is no study {name}. It may have been renamed: choose one from the list.")
        return found
    last = select(Assignment.study_id).join(Annotation, Annotation.assignment_id == Assignment.id)
    last = last.order_by(Annotation.id.desc()).limit(1).scalar_subquery()
    busy = session.scalar(select(Study.name).where(Study.id == last))
    return find_study(session, busy) if busy else found


def needed_study(session: Session, name: Any) -> Row:
    """Return the study. Raises NotFound where there is none."""
    found = reviewed_study(session, name)
    if found is None:
        raise NotFound("There is no study yet. Import faces in the Data tab; they make the first one.")
    return found


def study_names(session: Session) -> list[str]:
    """Return all studies' names, the oldest first."""
    return list(session.scalars(select(Study.name).order_by(Study.id)))
