"""Writes an import of FABA-Instruct out again: the same JSON, but for the faces that people corrected.

An entry that nobody touched goes out as the text it came in as. Touched means: the face has a gold label that
people decided, or, where there is none, an annotation saved after the import, of which the newest in force
counts; and that says something else of the entry's task than the import did, and than the entry does. Its
answer is then the rationale saved with the label. Where there is none, or the old text was left under a new
label, `write` (the task's own writer) makes the text from the label. Entries of erased faces are gone.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.annotations import select_in_force
from db.datasets.base import Layout, Readers
from db.datasets.errors import DatasetError
from db.datasets.faba_entry import said
from db.datasets.faba_write import corrected, joined, present
from db.gold_in_force import gold_in_force
from db.models import Annotation, Entry, EntryFile, GoldLabel

BATCH = 500
Write = Callable[[str, Any], str]
"""(task, an emotion or the names of the AUs that are present) -> an answer that says so."""


@dataclass
class Exported:
    """What went out: entries, how many of them other than they came, and what could not be said, by entry."""

    entries: int = 0
    changed: int = 0
    notes: list[str] = field(default_factory=list)


class _Decision(NamedTuple):
    """What is said of a face, and when; `at` None: it counts whenever it was said."""

    labels: Mapping[str, Any]
    rationales: Mapping[str, Any]
    at: datetime | None = None

    def of(self, task: str) -> tuple[Any, str | None]:
        """Return a task's label, as FABA-Instruct can say it, and text."""
        return _said_of(task, self.labels.get(task)), self.rationales.get(task) or None


_NOTHING = _Decision({}, {})


def files(session: Session, name: str = "faba-instruct") -> Sequence[str]:
    """Return an import's label files that are JSON lists, as paths in the data set's folder."""
    found = select(EntryFile.file).where(EntryFile.dataset == name, EntryFile.opening.is_not(None))
    return session.scalars(found.order_by(EntryFile.id)).all()


def export(
    session: Session,
    file: str,
    *,
    name: str = "faba-instruct",
    write: Write | None = None,
    read: Readers | None = None,
    exported: Exported | None = None,
) -> Iterator[str]:
    """Yield the text of an import's label file, piece by piece; `exported` counts along.

    write: makes a text of a label where no rationale was saved with it; without it, that is an error. read:
    as the import was given, to know what a training answer says. Raises DatasetError where there is no such
    file.
    """
    found = session.scalar(select(EntryFile).filter_by(dataset=name, file=file))
    if found is None or found.opening is None:
        known = ", ".join(files(session, name)) or "none"
        raise DatasetError(f"{name} was imported without {file}. What can be written out of it: {known}.")
    layout = Layout(found.opening, found.separator, found.closing)
    exported = exported if exported is not None else Exported()
    yield from joined(_texts(session, found.id, write, read, exported), layout)


def _texts(
    session: Session, file_id: int, write: Write | None, read: Readers | None, exported: Exported
) -> Iterator[str]:
    """Yield the entries' texts in order."""
    wanted = select(Entry.position, Entry.text, Entry.face_id, Entry.task, Entry.created_at)
    wanted = wanted.where(Entry.file_id == file_id).order_by(Entry.position).limit(BATCH)
    after = -1
    while rows := session.execute(wanted.where(Entry.position > after)).all():
        after = rows[-1].position
        imported, decided = _decisions(session, {row.face_id for row in rows if row.face_id is not None})
        for row in rows:
            exported.entries += 1
            text = row.text
            now, then = decided.get(row.face_id), imported.get(row.face_id, _NOTHING)
            newer = now is not None and (now.at is None or now.at > row.created_at)
            if newer and now.of(row.task) != then.of(row.task):
                try:
                    text = _after(row.text, row.task, now, write, read)
                except DatasetError as error:
                    exported.notes.append(f"entry {row.position + 1}: {error}")
            exported.changed += text != row.text
            yield text


def _decisions(session: Session, faces: set[int]) -> tuple[dict[int, _Decision], dict[int, _Decision]]:
    """Return what imports said of faces, and what people say of them.

    A gold label of people's counts whenever it was made, since an import never overrides one.
    """
    imported: dict[int, _Decision] = {}
    found: dict[int, _Decision] = {}
    said_of = select_in_force(Annotation.kind == "labels", Annotation.face_id.in_(faces))
    for row in session.scalars(said_of.order_by(Annotation.id)):
        found[row.face_id] = _Decision(row.labels or {}, row.rationales or {}, row.created_at)
    gold = select(GoldLabel).where(GoldLabel.face_id.in_(faces))
    for row in session.scalars(gold.where(GoldLabel.kind == "imported").order_by(GoldLabel.id)):
        imported[row.face_id] = _Decision(row.labels or {}, row.rationales or {})
    for row in session.scalars(gold.where(GoldLabel.kind != "imported", gold_in_force())):
        found[row.face_id] = _Decision(row.labels or {}, row.rationales or {})
    return imported, found


def _after(text: str, task: str, decision: _Decision, write: Write | None, read: Readers | None) -> str:
    """Return an entry's text after people's decision: the same where they say the same of its task."""
    label = decision.labels.get(task)
    if label is None:
        return text
    old = said(json.loads(text), task, read)
    if old.problem:
        return text
    answer = decision.rationales.get(task) or None
    same = _said_of(task, label) == _said_of(task, old.label)
    if answer in (None, old.text):
        # An old text that no label could be read from is confirmed by being saved again.
        if same or (old.label is None and answer is not None):
            return text
        answer = _written(task, label, write)
    return corrected(text, task, None if same else label, answer)


def _written(task: str, label: Any, write: Write | None) -> str:
    """Return a text that says a label. Raises DatasetError where nobody can write it."""
    if label == "cant_tell":
        raise DatasetError('"can\'t tell" was saved without a text, so the entry is as it came')
    if write is None:
        raise DatasetError("its label was corrected without a text, so the entry is as it came")
    return write(task, _said_of(task, label))


def _said_of(task: str, label: Any) -> Any:
    """Return a label as FABA-Instruct can say it: an emotion, or the AUs that are present."""
    if task == "au" and label is not None:
        return tuple(f"AU{number}" for number in present(label))
    return label
