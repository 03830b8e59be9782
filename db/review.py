"""Which of a study's faces a lead has to look at, and what was said of them.

The lists: disputed (annotators differ), agreed (two or more say the same), open (one answer was all that was
asked for, or a gold label was withdrawn), flagged, skipped, decided. The first three hold faces that are not
decided; a flag or a skip is off its list once somebody has decided after it. Not covered: who may look, which
the pages check.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from db.annotations import select_in_force
from db.errors import DataError
from db.gold_in_force import gold_in_force, never_decided
from db.models import Annotation, Annotator, Assignment, Face, GoldLabel, QueueEntry

LISTS = ("disputed", "agreed", "open", "flagged", "skipped", "decided")
ANSWERED = ("done", "late")
MOST = 2_000
"""To count a million faces for a figure on a button would take longer than to open the list."""


@dataclass(frozen=True)
class Entry:
    """A face on a list. `dispute`: 0 (all agree) to 1; `overlap`: annotators wanted."""

    face_id: int
    dispute: float
    overlap: int
    state: str


@dataclass(frozen=True)
class Answer:
    """What is in force of one annotator's assignment, labels or a skip; `name`: the annotator's.

    `first_pass`: the labels that they had saved before they saw the model, where they saw it later.
    """

    annotation: Annotation
    name: str
    purpose: str
    first_pass: Annotation | None = None


def counts(session: Session, study_id: int, most: int = MOST) -> dict[str, int]:
    """Return how many faces are on each list; counting ends at `most`."""
    return {
        name: session.scalar(select(func.count()).select_from(_listed(study_id, name).limit(most).subquery()))
        for name in LISTS
    }


def page(session: Session, study_id: int, name: str, *, limit: int = 30, offset: int = 0) -> list[Entry]:
    """Return a page of a list: the most disputed first, newest decisions, flags and skips first, else in the
    queue's order. Raises DataError for a list that is none of `LISTS`.
    """
    if name not in LISTS:
        raise DataError(f"There is no list {name!r}. Ask for one of {', '.join(LISTS)}.")
    rows = session.execute(_listed(study_id, name).order_by(*_order(name)).limit(limit).offset(offset))
    return [Entry(*row) for row in rows]


def answers(session: Session, study_id: int, face_ids: Sequence[int]) -> dict[int, list[Answer]]:
    """Return each face's answers in force in a study, labels and skips, the oldest first."""
    found: dict[int, list[Answer]] = {face_id: [] for face_id in face_ids}
    rows = (
        select_in_force(Annotation.face_id.in_(found))
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .join(Annotator, Annotator.id == Annotation.annotator_id)
        .where(Assignment.study_id == study_id)
        .add_columns(Annotator.name, Assignment.purpose)
    )
    told = session.execute(rows.order_by(Annotation.id)).all()
    before = _first_passes(session, [row[0] for row in told])
    for annotation, name, purpose in told:
        first = before.get(annotation.assignment_id)
        found[annotation.face_id].append(Answer(annotation, name, purpose, first))
    return found


def gold_of(session: Session, face_ids: Sequence[int]) -> dict[int, GoldLabel]:
    """Return the gold label in force of each of these faces that has one."""
    rows = session.scalars(select(GoldLabel).where(GoldLabel.face_id.in_(face_ids), gold_in_force()))
    return {row.face_id: row for row in rows}


def _first_passes(session: Session, in_force: Sequence[Annotation]) -> dict[int, Annotation]:
    """Return, by assignment, the last labels saved without the model in sight, of those that saw it later."""
    revised = [row.assignment_id for row in in_force if row.prediction_id is not None]
    if not revised:
        return {}
    blind = select(Annotation).where(Annotation.assignment_id.in_(revised), Annotation.kind == "labels")
    rows = session.scalars(blind.where(Annotation.prediction_id.is_(None)).order_by(Annotation.id))
    return {row.assignment_id: row for row in rows}


def _listed(study_id: int, name: str) -> Select[Any]:
    """Select the entries of a list, without an order."""
    columns = (QueueEntry.face_id, QueueEntry.dispute, QueueEntry.overlap, QueueEntry.state)
    entries = select(*columns).where(QueueEntry.study_id == study_id, *_conditions(study_id, name))
    if name == "decided":
        entries = entries.join(GoldLabel, and_(GoldLabel.face_id == QueueEntry.face_id, gold_in_force()))
    return entries


def _conditions(study_id: int, name: str) -> list[ColumnElement[bool]]:
    """Return what holds for a list's entries."""
    erased = select(Face.id).where(Face.id == QueueEntry.face_id, Face.erased_at.is_not(None)).exists()
    if name == "disputed":
        return [QueueEntry.dispute > 0, QueueEntry.state != "withdrawn", ~_decided(), ~erased]
    if name in ("agreed", "open"):
        number = (
            select(func.count(Assignment.id))
            .where(Assignment.study_id == study_id, Assignment.face_id == QueueEntry.face_id)
            .where(Assignment.state.in_(ANSWERED))
            .scalar_subquery()
        )
        alike = and_(number >= 2, never_decided())
        complete = [QueueEntry.state == "full", QueueEntry.dispute == 0, ~_decided(), ~erased, number >= 1]
        return [*complete, alike if name == "agreed" else ~alike]
    if name == "flagged":
        return [QueueEntry.face_id.in_(_remarked(study_id, Annotation.flag.is_not(None)))]
    if name == "skipped":
        return [QueueEntry.face_id.in_(_remarked(study_id, *_of_skipped()))]
    return [~erased]


def _decided() -> ColumnElement[bool]:
    """Return the condition that an entry's face has a gold label in force."""
    return select(GoldLabel.id).where(GoldLabel.face_id == QueueEntry.face_id, gold_in_force()).exists()


def _of_skipped() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a skip in force, which find its assignment by its annotator's index."""
    anybody = Assignment.annotator_id.in_(select(Annotator.id))
    return Annotation.kind == "skip", Assignment.state == "skipped", anybody


def _remarked(study_id: int, *remark: ColumnElement[bool]) -> Select[Any]:
    """Select the faces of which something in force is remarkable, and nobody has decided since."""
    since = aliased(GoldLabel)
    decided = select(since.id).where(
        since.face_id == Annotation.face_id, since.created_at >= Annotation.created_at
    )
    rows = select_in_force(*remark, ~decided.exists()).join(
        Assignment, Assignment.id == Annotation.assignment_id
    )
    return rows.where(Assignment.study_id == study_id).with_only_columns(Annotation.face_id)


def _order(name: str) -> tuple[Any, ...]:
    return {
        "disputed": (QueueEntry.dispute.desc(), QueueEntry.id),
        "decided": (GoldLabel.id.desc(),),
        "flagged": (QueueEntry.id.desc(),),
        "skipped": (QueueEntry.id.desc(),),
    }.get(name, (QueueEntry.id,))
