"""A frozen gold set of the database as something to ask models about.

What a dataset with purpose gold was frozen as last, less faces erased since. Labels and texts are those that
were frozen. An action unit that is not visible counts as absent, for either model alike; a face whose emotion
cannot be told is not asked for it. Not covered: pictures with several faces, of which the largest is asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Annotation, Face, GoldLabel, SnapshotRow
from db.snapshots import newest
from model.tasks import TASKS
from train.corpus.conversations import split_states
from train.errors import DatasetError
from train.evaluation.set import AskedFace, EvaluationSet


@dataclass(frozen=True)
class GoldSet:
    """What is asked, the snapshot's hash, and the ids of its faces."""

    asked: EvaluationSet
    sha256: str
    face_ids: frozenset[int]


def read_gold_set(session: Session, name: str, pictures: Callable[[str], bytes]) -> GoldSet | None:
    """Return the newest gold set of a name, None where there is none.

    pictures: the bytes of a picture by its hash. Raises DatasetError where nothing of it is left.
    """
    snapshot = newest(session, name, "gold")
    if snapshot is None:
        return None
    frozen = session.execute(
        select(Face, SnapshotRow)
        .join(SnapshotRow, SnapshotRow.face_id == Face.id)
        .where(SnapshotRow.snapshot_id == snapshot.id, Face.erased_at.is_(None))
        .order_by(Face.id)
    ).all()
    entries: dict[str, list[dict[str, Any]]] = {task: [] for task in TASKS}
    for face, row in frozen:
        table, number = (
            (GoldLabel, row.gold_label_id) if row.gold_label_id else (Annotation, row.annotation_id)
        )
        origin = session.get_one(table, number)
        for task, label in _truths(origin.labels or {}).items():
            text = (origin.rationales or {}).get(task) or ""
            entry = {"id": str(face.id), "image": face.sha256, "label": label, "gpt4": text}
            entries[task].append(entry | ({"subject": str(face.subject_id)} if face.subject_id else {}))
    entries = {task: of_task for task, of_task in entries.items() if of_task}
    if not entries:
        raise DatasetError(
            f"The gold set {name!r} has no face left with labels: all were erased. Freeze a new one."
        )
    tasks_of: dict[str, list[str]] = {}
    for task, of_task in entries.items():
        for entry in of_task:
            tasks_of.setdefault(entry["id"], []).append(task)
    faces = [
        AskedFace(str(face.id), face.sha256, partial(pictures, face.sha256), tuple(tasks_of[str(face.id)]))
        for face, _ in frozen
        if str(face.id) in tasks_of
    ]
    asked = EvaluationSet(
        table="FABA",
        entries=entries,
        face_of={task: {entry["id"]: entry["id"] for entry in of_task} for task, of_task in entries.items()},
        faces=sorted(faces, key=lambda face: (-len(face.tasks), face.tasks)),
    )
    return GoldSet(asked, snapshot.sha256, frozenset(face.id for face, _ in frozen))


def _truths(labels: Mapping[str, Any]) -> dict[str, str]:
    """Task -> label as the benchmark reads it; tasks that the labels say nothing of are left out."""
    found = {}
    if labels.get("emotion") in TASKS["emotion"].labels:
        found["emotion"] = labels["emotion"]
    if isinstance(labels.get("au"), Mapping):
        present, _ = split_states(labels["au"])
        found["au"] = ", ".join(code.removeprefix("AU") for code in present)
    return found
