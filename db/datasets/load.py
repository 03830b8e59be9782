"""Loads a data set's folder into the database: faces with pictures, subjects, gold labels, entries as they
came.

In batches, each a transaction of its own, so that people go on working and an import that was interrupted
goes on where it was: loading again adds what is missing and doubles nothing. Memory stays flat. Bad entries
and pictures are listed and skipped.

Splits. A face is in split train, val or test, by default as the data set is published. `gold` is a purpose
and no split: the faces are put in split test, which is never trained on, and their labels are then frozen as
a gold set of the import's name (`db.snapshots`), a new snapshot of it where labels have changed.

Not covered: of an erased face nothing is left to know it by, so it comes back if it is still in the folder.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from db.datasets.base import Dataset, Readers, Record
from db.datasets.errors import DatasetError
from db.datasets.exclusive import refuse_shared
from db.datasets.keep import Todo, entry_file, keep, known_entries, of_import, refuse_changed
from db.errors import PictureError
from db.models import Face
from db.models.faces import SPLITS
from db.session import Database
from db.snapshots import freeze, gold_faces
from db.store import PictureStore, Stored

GOLD = "gold"
AS = (*SPLITS, GOLD)
BATCH = 100  # entries in a transaction; on SQLite other writers wait for so many


@dataclass
class Loaded:
    """How far a load is. `entries`: read; `before`: there from an earlier load; `new`, `known`: faces that
    the others brought, `known` where the picture was a face already; `labelled`: gold labels made;
    `problems`: what was skipped, and why; `gold_set`: hash of the frozen gold set.
    """

    entries: int = 0
    before: int = 0
    new: int = 0
    known: int = 0
    labelled: int = 0
    problems: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    gold_set: str | None = None


def load(
    database: Database,
    store: PictureStore,
    dataset: Dataset,
    folder: Path,
    *,
    split: str | None = None,
    fold: int | None = None,
    as_split: str | None = None,
    name: str | None = None,
    read: Readers | None = None,
    progress: Callable[[Loaded], None] | None = None,
    then: Callable[[Session, Sequence[int]], None] | None = None,
) -> Loaded:
    """Load a data set's folder and return what was done.

    split: only this one of the data set's; as_split: where its faces are put, train, val, test or gold. name:
    the import's, by default the data set's; the same name again is the same import. progress: called after
    each batch. then: called in each batch's transaction with its faces' ids, to put them in a study. Raises
    DatasetError, before anything is loaded where a subject would be in several splits.
    """
    dataset.refuse(folder, split, fold)
    if as_split is not None and as_split not in AS:
        raise DatasetError(f"{as_split!r} is no split to load as. Choose one of {', '.join(AS)}.")
    name = name or dataset.name
    target = "test" if as_split == GOLD else as_split
    if dataset.has_subjects:
        with database.reads.begin() as session:
            refuse_shared(session, dataset, dataset.records(folder, split, fold=fold), target)
    loader = _Loader(database, store, dataset, folder, name, target, then)
    records = dataset.records(folder, split, fold=fold, read=read)
    while batch := list(islice(records, BATCH)):
        loader.load(batch)
        if progress:
            progress(loader.loaded)
    if as_split == GOLD:
        with database.sessions.begin() as session:
            faces = gold_faces(session, of_import(name), Face.split == "test")
            content = [row for row in faces if row.gold and row.gold.labels]
            frozen = freeze(session, name, GOLD, content, options={"dataset": dataset.name})
            loader.loaded.gold_set = frozen.sha256
    return loader.loaded


@dataclass
class _Loader:
    """Loads batches of one import, and counts. `target`: the split for all, whatever the records say."""

    database: Database
    store: PictureStore
    dataset: Dataset
    folder: Path
    name: str
    target: str | None
    then: Callable[[Session, Sequence[int]], None] | None
    loaded: Loaded = field(default_factory=Loaded)
    files: dict[str, int] = field(default_factory=dict)

    def load(self, batch: Sequence[Record]) -> None:
        """Load some records: pictures first, which may be stored twice, then the rest in one transaction."""
        with self.database.reads.begin() as session:
            known = known_entries(session, self.name, batch)
        refuse_changed(self.name, batch, known)
        self.loaded.entries += len(batch)
        todo = []
        for record in batch:
            usable = self._usable(record)
            entry = known.get((record.file, record.position))
            if entry is not None and (entry.face_id is not None or not usable):
                self.loaded.before += 1
            else:
                stored = self._stored(record) if usable else None
                todo.append(Todo(record, stored, self.target or record.split))
        self._keep(todo)

    def _keep(self, todo: Sequence[Todo]) -> None:
        layouts = {
            file: self.dataset.layout(self.folder, file)
            for file in dict.fromkeys(one.record.file for one in todo)
            if file not in self.files
        }
        with self.database.sessions.begin() as session:
            files = {file: entry_file(session, self.name, file, around) for file, around in layouts.items()}
            kept = keep(session, self.dataset, self.name, self.files | files, todo)
            faces = sorted({one.face_id for one in kept if one.face_id is not None})
            if self.then and faces:
                self.then(session, faces)
        self.files |= files
        for (record, _, _), one in zip(todo, kept, strict=True):
            self.loaded.new += one.new
            self.loaded.known += one.face_id is not None and not one.new
            self.loaded.labelled += one.labelled
            if one.problem:
                self.loaded.problems.append(f"{_where(record)}: {one.problem}.")

    def _usable(self, record: Record) -> bool:
        """Return whether a record has a face to load, having counted why not."""
        if record.problem:
            self.loaded.problems.append(record.problem)
        elif record.left_out:
            self.loaded.left_out[record.left_out] += 1
        return record.picture is not None and not record.problem and not record.left_out

    def _stored(self, record: Record) -> Stored | None:
        """Put a record's picture in the store; None where it is missing or damaged, having listed it."""
        where = f"{_where(record)}: its picture {record.original_name}"
        try:
            return self.store.put(record.picture.read_bytes())
        except FileNotFoundError:
            self.loaded.problems.append(f"{where} is not there.")
        except (PictureError, OSError) as error:
            self.loaded.problems.append(f"{where}: {error}")
        return None


def _where(record: Record) -> str:
    return f"{record.file}, entry {record.position + 1}"
