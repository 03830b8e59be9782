"""Saves what people say of faces, as facts: each save is a row that stays.

A correction is a row that supersedes the last one; undo is a row too, and puts in force again what was
before. The client gives each save an id of its own, so a save that is sent again, because the answer was
lost, is the same save. Objects of a session are not refreshed: assignments are changed by statements.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from db import clock
from db.annotations import in_force
from db.disputes import dispute
from db.errors import DataError, NothingToUndo, SaveConflict
from db.given import Given
from db.models import Annotation, Assignment, QueueEntry, Study
from db.ordering import place
from db.slots import HOLDING, give_back, locked, take
from db.storable import require_storable
from db.upsert import upsert

# Made once, since making a statement takes longer than running it.
_COLUMNS = tuple(Annotation.__table__.c)
_KNOWN = select(*_COLUMNS).where(Annotation.__table__.c.uuid == bindparam("known"))
# What is in force as `db.annotations` has it, over tables.
_row, _newest, _after = (Annotation.__table__.alias(name) for name in ("row", "newest", "after"))
_LABELS_OF_FACE = (
    select(_row.c.labels)
    .join_from(_row, _newest, _row.c.id == func.coalesce(_newest.c.restores_id, _newest.c.id))
    .join(Assignment.__table__, Assignment.__table__.c.id == _row.c.assignment_id)
    .where(_newest.c.assignment_id == _row.c.assignment_id, _row.c.kind == "labels")
    .where(~select(_after.c.id).where(_after.c.supersedes_id == _newest.c.id).exists())
    .where(_row.c.face_id == bindparam("of_face"), _newest.c.face_id == bindparam("of_face"))
    .where(Assignment.__table__.c.study_id == bindparam("of_study"))
)
_SET_DISPUTE = (
    update(QueueEntry.__table__)
    .where(QueueEntry.study_id == bindparam("of_study"), QueueEntry.face_id == bindparam("of_face"))
    .where(QueueEntry.dispute != bindparam("measured"))
    .values(dispute=bindparam("measured"))
)
_SETTLED = (
    update(Assignment.__table__)
    .where(Assignment.__table__.c.id == bindparam("settled"))
    .values(state=bindparam("wanted"), lease_until=bindparam("until"), draft=None)
)
_OPTIONAL = ("labels", "rationales", "reason", "flag", "seconds", "prediction_id", "restores_id")


@cache
def _append(dialect: str):
    """Make the INSERT of a row that supersedes its assignment's last, unless its uuid is there already."""
    rows = Annotation.__table__.alias("before")
    last = select(func.max(rows.c.id)).where(rows.c.assignment_id == bindparam("of_assignment"))
    insert = upsert(dialect, Annotation.__table__).values(supersedes_id=last.scalar_subquery())
    return insert.on_conflict_do_nothing(index_elements=["uuid"]).returning(*_COLUMNS)


@dataclass(frozen=True)
class Save:
    """One save as the client sends it; the fields are `Annotation`'s. Labels, or a skip with its reason."""

    uuid: UUID
    labels: dict[str, Any] | None = None
    rationales: dict[str, Any] | None = None
    reason: str | None = None
    flag: str | None = None
    seconds: float | None = None
    prediction_id: int | None = None

    @property
    def kind(self) -> str:
        """What it is: labels, or a skip."""
        return "skip" if self.labels is None else "labels"


class Saved(NamedTuple):
    """A save's row, with `Annotation`'s columns, and the assignment's state after it."""

    row: Row
    state: str


def save(
    session: Session,
    assignment_id: int,
    annotator_id: int,
    content: Save,
    *,
    face_id: int | None = None,
    now: datetime | None = None,
) -> Row:
    """Save what an annotator says of an assignment's face, and return its row: one row a uuid.

    Work that comes after its lease has ended is kept; where others have all the face's slots by then, the
    assignment is `late` and not counted. face_id: the face that the annotator saw, if given: a page that was
    open while the database was restored may hold an assignment's id that means another face by now. Raises
    NotFound, NotYours; SaveConflict where the face is another, or the uuid belongs to another save; DataError
    where a skip has no reason or a text cannot be stored.
    """
    session.flush()
    assignment = locked(session, assignment_id, annotator_id)
    return save_of(session, assignment, content, face_id=face_id, now=now).row


def save_of(
    session: Session,
    assignment: Given,
    content: Save,
    *,
    face_id: int | None = None,
    now: datetime | None = None,
) -> Saved:
    """Do as `save` on an assignment that `db.slots.locked` has returned in this transaction."""
    if content.labels is None and not content.reason:
        raise DataError("This save has neither labels nor, as a skip, a reason. Give one of them.")
    require_storable([content.labels, content.rationales, content.reason, content.flag])
    if face_id not in (None, assignment.face_id):
        raise SaveConflict(
            f"Assignment {assignment.id} is of another face than {face_id}. Ask for the next face."
        )
    now = now or clock.now(session)
    saved = _insert(session, assignment, {**vars(content), "kind": content.kind}, now)
    if saved is None:
        return Saved(_same(_known(session, content.uuid), assignment, content), assignment.state)
    return Saved(saved, _settle(session, assignment, saved, now, first=saved.supersedes_id is None))


def undo(
    session: Session, assignment_id: int, annotator_id: int, uuid: UUID, *, now: datetime | None = None
) -> Row:
    """Undo the save in force of an assignment, by a row, and return that; again: the one before.

    With nothing left in force the face is to be done again. Raises as `save`, and NothingToUndo.
    """
    session.flush()
    assignment = locked(session, assignment_id, annotator_id)
    if known := _known(session, uuid):
        if known.assignment_id != assignment_id or known.kind != "undo":
            raise SaveConflict(f"{uuid} is another save's id. Give each save and each undo an id of its own.")
        return known
    undone = in_force(session, assignment_id)
    if undone is None:
        raise NothingToUndo("There is no save of this face to undo.")
    now = now or clock.now(session)
    before = _restored(session, undone)
    row = {"uuid": uuid, "kind": "undo", "restores_id": before.id if before else None}
    saved = _insert(session, assignment, row, now)
    if saved is None:
        raise SaveConflict(f"{uuid} is another save's id. Give each save and each undo an id of its own.")
    _settle(session, assignment, before, now)
    return saved


def _restored(session: Session, undone: Annotation) -> Annotation | None:
    """Return what was in force before a row was saved."""
    if undone.supersedes_id is None:
        return None
    before = session.get_one(Annotation, undone.supersedes_id)
    if before.kind != "undo":
        return before
    return session.get_one(Annotation, before.restores_id) if before.restores_id else None


def _known(session: Session, uuid: UUID) -> Row | None:
    return session.execute(_KNOWN, {"known": uuid}).one_or_none()


def _same(known: Row | None, assignment: Given, content: Save) -> Row:
    """Return the row of an id that has been saved before; raise SaveConflict where that was another save."""
    expected = (assignment.id, content.kind, content.labels, content.rationales)
    if known is None or (known.assignment_id, known.kind, known.labels, known.rationales) != expected:
        raise SaveConflict(
            f"{content.uuid} has been saved before, with other content or for another face. Give each save "
            "an id of its own; only a save sent again keeps its id."
        )
    return known


def _insert(session: Session, assignment: Given, row: dict[str, Any], now: datetime) -> Row | None:
    """Insert a row at the end of an assignment's chain; None where its uuid is there already."""
    place = {
        "assignment_id": assignment.id,
        "face_id": assignment.face_id,
        "annotator_id": assignment.annotator_id,
    }
    values = {**dict.fromkeys(_OPTIONAL), **row, **place, "created_at": now, "of_assignment": assignment.id}
    return session.execute(_append(session.get_bind().dialect.name), values).one_or_none()


def _settle(
    session: Session, assignment: Given, now_in_force: Any, now: datetime, *, first: bool = False
) -> str:
    """Bring an assignment, its slot and its face's dispute in line with what is in force of it, and return
    its state.

    first: the assignment's first row, before which it had no part in a dispute.
    """
    place_of = (assignment.study_id, assignment.face_id)
    if now_in_force is None:
        wanted, instead = "leased", "returned"
    else:
        wanted, instead = ("skipped", "") if now_in_force.kind == "skip" else ("done", "late")
    if assignment.purpose == "label":
        if wanted in HOLDING and assignment.state not in HOLDING and not take(session, *place_of):
            wanted = instead
        elif wanted not in HOLDING and assignment.state in HOLDING:
            give_back(session, *place_of)
    until = now + timedelta(seconds=assignment.lease_seconds) if wanted == "leased" else None
    session.execute(_SETTLED, {"settled": assignment.id, "wanted": wanted, "until": until})
    if assignment.purpose == "label":
        _measure_dispute(session, *place_of, first=first)
    return wanted


def _measure_dispute(session: Session, study_id: int, face_id: int, *, first: bool) -> None:
    """Keep how far people differ on a face beside its place in the queue."""
    which = {"of_study": study_id, "of_face": face_id}
    answers = session.execute(_LABELS_OF_FACE, which).scalars().all()
    if first and len(answers) < 2:
        return  # nobody to differ from, and nobody was before
    measured = dispute(answers)
    if session.execute(_SET_DISPUTE, {**which, "measured": measured}).rowcount:
        study = session.get_one(Study, study_id)
        if study.face_order == "disputed":
            place(session, study, face_id=face_id)
