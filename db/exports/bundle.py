"""Makes the file of an export: a table, or a zip file with the pictures beside it. All of one moment.

The file is there whole or not at all. A picture that the store has lost is told in the result, and its row
goes without; nothing else is left out silently.
"""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from db.errors import DataError, PictureError
from db.exports import faba
from db.exports.choice import Choice
from db.exports.parquet import write_parquet
from db.exports.rows import Row, count, rows
from db.exports.table import units_of, write_table
from db.faces import newest_landmarks
from db.models import Face, Landmarks
from db.session import Database
from db.store import PictureStore


class Stopped(Exception):
    """The export was stopped; there is no file."""


@dataclass(frozen=True)
class Speech:
    """What FABA-Instruct's form needs from those who know the model's tasks and landmark experts.

    `words`: see `db.exports.faba`. `prior`: a face's landmarks as the numbers that a model is given, in an
    .npy file's bytes; None where they cannot be had.
    """

    words: faba.Words
    prior: Callable[[Face, Landmarks], bytes | None] = lambda face, landmarks: None


@dataclass
class Exported:
    """What an export holds. `missing`: faces whose pictures the store has lost."""

    path: Path
    rows: int = 0
    faces: int = 0
    missing: list[int] = field(default_factory=list)


def ending(choice: Choice) -> str:
    """Return how the file of an export is called at its end."""
    packed = choice.form == "faba" or choice.form == "csv" and choice.pictures
    return ".zip" if packed else f".{choice.form}"


def export(
    database: Database,
    store: PictureStore,
    choice: Choice,
    path: Path,
    *,
    speech: Speech | None = None,
    told: Callable[[int, int], None] = lambda done, total: None,
    stop: Callable[[], bool] = lambda: False,
) -> Exported:
    """Write an export to a path, and return what is in it.

    speech: for FABA-Instruct's form. told: is given (faces done, faces in all) now and then. Raises
    Stopped, DataError; OSError where there is no room.
    """
    if choice.form == "faba" and speech is None:
        raise DataError("FABA-Instruct's form needs a text for each label; no words were given.")
    work = _Work(store, choice, path, speech, told, stop)
    partial = path.with_name(f".{path.name}.partial")
    try:
        with database.reads.begin() as session:
            work.total = count(session, choice)
            work.write(session, partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return work.result


class _Work:
    """An export on its way: counts the faces that go by, and finds their pictures."""

    def __init__(self, store: PictureStore, choice: Choice, path: Path, speech, told, stop):
        self.store, self.choice, self.speech = store, choice, speech
        self.told, self.stop = told, stop
        self.total, self.result, self._last = 0, Exported(path), 0

    def write(self, session: Session, path: Path) -> None:
        if self.choice.form == "parquet":
            self.result.rows = write_parquet(path, self.rows(session), self.choice, self.picture)
        elif ending(self.choice) == ".csv":
            self.result.rows = self._table(session, path)
        else:
            # Pictures do not shrink.
            with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
                with TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
                    self._pack(session, archive, Path(folder))

    def rows(self, session: Session) -> Iterator[Row]:
        """Yield the rows, and tell how far it is. Raises Stopped."""
        for row in rows(session, self.choice):
            if row.face.id != self._last:
                self._last = row.face.id
                self.result.faces += 1
                if self.result.faces % 50 == 0:
                    self.told(self.result.faces, self.total)
                    if self.stop():
                        raise Stopped
            yield row

    def picture(self, row: Row) -> bytes | None:
        """Return a face's picture, None where the store has lost it, which is noted."""
        try:
            return self.store.get(row.face.sha256 or "")
        except PictureError:
            if row.face.id not in self.result.missing[-1:]:
                self.result.missing.append(row.face.id)
            return None

    def _table(self, session: Session, path: Path, rows_of: Iterator[Row] | None = None) -> int:
        units = units_of(rows(session, self.choice))
        return write_table(path, rows_of or self.rows(session), self.choice, units)

    def _pack(self, session: Session, archive: zipfile.ZipFile, folder: Path) -> None:
        """Write pictures into the archive as their rows go by, then the labels."""
        going_by = self._with_pictures(session, archive)
        if self.choice.form == "csv":
            self.result.rows = self._table(session, folder / "labels.csv", going_by)
        else:
            self.result.rows = faba.write_labels(folder, going_by, self.speech.words)
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.write(file, file.relative_to(folder).as_posix(), zipfile.ZIP_DEFLATED)

    def _with_pictures(self, session: Session, archive: zipfile.ZipFile) -> Iterator[Row]:
        last, is_faba = 0, self.choice.form == "faba"
        for row in self.rows(session):
            if row.face.id != last:
                last = row.face.id
                if self.choice.pictures and (data := self.picture(row)) is not None:
                    archive.writestr(faba.picture(row) if is_faba else row.picture, data)
                if is_faba and (numbers := self._prior(session, row.face)) is not None:
                    archive.writestr(faba.landmarks(row), numbers)
            yield row

    def _prior(self, session: Session, face: Face) -> bytes | None:
        found = newest_landmarks(session, face.id)
        return self.speech.prior(face, found) if found else None
