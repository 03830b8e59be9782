"""Freezes labels into snapshots that never change: gold sets to measure with, and what was trained on.

A snapshot is known by the hash of what it holds (each face's picture, split, labels and rationales), not by
row ids: the same content, in any database, has the same hash, and freezing it twice makes one snapshot. Which
one a dataset is now, its freezes tell: content that comes back after other content is the newest again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import Session

from db.errors import DataError
from db.gold_in_force import gold_in_force
from db.models import Annotation, Dataset, Face, Freeze, GoldLabel, Snapshot, SnapshotRow
from db.upsert import upsert


class Labelled(NamedTuple):
    """A face and the row that gives its labels: a gold label or, where that is None, an annotation."""

    face: Face
    gold: GoldLabel | None
    annotation: Annotation | None


def gold_faces(session: Session, *which: ColumnElement[bool]) -> Sequence[Labelled]:
    """Return all faces that have a gold label in force and for which all of `which` hold, by id."""
    found = (
        select(Face, GoldLabel).join(GoldLabel, GoldLabel.face_id == Face.id).where(gold_in_force(), *which)
    )
    return [Labelled(face, gold, None) for face, gold in session.execute(found.order_by(Face.id))]


def freeze(
    session: Session,
    name: str,
    purpose: str,
    content: Iterable[Labelled],
    *,
    options: dict[str, Any] | None = None,
    created_by: int | None = None,
) -> Snapshot:
    """Freeze faces with their labels as a snapshot of the dataset `name`, and return it.

    purpose: gold or training. Where that dataset has a snapshot of the same content, it is that one. Raises
    DataError where a face has no labels, is there twice, or the dataset is for another purpose.
    """
    rows, lines = [], []
    for face, gold, annotation in content:
        origin = gold or annotation
        if origin is None or origin.labels is None or face.sha256 is None:
            raise DataError(f"Face {face.id} has no labels, or was erased; it cannot be in a snapshot.")
        lines.append([face.sha256, face.split, origin.labels, origin.rationales])
        rows.append(
            {
                "face_id": face.id,
                "split": face.split,
                "gold_label_id": gold.id if gold else None,
                "annotation_id": None if gold else origin.id,
            }
        )
    if len({row["face_id"] for row in rows}) != len(rows):
        raise DataError("A face is in the snapshot's content twice. Give each face once.")
    return keep(session, name, purpose, content_hash(lines), rows, options=options, created_by=created_by)


def content_hash(lines: Iterable[Sequence[Any]]) -> str:
    """Return the hash by which a snapshot is known. lines: (picture's hash, split, labels, rationales)."""
    digest = sha256()
    for line in sorted(json.dumps(list(line), sort_keys=True) for line in lines):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def keep(
    session: Session,
    name: str,
    purpose: str,
    content: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    options: dict[str, Any] | None = None,
    created_by: int | None = None,
) -> Snapshot:
    """Return the snapshot of a dataset whose content has this hash, made of these rows where there was none.

    rows: face_id, split, gold_label_id and annotation_id of each. Raises DataError where the dataset is for
    another purpose.
    """
    dataset = _dataset(session, name, purpose)
    values = {"dataset_id": dataset.id, "sha256": content, "faces": len(rows)}
    new = upsert(session, Snapshot).values(**values, options=options or {}, created_by=created_by)
    new = new.on_conflict_do_nothing(index_elements=["dataset_id", "sha256"]).returning(Snapshot)
    if snapshot := session.scalar(new):
        if rows:
            session.execute(insert(SnapshotRow), [{**row, "snapshot_id": snapshot.id} for row in rows])
    else:
        snapshot = session.scalars(select(Snapshot).filter_by(dataset_id=dataset.id, sha256=content)).one()
    last = newest_freeze(session, name, purpose)
    if last is None or last.snapshot_id != snapshot.id:
        session.add(Freeze(dataset_id=dataset.id, snapshot_id=snapshot.id, created_by=created_by))
        session.flush()
    return snapshot


def newest(session: Session, name: str, purpose: str) -> Snapshot | None:
    """Return what a dataset is now: the snapshot that was frozen last; None where there is none."""
    last = newest_freeze(session, name, purpose)
    return session.get_one(Snapshot, last.snapshot_id) if last else None


def newest_freeze(session: Session, name: str, purpose: str) -> Freeze | None:
    """Return when and by whom a dataset was last frozen; None where it never was."""
    found = select(Freeze).join(Dataset, Dataset.id == Freeze.dataset_id)
    found = found.where(Dataset.name == name, Dataset.purpose == purpose)
    return session.scalar(found.order_by(Freeze.id.desc()).limit(1))


def _dataset(session: Session, name: str, purpose: str) -> Dataset:
    """Return the dataset of a name, made where there was none."""
    new = (
        upsert(session, Dataset)
        .values(name=name, purpose=purpose)
        .on_conflict_do_nothing(index_elements=["name"])
    )
    session.execute(new)
    dataset = session.scalars(select(Dataset).where(Dataset.name == name)).one()
    if dataset.purpose != purpose:
        raise DataError(
            f"The dataset {name} is for {dataset.purpose}, not for {purpose}. Choose another name."
        )
    return dataset
