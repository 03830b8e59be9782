"""Reads assignments as annotators get them: with their study's rules and their face's measures."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db.errors import NotFound, NotYours
from db.models import Assignment, Face, Study

_assignment, _study, _face = Assignment.__table__.c, Study.__table__.c, Face.__table__.c


class Given(NamedTuple):
    """One assignment, its study (name, mode, tasks, lease_seconds) and its face (px, subject's id)."""

    id: int
    face_id: int
    annotator_id: int
    purpose: str
    state: str
    client: str | None
    lease_until: datetime | None
    draft: dict[str, Any] | None
    study_id: int
    study: str
    mode: str
    tasks: list[str]
    lease_seconds: int
    width: int
    height: int
    subject_id: int | None


# Tables instead of classes: rows, which cost a fraction of objects, are all that is wanted.
_OF_ASSIGNMENT = (
    "id",
    "face_id",
    "annotator_id",
    "purpose",
    "state",
    "client",
    "lease_until",
    "draft",
    "study_id",
)
GIVEN = (
    select(
        *(_assignment[name] for name in _OF_ASSIGNMENT),
        *(_study[name] for name in ("name", "mode", "tasks", "lease_seconds")),
        *(_face[name] for name in ("width", "height", "subject_id")),
    )
    .join_from(Assignment.__table__, Study.__table__, _study.id == _assignment.study_id)
    .join(Face.__table__, _face.id == _assignment.face_id)
)
_ONE = GIVEN.where(_assignment.id == bindparam("assignment_id"))
_LOCKED = _ONE.with_for_update(of=Assignment.__table__)


def given(
    session: Session, assignment_id: int, annotator_id: int | None = None, *, lock: bool = False
) -> Given:
    """Return an assignment, of that annotator if one is named. Raises NotFound, NotYours.

    lock: nobody else changes it until the transaction ends; `db.slots.locked` locks in the right order.
    """
    found = session.execute(_LOCKED if lock else _ONE, {"assignment_id": assignment_id}).one_or_none()
    if found is None:
        raise NotFound(
            f"There is no assignment {assignment_id}; its face may have been erased. Ask for the next."
        )
    if annotator_id not in (None, found.annotator_id):
        raise NotYours(f"Assignment {assignment_id} was given to somebody else. Ask for one of your own.")
    return Given(*found)
