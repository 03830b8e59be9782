"""Keeps records in the database, a batch at a time: faces, subjects, gold labels, entries as they came.

Labels that come with the data are gold labels of kind imported. They never override: where people have
decided, nothing is added, and where another import gave a task's label, that one stays. A face's labels of
several entries (an emotion here, action units there) are one gold label that grows. Written in few statements
a batch, since data sets have a hundred thousand faces; `db.faces` and `db.gold` do the same for one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, func, select
from sqlalchemy import insert as insert_into
from sqlalchemy.orm import Session

from db import clock
from db.datasets.base import Dataset, Layout, Record
from db.datasets.errors import DatasetError
from db.datasets.exclusive import pseudonym
from db.faces import add_subject
from db.models import Entry, EntryFile, Face, GoldLabel
from db.store import Stored
from db.upsert import upsert

IMPORTED = UUID("0f6c1a52-7d0b-4b58-9c93-5d1f7a3f6e21")
"""Namespace for the ids of imported gold labels, so that an entry gives one label however often it comes."""

Place = tuple[str, int]


class Todo(NamedTuple):
    """A record, its picture in the store where it has one, and the split that it is to be in."""

    record: Record
    stored: Stored | None
    split: str | None


class Kept(NamedTuple):
    """What became of a record: its face, whether that is new and now labelled, and what was wrong."""

    face_id: int | None = None
    new: bool = False
    labelled: bool = False
    problem: str | None = None


def known_entries(session: Session, name: str, records: Iterable[Record]) -> dict[Place, Entry]:
    """Return the entries of an import that are there already, by file and position."""
    wanted: dict[str, list[int]] = {}
    for record in records:
        wanted.setdefault(record.file, []).append(record.position)
    found = {}
    for file, positions in wanted.items():
        entries = select(Entry).join(EntryFile, EntryFile.id == Entry.file_id)
        entries = entries.where(EntryFile.dataset == name, EntryFile.file == file)
        for entry in session.scalars(entries.where(Entry.position.in_(positions))):
            found[file, entry.position] = entry
    return found


def refuse_changed(name: str, records: Iterable[Record], known: Mapping[Place, Entry]) -> None:
    """Raise DatasetError where an entry is no longer what was imported under this name."""
    for record in records:
        entry = known.get((record.file, record.position))
        if entry is not None and entry.text != record.text:
            raise DatasetError(
                f"{record.file} has changed since it was imported as {name}: entry {record.position + 1} is "
                "another. Import the new file under another name."
            )


def entry_file(session: Session, name: str, file: str, layout: Layout | None) -> int:
    """Return the id of an import's label file, made with its layout where it was not there."""
    around = layout._asdict() if layout else {}
    new = upsert(session, EntryFile).values(dataset=name, file=file, **around)
    session.execute(new.on_conflict_do_nothing(index_elements=["dataset", "file"]))
    return session.scalars(select(EntryFile.id).filter_by(dataset=name, file=file)).one()


def keep(
    session: Session,
    dataset: Dataset,
    name: str,
    files: Mapping[str, int],
    todo: Sequence[Todo],
) -> list[Kept]:
    """Keep records under an import's name, each with its picture, if any, and split; return what became of
    each. files: the label files' ids.
    """
    faces, new = _faces(session, dataset, todo)
    kept = []
    for _, stored, split in todo:
        if stored is None:
            kept.append(Kept())
            continue
        face = faces[stored.sha256]
        if split is not None and face.split is None:
            face.split = split
        if split not in (None, face.split):
            where = f"face {face.id}, which is in split {face.split}, not {split}"
            kept.append(Kept(problem=f"its picture is {where}"))
        else:
            kept.append(Kept(face.id, stored.sha256 in new))
            new.discard(stored.sha256)
    labelled = _label(session, name, todo, kept)
    rows = [
        {
            "file_id": files[record.file],
            "position": record.position,
            "face_id": one.face_id,
            "task": record.task,
            "text": record.text,
        }
        for (record, _, _), one in zip(todo, kept, strict=True)
    ]
    if rows:
        insert = upsert(session, Entry)
        # An entry may be there from an import in which its picture was missing.
        face_id = func.coalesce(Entry.face_id, insert.excluded.face_id)
        insert = insert.on_conflict_do_update(
            index_elements=["file_id", "position"], set_={"face_id": face_id}
        )
        session.execute(insert, rows)
    for at, one in enumerate(kept):
        if one.face_id in labelled:
            labelled.discard(one.face_id)
            kept[at] = one._replace(labelled=True)
    return kept


def _faces(session: Session, dataset: Dataset, todo: Sequence[Todo]) -> tuple[dict[str, Face], set[str]]:
    """Put the pictures in as faces of their subjects and splits; return them by hash, and which are new."""
    names = {record.subject for record, stored, _ in todo if stored and record.subject}
    subjects = {one: add_subject(session, pseudonym(dataset, one)).id for one in sorted(names)}
    rows: dict[str, dict[str, Any]] = {}
    for record, stored, split in todo:
        if stored and stored.sha256 not in rows:
            rows[stored.sha256] = asdict(stored) | {
                "source": dataset.title,
                "original_name": record.original_name,
                "subject_id": subjects.get(record.subject),
                "split": split,
            }
    if not rows:
        return {}, set()
    insert = upsert(session, Face).on_conflict_do_nothing(index_elements=["sha256"]).returning(Face.sha256)
    new = set(session.scalars(insert, list(rows.values())))
    there = select(Face).where(Face.sha256.in_(rows)).order_by(Face.id).with_for_update()
    faces = {face.sha256: face for face in session.scalars(there)}
    for digest in set(faces) - new:
        faces[digest].subject_id = faces[digest].subject_id or rows[digest]["subject_id"]
    return faces, new


def _label(session: Session, name: str, todo: Sequence[Todo], kept: Sequence[Kept]) -> set[int]:
    """Add what the records say to their faces' imported gold labels; return the faces to which that added.

    One row a face, however many of the records are about it.
    """
    said: dict[int, list[Record]] = {}
    for (record, _, _), one in zip(todo, kept, strict=True):
        if one.face_id is not None and (record.labels or record.rationales):
            said.setdefault(one.face_id, []).append(record)
    found = select(GoldLabel).where(GoldLabel.face_id.in_(said)).order_by(GoldLabel.id)
    newest = {row.face_id: row for row in session.scalars(found)}
    rows = []
    for face_id, records in said.items():
        last = newest.get(face_id)
        if last is not None and last.kind != "imported":
            continue
        labels = dict(last.labels or {}) if last else {}
        rationales = dict(last.rationales or {}) if last else {}
        adding = [
            record for record in records if _add(labels, record.labels) | _add(rationales, record.rationales)
        ]
        if adding:
            first = adding[0]
            rows.append(
                {
                    "uuid": uuid5(IMPORTED, f"{name}\n{first.file}\n{first.position}\n{first.text}"),
                    "face_id": face_id,
                    "kind": "imported",
                    "labels": labels,
                    "rationales": rationales or None,
                    "annotation_ids": [],
                    "supersedes_id": last.id if last else None,
                }
            )
    if rows:
        now = clock.now(session)
        session.execute(insert_into(GoldLabel), [{**row, "created_at": now} for row in rows])
    return {row["face_id"] for row in rows}


def _add(there: dict[str, Any], new: Mapping[str, Any]) -> bool:
    """Add what is about a task that nothing was said of; return whether there was any."""
    adding = {task: said for task, said in new.items() if task not in there}
    there |= adding
    return bool(adding)


def of_import(name: str) -> ColumnElement[bool]:
    """Return the condition that a face is one of an import's."""
    faces = select(Entry.face_id).join(EntryFile, EntryFile.id == Entry.file_id)
    return Face.id.in_(faces.where(EntryFile.dataset == name, Entry.face_id.is_not(None)))
