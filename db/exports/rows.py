"""The rows of an export, one by one in the order of faces: memory does not grow with their number.

What annotators agree on is told task by task: of two who agree on the AUs and not on the emotion, the AUs.
Intensity and side are the first annotator's. Erased faces, saves that were undone, and skips are no rows.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from db.annotations import select_in_force
from db.disputes import flat
from db.exports.choice import Choice
from db.gold_in_force import gold_in_force
from db.models import Annotation, Annotator, Face, GoldLabel, QueueEntry, Subject
from db.study_rules import named

PAGE = 500
"""Faces that are read at once."""

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True)
class Row:
    """A face with one set of labels, or with none.

    `origin`: "gold" (`kind` says how it was decided), "annotation", or None. `annotator`: whose it is, or
    who decided; None where several agreed or a data set said so. `history`: see `Choice`.
    """

    face: Face
    subject: str | None
    origin: str | None = None
    kind: str | None = None
    annotator: str | None = None
    labels: dict[str, Any] | None = None
    rationales: dict[str, Any] | None = None
    at: datetime | None = None
    history: list[dict[str, Any]] | None = None

    @property
    def picture(self) -> str:
        """The picture's name in an export."""
        return f"pictures/{self.face.sha256}.{EXTENSIONS[self.face.media_type]}"


def rows(session: Session, choice: Choice) -> Iterator[Row]:
    """Yield what a choice asks for. Raises NotFound where its study is not there."""
    after = 0
    names = {key: name for key, name in session.execute(select(Annotator.id, Annotator.name))}
    chosen = _chosen(session, choice)
    while page := session.execute(chosen.where(Face.id > after).limit(PAGE)).all():
        after = page[-1][0].id
        yield from _page(session, choice, page, names)
        session.expunge_all()


def count(session: Session, choice: Choice) -> int:
    """Return the number of faces that `rows` looks at, which is not less than the number that it gives."""
    faces = _chosen(session, choice).with_only_columns(func.count()).order_by(None)
    return session.scalar(faces) or 0


def _chosen(session: Session, choice: Choice) -> Select[tuple[Face, str | None]]:
    faces = select(Face, Subject.name).outerjoin(Subject, Subject.id == Face.subject_id)
    faces = faces.where(Face.erased_at.is_(None)).order_by(Face.id)
    if choice.splits:
        faces = faces.where(Face.split.in_(choice.splits))
    if choice.study:
        study = named(session, choice.study)
        faces = faces.join(QueueEntry, QueueEntry.face_id == Face.id).where(QueueEntry.study_id == study.id)
    return faces


def _page(session: Session, choice: Choice, page: Sequence[tuple[Face, str | None]], names: dict[int, str]):
    ids = [face.id for face, _ in page]
    gold = {row.face_id: row for row in _gold(session, ids, gold_in_force())}
    said: dict[int, list[Annotation]] = defaultdict(list)
    if choice.labels != "gold":
        labels = select_in_force(Annotation.face_id.in_(ids), Annotation.kind == "labels")
        for annotation in session.scalars(labels.order_by(Annotation.id)):
            said[annotation.face_id].append(annotation)
    told = _history(session, ids, names) if choice.history else {}
    for face, subject in page:
        about = {"face": face, "subject": subject if choice.subjects else None}
        about["history"] = told.get(face.id, []) if choice.history else None
        found = list(_labels(choice, gold.get(face.id), said[face.id], names))
        yield from (Row(**about, **values) for values in found)
        if choice.unlabelled and not found:
            yield Row(**about)


def _labels(
    choice: Choice, gold: GoldLabel | None, said: list[Annotation], names: dict[int, str]
) -> Iterator[dict[str, Any]]:
    """Yield the labels of one face, as `Row` has them."""
    if gold is not None:
        yield {"origin": "gold", "kind": gold.kind, **_values(gold, names.get(gold.decided_by or 0))}
    if choice.labels == "each":
        for one in said:
            yield {"origin": "annotation", "kind": one.kind, **_values(one, names.get(one.annotator_id))}
    elif gold is None and (tasks := agreed([one.labels or {} for one in said])):
        first = said[0]
        values = _values(first, names.get(first.annotator_id) if len(said) == 1 else None)
        values["labels"] = _first_of(tasks, [one.labels or {} for one in said])
        values["rationales"] = _first_of(tasks, [one.rationales or {} for one in said])
        yield {"origin": "annotation", "kind": first.kind, **values}


def _first_of(tasks: Sequence[str], answers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return each task's value from the first answer that has one."""
    found = {task: next((each[task] for each in answers if each.get(task)), None) for task in tasks}
    return {task: value for task, value in found.items() if value is not None}


def agreed(answers: Sequence[dict[str, Any]]) -> list[str]:
    """Return the tasks on which all who answered them say the same."""
    tasks = dict.fromkeys(task for labels in answers for task in labels)
    flats = {task: [flat({task: labels[task]}) for labels in answers if task in labels] for task in tasks}
    return [task for task, all_said in flats.items() if all(said == all_said[0] for said in all_said)]


def _gold(session: Session, ids: Sequence[int], *which: Any) -> Sequence[GoldLabel]:
    rows = select(GoldLabel).where(GoldLabel.face_id.in_(ids), *which)
    return session.scalars(rows.order_by(GoldLabel.id)).all()


def _values(row: GoldLabel | Annotation, name: str | None) -> dict[str, Any]:
    return {"annotator": name, "labels": row.labels, "rationales": row.rationales, "at": row.created_at}


def _history(session: Session, ids: Sequence[int], names: dict[int, str]) -> dict[int, list[dict[str, Any]]]:
    """Return all saves and decisions about faces, the oldest first, as JSON's types."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    saves = select(Annotation).where(Annotation.face_id.in_(ids)).order_by(Annotation.id)
    for row in session.scalars(saves):
        found[row.face_id].append({"origin": "annotation", **_told(row, names.get(row.annotator_id))})
    for row in _gold(session, ids):
        found[row.face_id].append({"origin": "gold", **_told(row, names.get(row.decided_by or 0))})
    for each in found.values():
        each.sort(key=lambda one: one["at"])
    return found


def _told(row: GoldLabel | Annotation, name: str | None) -> dict[str, Any]:
    told = {"kind": row.kind, "annotator": name, "at": row.created_at.isoformat()}
    for part in ("labels", "rationales", "reason", "flag", "seconds"):
        if (value := getattr(row, part, None)) is not None:
            told[part] = value
    return told
