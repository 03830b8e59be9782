"""Gives faces to annotators: the next one under a lease, each face to as many people as its study wants.

Nobody is given the same face twice, and a face to no more people than it has slots; a lease that is not
renewed ends, and the face goes back to the queue. Faces that somebody has begun come before fresh ones,
each in the study's order (`db.ordering`), so that overlapping work is complete early. An order is kept
exactly among fresh faces; among begun ones only `NEAR` are looked at while there are fresh ones, which
keeps it as quick for a million faces as for ten.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.orm import Session

from db import clock
from db.errors import NotFound
from db.models import Assignment, QueueEntry, Study
from db.slots import give_back, locked, take
from db.upsert import upsert

NEAR = 64
TURNS = 100  # tries in one call; more than one only where one person asks in several windows at once


def _entries(state: str):
    """Select a study's entries in one state."""
    of_study = QueueEntry.study_id == bindparam("of_study")
    return select(QueueEntry.id, QueueEntry.face_id).where(of_study, QueueEntry.state == state)


def _first(entries, *, wait: bool = False):
    """Select the first entry by rank and lock it; others' locked ones are passed over, or awaited."""
    ranked = entries.order_by(QueueEntry.rank, QueueEntry.id).limit(1)
    return ranked.with_for_update(of=QueueEntry, skip_locked=not wait)


# Made once, since making a statement takes longer than running it. A returned face may be given again.
_had = exists().where(
    Assignment.study_id == QueueEntry.study_id,
    Assignment.face_id == QueueEntry.face_id,
    Assignment.annotator_id == bindparam("annotator"),
    Assignment.state != "returned",
)
_begun = _entries("started").where(QueueEntry.taken < QueueEntry.overlap)
_near = _begun.order_by(QueueEntry.rank, QueueEntry.id).limit(bindparam("near")).subquery("near")
_BEGUN_NEAR = _first(_begun.join(_near, _near.c.id == QueueEntry.id).where(~_had))
_FRESH = _first(_entries("fresh"))
_BEGUN = _first(_begun.where(~_had))
# Near the end, all that is left may be locked by somebody who takes but one of its slots: no empty queue.
_AWAITED = (_first(_entries("fresh"), wait=True), _first(_begun.where(~_had), wait=True))
_CHECK = _first(_entries("check").where(~_had, QueueEntry.rank >= bindparam("start")))
_STUDY = select(Study.lease_seconds, Study.gold_share, Study.closed_at).where(
    Study.id == bindparam("of_study")
)
_EXPIRED = (
    select(Assignment.id)
    .where(Assignment.study_id == bindparam("of_study"), Assignment.lease_until.is_not(None))
    .where(Assignment.lease_until < bindparam("now"))
    .order_by(Assignment.lease_until, Assignment.id)
    .limit(bindparam("limit"))
)


@cache
def _giving(dialect: str):
    """Make the INSERT of an assignment, which takes up a returned one again and leaves others alone."""
    insert = upsert(dialect, Assignment)
    again = {name: insert.excluded[name] for name in ("state", "client", "lease_until", "purpose")}
    key = ["study_id", "face_id", "annotator_id"]
    insert = insert.on_conflict_do_update(
        index_elements=key, set_=again, where=Assignment.state == "returned"
    )
    return insert.returning(Assignment)


def next_assignment(
    session: Session,
    study_id: int,
    annotator_id: int,
    *,
    client: str | None = None,
    now: datetime | None = None,
    chance: Callable[[], float] = random.random,
) -> Assignment | None:
    """Give the annotator the study's next face, or None where there is none for them.

    client: the browser session that holds the lease and renews it by `heartbeat`. chance: numbers in 0..1
    that decide when a known gold face is slipped in, and which. Each call gives another face, so a page may
    ask ahead; `held` returns those not yet done. Raises NotFound where there is no such study.
    """
    now = now or clock.now(session)
    study = _rules(session, study_id)
    if study.closed_at is not None:
        return None
    return_expired(session, study_id, now)
    lease = {"client": client, "lease_until": now + timedelta(seconds=study.lease_seconds)}
    if study.gold_share and chance() < study.gold_share:
        if found := _check(session, study_id, annotator_id, chance()):
            if given := _give(session, study_id, found.face_id, annotator_id, lease | {"purpose": "check"}):
                return given
    for _ in range(TURNS):
        found = _candidate(session, study_id, annotator_id)
        if found is None:
            break
        take(session, study_id, found.face_id)
        if given := _give(session, study_id, found.face_id, annotator_id, lease | {"purpose": "label"}):
            return given
        # The same annotator asks twice at once, and the other call was given this face.
        give_back(session, study_id, found.face_id)
    return None


def held(session: Session, study_id: int, annotator_id: int) -> list[Assignment]:
    """Return what the annotator was given and has not done, the oldest first: a reloaded page's start."""
    mine = select(Assignment).where(Assignment.annotator_id == annotator_id, Assignment.state == "leased")
    return list(session.scalars(mine.where(Assignment.study_id == study_id).order_by(Assignment.id)))


def heartbeat(
    session: Session,
    study_id: int,
    annotator_id: int,
    *,
    client: str | None = None,
    now: datetime | None = None,
) -> list[int]:
    """Renew the leases of an annotator's session, and return the ids of the assignments that it holds.

    An assignment that is missing among them has gone back to the queue.
    """
    now = now or clock.now(session)
    study = _rules(session, study_id)
    renewed = session.scalars(
        update(Assignment)
        .where(Assignment.annotator_id == annotator_id, Assignment.state == "leased")
        .where(Assignment.study_id == study_id, Assignment.client == client, Assignment.lease_until >= now)
        .values(lease_until=now + timedelta(seconds=study.lease_seconds))
        .returning(Assignment.id),
        execution_options={"synchronize_session": False},
    )
    return sorted(renewed)


def adopt(session: Session, assignment_id: int, annotator_id: int, client: str | None) -> Assignment:
    """Let another session of the same annotator hold an assignment: after a reload."""
    assignment = locked(session, assignment_id, annotator_id)
    assignment.client = client
    return assignment


def keep_draft(session: Session, assignment_id: int, annotator_id: int, draft: dict[str, Any] | None) -> None:
    """Keep what is not yet saved, so that it outlives the page. A draft is no fact: the last one counts."""
    locked(session, assignment_id, annotator_id).draft = draft


def release(session: Session, assignment_id: int, annotator_id: int) -> None:
    """Give a leased face back to the queue at once. Nothing happens where it is not leased any more."""
    _return(session, locked(session, assignment_id, annotator_id))


def return_expired(session: Session, study_id: int, now: datetime | None = None, limit: int = 100) -> int:
    """Put faces whose lease has ended back into the queue, and return how many."""
    now = now or clock.now(session)
    returned = 0
    for assignment_id in session.scalars(_EXPIRED, {"of_study": study_id, "now": now, "limit": limit}).all():
        assignment = locked(session, assignment_id)
        # Its own session may have renewed or finished it while we waited for the lock.
        if assignment.lease_until is not None and assignment.lease_until < now:
            _return(session, assignment)
            returned += 1
    return returned


def _rules(session: Session, study_id: int):
    """Return a study's lease_seconds, gold_share and closed_at. Raises NotFound."""
    study = session.execute(_STUDY, {"of_study": study_id}).one_or_none()
    if study is None:
        raise NotFound(f"There is no study {study_id}.")
    return study


def _return(session: Session, assignment: Assignment) -> None:
    """End a lease and free its slot."""
    if assignment.state != "leased":
        return
    assignment.state, assignment.lease_until, assignment.client = "returned", None, None
    session.flush()
    if assignment.purpose == "label":
        give_back(session, assignment.study_id, assignment.face_id)


def _candidate(session: Session, study_id: int, annotator_id: int):
    """Return the entry (id, face_id) to give next, locked, or None."""
    which = {"of_study": study_id, "annotator": annotator_id, "near": NEAR}
    steps = (_BEGUN_NEAR, _FRESH, _BEGUN, *_AWAITED)
    return next((found for step in steps if (found := session.execute(step, which).one_or_none())), None)


def _check(session: Session, study_id: int, annotator_id: int, start: float):
    """Return the entry of a gold face new to the annotator, the first from a random place on, or None."""
    for place in (start, -1.0):
        which = {"of_study": study_id, "annotator": annotator_id, "start": place}
        if found := session.execute(_CHECK, which).one_or_none():
            return found
    return None


def _give(session: Session, study_id: int, face_id: int, annotator_id: int, lease: dict[str, Any]):
    """Make, or take up again, the annotator's assignment of a face; None where they hold it already."""
    row = {"study_id": study_id, "face_id": face_id, "annotator_id": annotator_id, "state": "leased", **lease}
    give = _giving(session.get_bind().dialect.name)
    return session.scalar(give, row, execution_options={"populate_existing": True})
