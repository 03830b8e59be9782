"""The import: reads files, stores their pictures, and makes faces of them, in batches that are there whole
or not at all.

    with database.sessions.begin() as session:
        run = begin(session, place, wishes, total=..., shown=...)
    for progress in carry_out(database, store, run, files, wishes): ...

Killed at any moment and begun again, it goes on: what it had done is known by name and size, without reading
the files. A picture that the studio has already is told, not doubled. Memory does not grow with the number
of files.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any
from uuid import uuid5

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db import clock, gold
from db.errors import DataError, PictureError
from db.faces import add_face
from db.imports.incoming import Incoming, Refused
from db.imports.wishes import Wishes, subject_row
from db.models import Face, Import, ImportFile
from db.session import Database
from db.store import PictureStore, Stored
from db.studies import enqueue
from db.study_rules import named
from db.upsert import upsert

BATCH = 64
"""Files in one transaction: some ten milliseconds of the database, for which others who write wait."""
READERS = 4
"""Files that are read, decoded and stored at once."""
FORGOTTEN_AT_ONCE = 5000


@dataclass(frozen=True)
class Progress:
    """How far an import is, in files. `total` is None where it is not known."""

    total: int | None
    added: int
    known: int
    skipped: int

    @property
    def done(self) -> int:
        """Return the number of files that are dealt with."""
        return self.added + self.known + self.skipped


@dataclass(frozen=True)
class Finding:
    """A file with what came of reading it: a stored picture, or a reason why not."""

    file: Incoming | Refused
    stored: Stored | None = None
    reason: str | None = None


def begin(
    session: Session,
    place: str,
    wishes: Wishes,
    *,
    shown: str,
    total: int | None = None,
    started_by: int | None = None,
    more: dict[str, Any] | None = None,
) -> Import:
    """Return the import of a place: the one that was interrupted there, with the same wishes, or a new one.

    shown: what people call the place. more: whatever the caller needs to take it up again. Raises NotFound
    where the wished study is not there.
    """
    named(session, wishes.study)
    options = {"wishes": wishes.as_dict(), **(more or {})}
    key = sha256(json.dumps([place, wishes.as_dict()], sort_keys=True).encode()).hexdigest()
    open_ones = select(Import).where(Import.key == key, Import.state != "finished")
    row = session.scalar(open_ones.order_by(Import.id.desc()).limit(1))
    if row is None:
        row = Import(key=key, place=shown, options=options, started_by=started_by)
        session.add(row)
    row.state, row.message, row.heartbeat_at = "running", None, clock.now(session)
    row.total = total if total is not None else row.total
    session.flush()
    return row


def carry_out(
    database: Database,
    store: PictureStore,
    import_id: int,
    files: Iterable[Incoming | Refused],
    wishes: Wishes,
    *,
    stop: Callable[[], bool] = lambda: False,
    batch: int = BATCH,
) -> Iterator[Progress]:
    """Import files, and yield the progress after each batch; ends early, to be taken up again, on `stop`.

    Raises DataError or OSError where it cannot go on (no room on the disk); the import's row says why.
    """
    files = iter(files)
    try:
        with ThreadPoolExecutor(READERS, "import") as readers:
            while some := list(islice(files, batch)):
                if stop():
                    yield _end(database, import_id, "stopped")
                    return
                new = _not_yet(database, import_id, some)
                findings = list(readers.map(lambda file: _look(store, file), new))
                with database.sessions.begin() as session:
                    _keep(session, import_id, findings, wishes)
                    progress = _progress(session.get_one(Import, import_id))
                yield progress
    except (DataError, OSError) as error:
        _end(database, import_id, "failed", str(error))
        raise
    yield _end(database, import_id, "finished")
    _forget(database, import_id)


def _not_yet(database: Database, import_id: int, files: list[Incoming | Refused]):
    """Return the files that this import has not dealt with."""
    names = [file.name for file in files]
    known = select(ImportFile.name, ImportFile.size).where(ImportFile.import_id == import_id)
    with database.reads.begin() as session:
        done = {tuple(row) for row in session.execute(known.where(ImportFile.name.in_(names)))}
    return [file for file in files if (file.name, file.size) not in done]


def _look(store: PictureStore, file: Incoming | Refused) -> Finding:
    """Read a file and store its picture."""
    if isinstance(file, Refused):
        return Finding(file, reason=file.reason)
    try:
        data = file.read()
    except OSError as error:
        return Finding(file, reason=f"It could not be read: {error.strerror or error}.")
    try:
        return Finding(file, store.put(data))
    except PictureError as error:
        return Finding(file, reason=str(error))


def _keep(session: Session, import_id: int, findings: list[Finding], wishes: Wishes) -> None:
    """Make faces of what was found, put them into the study's queue, and remember what became of each
    file.
    """
    counts, ids = dict.fromkeys(("added", "known", "skipped"), 0), []
    for finding in findings:
        outcome, face_id, reason = _face(session, finding, wishes)
        file = finding.file
        row = {"import_id": import_id, "name": file.name, "size": file.size}
        row |= {"outcome": outcome, "face_id": face_id, "reason": reason}
        insert = upsert(session, ImportFile).values(row)
        # Under a name that this import has seen with another size there is another file by now.
        session.execute(insert.on_conflict_do_update(index_elements=["import_id", "name"], set_=row))
        counts[outcome] += 1
        if face_id is not None:
            ids.append(face_id)
    if ids:
        enqueue(session, named(session, wishes.study), Face.id.in_(ids))
    session.execute(
        update(Import)
        .where(Import.id == import_id)
        .values(
            added=Import.added + counts["added"],
            known=Import.known + counts["known"],
            skipped=Import.skipped + counts["skipped"],
            heartbeat_at=clock.now(session),
        )
    )


def _face(session: Session, finding: Finding, wishes: Wishes) -> tuple[str, int | None, str | None]:
    """Return what became of a file: (outcome, face id, reason)."""
    file, stored = finding.file, finding.stored
    if stored is None or isinstance(file, Refused):
        return "skipped", None, finding.reason
    try:
        subject = wishes.subject_of(file)
        more = {
            "original_name": file.face.get("original_name", file.name),
            "subject_id": subject_row(session, subject, wishes).id if subject else None,
            "neutral": bool(file.face.get("neutral")) or wishes.is_neutral(file.name),
            "split": file.face.get("split", wishes.split),
        }
        face, new = add_face(session, stored, source=file.face.get("source", wishes.source), **more)
    except DataError as error:
        return "skipped", None, str(error)
    if file.gold is not None and gold.current(session, face.id) is None:
        # The same labels of the same picture are the same decision, however often they are brought.
        labels = json.dumps(file.gold, sort_keys=True)
        uuid = uuid5(gold.AGREED, f"{stored.sha256}:{labels}")
        gold.decide(session, face.id, uuid=uuid, kind="imported", **file.gold)
    return ("added" if new else "known"), face.id, None


def _end(database: Database, import_id: int, state: str, message: str | None = None) -> Progress:
    with database.sessions.begin() as session:
        row = session.get_one(Import, import_id)
        row.state, row.message, row.heartbeat_at = state, message, clock.now(session)
        if state == "finished":
            row.finished_at = clock.now(session)
        return _progress(row)


def _forget(database: Database, import_id: int) -> None:
    """Remove the notes of files that became faces: the faces say it. What is told to people stays."""
    notes = select(ImportFile.id).where(ImportFile.import_id == import_id, ImportFile.outcome == "added")
    while True:
        with database.sessions.begin() as session:
            some = notes.order_by(ImportFile.id).limit(FORGOTTEN_AT_ONCE)
            gone = session.execute(
                delete(ImportFile).where(ImportFile.id.in_(some)),
                execution_options={"synchronize_session": False},
            )
        if gone.rowcount < FORGOTTEN_AT_ONCE:
            return


def _progress(row: Import) -> Progress:
    return Progress(row.total, row.added, row.known, row.skipped)
