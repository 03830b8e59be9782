"""Saves what people say of faces, as facts: each save is a row that stays.

A correction is a row that supersedes the last one; undo is a row too, and puts in force again what was
before. The client gives each save an id of its own, so a save that is sent again, because the answer was
lost, is the same save. What is *in force* of an assignment is its newest row, or what that row, an undo,
restores.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.orm import Session, aliased

from db import clock
from db.disputes import dispute
from db.errors import DataError, NothingToUndo, SaveConflict
from db.models import Annotation, Assignment, QueueEntry, Study
from db.ordering import place
from db.slots import HOLDING, give_back, locked, take
from db.upsert import upsert

# Made once, since making a statement takes longer than running it.
_newest, _after = aliased(Annotation), aliased(Annotation)
_IN_FORCE = (
    select(Annotation)
    .join(_newest, Annotation.id == func.coalesce(_newest.restores_id, _newest.id))
    .where(_newest.assignment_id == Annotation.assignment_id)
    .where(~select(_after.id).where(_after.supersedes_id == _newest.id).exists())
    .where(Annotation.kind != "undo")
)
_LABELS_OF_FACE = (
    _IN_FORCE.join(Assignment, Assignment.id == Annotation.assignment_id)
    .where(Annotation.face_id == bindparam("of_face"), Assignment.study_id == bindparam("of_study"))
    .where(Annotation.kind == "labels")
    .with_only_columns(Annotation.labels)
)
_SET_DISPUTE = (
    update(QueueEntry.__table__)
    .where(QueueEntry.study_id == bindparam("of_study"), QueueEntry.face_id == bindparam("of_face"))
    .where(QueueEntry.dispute != bindparam("measured"))
    .values(dispute=bindparam("measured"))
)
_OPTIONAL = ("labels", "rationales", "reason", "flag", "seconds", "prediction_id", "restores_id")


@cache
def _append(dialect: str):
    """Make the INSERT of a row that supersedes its assignment's last, unless its uuid is there already."""
    last = (
        select(func.max(_after.id))
        .where(_after.assignment_id == bindparam("of_assignment"))
        .scalar_subquery()
    )
    insert = upsert(dialect, Annotation).values(supersedes_id=last)
    return insert.on_conflict_do_nothing(index_elements=["uuid"]).returning(Annotation)


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


def save(
    session: Session,
    assignment_id: int,
    annotator_id: int,
    content: Save,
    *,
    face_id: int | None = None,
    now: datetime | None = None,
) -> Annotation:
    """Save what an annotator says of an assignment's face, and return its row: one row a uuid.

    Work that comes after its lease has ended is kept; where others have all the face's slots by then, the
    assignment is `late` and not counted. face_id: the face that the annotator saw, if given: a page that was
    open while the database was restored may hold an assignment's id that means another face by now. Raises
    NotFound, NotYours; SaveConflict where the face is another, or the uuid belongs to another save; DataError
    where a skip has no reason or a text cannot be stored.
    """
    if content.labels is None and not content.reason:
        raise DataError("This save has neither labels nor, as a skip, a reason. Give one of them.")
    _require_storable(content)
    assignment = locked(session, assignment_id, annotator_id)
    if face_id not in (None, assignment.face_id):
        raise SaveConflict(
            f"Assignment {assignment_id} is of another face than {face_id}. Ask for the next face."
        )
    now = now or clock.now(session)
    saved = _insert(session, assignment, {**asdict(content), "kind": content.kind}, now)
    if saved is None:
        return _same(_known(session, content.uuid), assignment, content)
    _settle(session, assignment, saved, now, first=saved.supersedes_id is None)
    return saved


def undo(
    session: Session, assignment_id: int, annotator_id: int, uuid: UUID, *, now: datetime | None = None
) -> Annotation:
    """Undo the save in force of an assignment, by a row, and return that; again: the one before.

    With nothing left in force the face is to be done again. Raises as `save`, and NothingToUndo.
    """
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


def in_force(session: Session, assignment_id: int) -> Annotation | None:
    """Return the labels or skip in force of an assignment; None where there is none, or all is undone."""
    return session.scalars(select_in_force(Annotation.assignment_id == assignment_id)).one_or_none()


def of_face(session: Session, face_id: int, study_id: int | None = None) -> Sequence[Annotation]:
    """Return the labels in force of a face, of one study or of all, each annotator's; skips are left out."""
    labels = select_in_force(Annotation.face_id == face_id, Annotation.kind == "labels")
    if study_id is not None:
        labels = labels.join(Assignment, Assignment.id == Annotation.assignment_id)
        labels = labels.where(Assignment.study_id == study_id)
    return session.scalars(labels.order_by(Annotation.id)).all()


def history(
    session: Session, annotator_id: int, *, before: int | None = None, limit: int = 50
) -> Sequence[Annotation]:
    """Return an annotator's rows, the newest first; `before`: the last id of the page before."""
    own = select(Annotation).where(Annotation.annotator_id == annotator_id)
    if before is not None:
        own = own.where(Annotation.id < before)
    return session.scalars(own.order_by(Annotation.id.desc()).limit(limit)).all()


def chain(session: Session, assignment_id: int) -> Sequence[Annotation]:
    """Return all rows of an assignment, the oldest first."""
    rows = select(Annotation).where(Annotation.assignment_id == assignment_id)
    return session.scalars(rows.order_by(Annotation.id)).all()


def disputed(session: Session, study_id: int, *, limit: int = 50, offset: int = 0) -> list[tuple[int, float]]:
    """Return (face id, dispute 0..1) where a study's annotators differ, the most disputed first."""
    found = select(QueueEntry.face_id, QueueEntry.dispute).where(QueueEntry.study_id == study_id)
    found = found.where(QueueEntry.dispute > 0).order_by(QueueEntry.dispute.desc(), QueueEntry.id)
    return [tuple(row) for row in session.execute(found.limit(limit).offset(offset))]


def select_in_force(*which: ColumnElement[bool]):
    """Select the annotations in force for which all of `which` hold."""
    return _IN_FORCE.where(*which)


def _restored(session: Session, undone: Annotation) -> Annotation | None:
    """Return what was in force before a row was saved."""
    if undone.supersedes_id is None:
        return None
    before = session.get_one(Annotation, undone.supersedes_id)
    if before.kind != "undo":
        return before
    return session.get_one(Annotation, before.restores_id) if before.restores_id else None


def _known(session: Session, uuid: UUID) -> Annotation | None:
    return session.scalar(select(Annotation).where(Annotation.uuid == uuid))


def _same(known: Annotation | None, assignment: Assignment, content: Save) -> Annotation:
    """Return the row of an id that has been saved before; raise SaveConflict where that was another save."""
    expected = (assignment.id, content.kind, content.labels, content.rationales)
    if known is None or (known.assignment_id, known.kind, known.labels, known.rationales) != expected:
        raise SaveConflict(
            f"{content.uuid} has been saved before, with other content or for another face. Give each save "
            "an id of its own; only a save sent again keeps its id."
        )
    return known


def _insert(
    session: Session, assignment: Assignment, row: dict[str, Any], now: datetime
) -> Annotation | None:
    """Insert a row at the end of an assignment's chain; None where its uuid is there already."""
    place = {
        "assignment_id": assignment.id,
        "face_id": assignment.face_id,
        "annotator_id": assignment.annotator_id,
    }
    values = {**dict.fromkeys(_OPTIONAL), **row, **place, "created_at": now, "of_assignment": assignment.id}
    return session.scalar(_append(session.get_bind().dialect.name), values)


def _settle(
    session: Session,
    assignment: Assignment,
    now_in_force: Annotation | None,
    now: datetime,
    *,
    first: bool = False,
) -> None:
    """Bring an assignment, its slot and its face's dispute in line with what is in force of it.

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
    assignment.state, assignment.lease_until, assignment.draft = wanted, None, None
    if wanted == "leased":
        study = session.get_one(Study, assignment.study_id)
        assignment.lease_until = now + timedelta(seconds=study.lease_seconds)
    session.flush()
    if assignment.purpose == "label":
        _measure_dispute(session, *place_of, first=first)


def _measure_dispute(session: Session, study_id: int, face_id: int, *, first: bool) -> None:
    """Keep how far people differ on a face beside its place in the queue."""
    which = {"of_study": study_id, "of_face": face_id}
    answers = session.scalars(_LABELS_OF_FACE, which).all()
    if first and len(answers) < 2:
        return  # nobody to differ from, and nobody was before
    measured = dispute(answers)
    if session.execute(_SET_DISPUTE, {**which, "measured": measured}).rowcount:
        study = session.get_one(Study, study_id)
        if study.face_order == "disputed":
            place(session, study, face_id=face_id)


def _require_storable(content: Save) -> None:
    """Raise DataError for text that an engine refuses: a null character, or half of a surrogate pair."""
    for text in _texts([content.labels, content.rationales, content.reason, content.flag]):
        if bad := next((letter for letter in text if letter == "\0" or "\ud800" <= letter <= "\udfff"), None):
            raise DataError(f"A text holds {bad!r}, which no database can store as text. Remove it.")


def _texts(value: Any) -> Iterator[str]:
    """Yield each text in a JSON value, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield str(name)
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
