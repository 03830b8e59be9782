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

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from db import clock
from db.errors import NotFound
from db.given import Given, given
from db.holding import return_expired
from db.models import Assignment, GoldLabel, QueueEntry, Study
from db.slots import give_back, take
from db.upsert import upsert

NEAR = 64
TURNS = 100  # tries in one call; more than one only where one person asks in several windows at once


# Tables instead of classes, and made once: making a statement, or an object of a row, takes longer than
# running it.
_assignment, _queue, _study = Assignment.__table__.c, QueueEntry.__table__.c, Study.__table__.c


def _entries(state: str):
    """Select a study's entries in one state."""
    of_study = _queue.study_id == bindparam("of_study")
    return select(_queue.id, _queue.face_id).where(of_study, _queue.state == state)


def _first(entries, *, wait: bool = False):
    """Select the first entry by rank and lock it; others' locked ones are passed over, or awaited."""
    ranked = entries.order_by(_queue.rank, _queue.id).limit(1)
    return ranked.with_for_update(of=QueueEntry.__table__, skip_locked=not wait)


# A returned face may be given again.
_had = exists().where(
    _assignment.study_id == _queue.study_id,
    _assignment.face_id == _queue.face_id,
    _assignment.annotator_id == bindparam("annotator"),
    _assignment.state != "returned",
)
_begun = _entries("started").where(_queue.taken < _queue.overlap)
_near = _begun.order_by(_queue.rank, _queue.id).limit(bindparam("near")).subquery("near")
_BEGUN_NEAR = _first(_begun.join(_near, _near.c.id == _queue.id).where(~_had))
_FRESH = _first(_entries("fresh"))
_BEGUN = _first(_begun.where(~_had))
# Near the end, all that is left may be locked by somebody who takes but one of its slots: no empty queue.
_AWAITED = (_first(_entries("fresh"), wait=True), _first(_begun.where(~_had), wait=True))
# Whoever decided a face's gold label would be measured against themselves.
_gold = GoldLabel.__table__.c
_decided = exists().where(_gold.face_id == _queue.face_id, _gold.decided_by == bindparam("annotator"))
_CHECK = _first(_entries("check").where(~_had, ~_decided, _queue.rank >= bindparam("start")))
_RULES = select(_study.id, _study.lease_seconds, _study.gold_share, _study.closed_at).where(
    _study.id == bindparam("of_study")
)


@cache
def _giving(dialect: str):
    """Make the INSERT of an assignment, which takes up a returned one again and leaves others alone."""
    insert = upsert(dialect, Assignment.__table__)
    again = {name: insert.excluded[name] for name in ("state", "client", "lease_until", "purpose")}
    key = ["study_id", "face_id", "annotator_id"]
    insert = insert.on_conflict_do_update(
        index_elements=key, set_=again, where=_assignment.state == "returned"
    )
    return insert.returning(_assignment.id)


def next_assignment(
    session: Session,
    study_id: int,
    annotator_id: int,
    *,
    client: str | None = None,
    now: datetime | None = None,
    chance: Callable[[], float] = random.random,
) -> Given | None:
    """Give the annotator the study's next face, or None where there is none for them.

    client: the browser session that holds the lease and renews it (`db.holding`). chance: numbers in 0..1
    that decide when a known gold face is slipped in, and which. Each call gives another face, so a page may
    ask ahead; `db.holding.held` returns those not yet done. Raises NotFound where there is no such study.
    """
    session.flush()
    return next_of(session, _rules(session, study_id), annotator_id, client=client, now=now, chance=chance)


def next_of(
    session: Session,
    study: Any,
    annotator_id: int,
    *,
    client: str | None = None,
    now: datetime | None = None,
    chance: Callable[[], float] = random.random,
) -> Given | None:
    """Do as `next_assignment` for a study whose id, lease_seconds, gold_share and closed_at were read in this
    transaction.
    """
    if study.closed_at is not None:
        return None
    now = now or clock.now(session)
    return_expired(session, study.id, now)
    lease = {"client": client, "lease_until": now + timedelta(seconds=study.lease_seconds)}
    if study.gold_share and chance() < study.gold_share:
        if found := _check(session, study.id, annotator_id, chance()):
            if row := _give(session, study.id, found.face_id, annotator_id, lease | {"purpose": "check"}):
                return given(session, row)
    for _ in range(TURNS):
        found = _candidate(session, study.id, annotator_id)
        if found is None:
            break
        take(session, study.id, found.face_id)
        if row := _give(session, study.id, found.face_id, annotator_id, lease | {"purpose": "label"}):
            return given(session, row)
        # The same annotator asks twice at once, and the other call was given this face.
        give_back(session, study.id, found.face_id)
    return None


def _rules(session: Session, study_id: int):
    """Return a study's id, lease_seconds, gold_share and closed_at. Raises NotFound."""
    study = session.execute(_RULES, {"of_study": study_id}).one_or_none()
    if study is None:
        raise NotFound(f"There is no study {study_id}.")
    return study


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
    """Make, or take up again, the annotator's assignment of a face, and return its id; None where they hold
    it already.
    """
    row = {"study_id": study_id, "face_id": face_id, "annotator_id": annotator_id, "state": "leased", **lease}
    return session.execute(_giving(session.get_bind().dialect.name), row).scalar()
