"""What annotators hold: renewed while they work, kept over a reload, with drafts, and given back.

A lease belongs to one browser session, `client`; one that is not renewed ends, and its face goes back.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from db import clock
from db.errors import NotFound
from db.given import GIVEN, Given
from db.models import Assignment, Study
from db.slots import give_back, locked

# Made once, over tables, as in `db.assignments`.
_assignment, _study = Assignment.__table__.c, Study.__table__.c
_LEASE_SECONDS = select(_study.lease_seconds).where(_study.id == bindparam("of_study"))
_EXPIRED = (
    select(_assignment.id)
    .where(_assignment.study_id == bindparam("of_study"), _assignment.lease_until.is_not(None))
    .where(_assignment.lease_until < bindparam("now"))
    .order_by(_assignment.lease_until, _assignment.id)
    .limit(bindparam("limit"))
)
_this = update(Assignment.__table__).where(_assignment.id == bindparam("this"))
_RETURNED = _this.values(state="returned", lease_until=None, client=None)
_ADOPTED = _this.values(client=bindparam("by"))
_DRAFTED = _this.values(draft=bindparam("kept"))
_leased = (
    _assignment.annotator_id == bindparam("annotator"),
    _assignment.state == "leased",
    _assignment.study_id == bindparam("of_study"),
)
_HELD = GIVEN.where(*_leased).order_by(_assignment.id)
_ADOPTED_ALL = update(Assignment.__table__).where(*_leased).values(client=bindparam("by"))
_RENEWED = (
    update(Assignment.__table__)
    .where(*_leased)
    .where(_assignment.client == bindparam("by"), _assignment.lease_until >= bindparam("now"))
    .values(lease_until=bindparam("until"))
    .returning(_assignment.id)
)


def held(session: Session, study_id: int, annotator_id: int) -> list[Given]:
    """Return what an annotator was given of a study and has not done, the oldest first: a reloaded page's
    start.
    """
    return [Given(*row) for row in session.execute(_HELD, {"of_study": study_id, "annotator": annotator_id})]


def heartbeat(
    session: Session,
    study_id: int,
    annotator_id: int,
    *,
    client: str | None = None,
    now: datetime | None = None,
) -> list[int]:
    """Renew the leases of an annotator's session, and return the ids of the assignments that it holds.

    An assignment that is missing among them has gone back to the queue. Raises NotFound.
    """
    now = now or clock.now(session)
    seconds = session.execute(_LEASE_SECONDS, {"of_study": study_id}).scalar()
    if seconds is None:
        raise NotFound(f"There is no study {study_id}.")
    until = now + timedelta(seconds=seconds)
    which = {"annotator": annotator_id, "of_study": study_id, "by": client, "now": now, "until": until}
    return sorted(session.execute(_RENEWED, which).scalars())


def adopt(session: Session, assignment_id: int, annotator_id: int, client: str | None) -> None:
    """Let another session of the same annotator hold an assignment: after a reload."""
    locked(session, assignment_id, annotator_id)
    session.execute(_ADOPTED, {"this": assignment_id, "by": client})


def adopt_all(session: Session, study_id: int, annotator_id: int, client: str | None) -> None:
    """Let a session of an annotator hold all that they were given of a study and have not done."""
    session.execute(_ADOPTED_ALL, {"annotator": annotator_id, "of_study": study_id, "by": client})


def keep_draft(session: Session, assignment_id: int, annotator_id: int, draft: dict[str, Any] | None) -> None:
    """Keep what is not yet saved, so that it outlives the page. A draft is no fact: the last one counts."""
    locked(session, assignment_id, annotator_id)
    session.execute(_DRAFTED, {"this": assignment_id, "kept": draft})


def release(session: Session, assignment_id: int, annotator_id: int) -> None:
    """Give a leased face back to the queue at once. Nothing happens where it is not leased any more."""
    _return(session, locked(session, assignment_id, annotator_id))


def return_expired(session: Session, study_id: int, now: datetime | None = None, limit: int = 100) -> int:
    """Put faces whose lease has ended back into the queue, and return how many."""
    now = now or clock.now(session)
    returned = 0
    for (assignment_id,) in session.execute(
        _EXPIRED, {"of_study": study_id, "now": now, "limit": limit}
    ).all():
        assignment = locked(session, assignment_id)
        # Its own session may have renewed or finished it while we waited for the lock.
        if assignment.lease_until is not None and assignment.lease_until < now:
            _return(session, assignment)
            returned += 1
    return returned


def _return(session: Session, assignment: Given) -> None:
    """End a lease and free its slot."""
    if assignment.state != "leased":
        return
    session.execute(_RETURNED, {"this": assignment.id})
    if assignment.purpose == "label":
        give_back(session, assignment.study_id, assignment.face_id)
