"""FABA-Instruct's JSON with its pictures, by `db.datasets`: a folder, one of its label files, or a zip file.

An import is known by the content of its label files, so another export under the same names is another one.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from sqlalchemy import update

from db import clock
from db.datasets.base import Readers
from db.datasets.faba_instruct import FOLDER, PARTS, TASKS, FabaInstruct, label_file
from db.datasets.load import Loaded, load
from db.imports.archive import Archive
from db.imports.engine import Progress
from db.imports.incoming import storable
from db.imports.wishes import Wishes
from db.models import Face, Import, ImportFile
from db.session import Database
from db.store import PictureStore
from db.studies import enqueue
from db.study_rules import named
from db.upsert import upsert


class Interrupted(Exception):
    """Somebody asked the import to stop."""


def label_files(folder: Path) -> list[Path]:
    """Return FABA-Instruct's label files in a folder, none where it is another kind of folder."""
    root = folder / FOLDER if (folder / FOLDER).is_dir() else folder
    found = [label_file(root, split, task) for split in PARTS for task in TASKS]
    return [path for path in found if path is not None]


def is_label_file(path: Path) -> bool:
    """Return whether a file is a label file of FABA-Instruct, in its place beside its pictures."""
    path = path.absolute()
    return path.is_file() and path in label_files(path.parent.parent)


def is_packed(path: Path) -> bool:
    """Return whether a zip file holds FABA-Instruct's label files. Raises DataError as `Archive` does."""
    names = tuple(f"_{task}_anno.json" for task in TASKS)
    archive = Archive(path)
    try:
        return any(name.lower().endswith(names) for name in archive.names())
    finally:
        archive.close()


class Faba:
    """Label files with their pictures, to be imported: all of a folder's, or the one that is given."""

    def __init__(self, path: Path, read: Readers | None = None):
        """path: the folder, or one label file in its place there."""
        one, path = path.is_file(), path.absolute()
        self.folder, self._read = path.parent.parent if one else path, read
        self._files = [path] if one else label_files(path)
        self._dataset = FabaInstruct(f"{path.parent.name}/{path.name}" if one else None)
        self.name = f"faba-instruct {self._digest()[:12]}"

    @property
    def place(self) -> str:
        """What this place is: the content of its label files."""
        return self.name

    def count(self) -> int:
        """Return the number of entries: about one a face and task."""
        return sum(1 for _ in self._dataset.records(self.folder))

    def carry_out(
        self,
        database: Database,
        store: PictureStore,
        import_id: int,
        wishes: Wishes,
        *,
        told: Callable[[Progress], None] = lambda progress: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> Progress:
        """Import the entries, as `db.imports.engine.carry_out` does files."""

        def then(session, faces):
            enqueue(session, named(session, wishes.study), Face.id.in_(faces))

        with database.reads.begin() as session:
            row = session.get_one(Import, import_id)
            before = (row.added, row.known)

        def keep(loaded: Loaded) -> None:
            told(_note(database, import_id, loaded, before))
            if stop():
                raise Interrupted

        options = {"name": self.name, "as_split": wishes.split, "read": self._read}
        try:
            loaded = load(database, store, self._dataset, self.folder, progress=keep, then=then, **options)
        except Interrupted:
            return _note(database, import_id, state="stopped")
        return _note(database, import_id, loaded, before, state="finished")

    def _digest(self) -> str:
        digest = sha256()
        for path in self._files:
            with open(path, "rb") as file:
                while some := file.read(1 << 20):
                    digest.update(some)
        return digest.hexdigest()


def _note(
    database: Database,
    import_id: int,
    loaded: Loaded | None = None,
    before: tuple[int, int] = (0, 0),
    *,
    state: str = "running",
) -> Progress:
    """Keep how far the import is, and which entries were skipped.

    before: entries that were new and known when it was interrupted, which a load that goes on tells as loaded
    before.
    """
    with database.sessions.begin() as session:
        row = session.get_one(Import, import_id)
        row.heartbeat_at, row.state = clock.now(session), state
        row.finished_at = clock.now(session) if state == "finished" else None
        if loaded:
            row.added = before[0] + loaded.new
            row.known = loaded.known + loaded.before - min(loaded.before, before[0])
            for problem in loaded.problems[row.skipped :]:
                where, _, why = problem.partition(": ")
                note = {"import_id": import_id, "name": storable(where)[:500], "size": 0}
                note |= {"outcome": "skipped", "reason": storable(why) or storable(problem)}
                insert = upsert(session, ImportFile).values(note)
                session.execute(insert.on_conflict_do_nothing(index_elements=["import_id", "name"]))
            session.execute(update(Import).where(Import.id == import_id).values(skipped=len(loaded.problems)))
        session.flush()
        session.refresh(row)
        return Progress(row.total, row.added, row.known, row.skipped)
