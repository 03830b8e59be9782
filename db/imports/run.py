"""One import from a path to its end, whatever kind of place the path is.

python -m studio.importing      # is this, from the command line
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from db.datasets.base import Readers
from db.errors import DataError
from db.imports.archive import Archive
from db.imports.engine import Progress, begin, carry_out
from db.imports.faba import Faba, is_label_file, is_packed, label_files
from db.imports.incoming import LARGEST
from db.imports.places import open_place
from db.imports.wishes import Wishes
from db.models import Import
from db.session import Database
from db.store import PictureStore


def run(
    database: Database,
    store: PictureStore,
    path: Path,
    wishes: Wishes,
    *,
    shown: str | None = None,
    started_by: int | None = None,
    more: dict[str, Any] | None = None,
    read: Readers | None = None,
    largest: int = LARGEST,
    begun: Callable[[int], None] = lambda import_id: None,
    told: Callable[[Progress], None] = lambda progress: None,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[int, Progress]:
    """Import a folder, a zip file, a Parquet file, one picture, or one label file of FABA-Instruct; return
    (the import's id, what was done).

    FABA-Instruct's label files in it are found, and their labels taken as gold. shown: what people call the
    path; more: see `db.imports.engine.begin`; read: what reads an answer's text, by task; begun: is given the
    import's id first. Raises DataError, OSError.
    """
    shown = shown or path.name or str(path)
    if path.is_file() and path.suffix.lower() == ".zip" and is_packed(path):
        with TemporaryDirectory(prefix="emola-unpacked-") as folder:
            Archive(path, largest=largest).unpack(Path(folder))
            return run(
                database,
                store,
                Path(folder),
                wishes,
                shown=shown,
                started_by=started_by,
                more=more,
                read=read,
                begun=begun,
                told=told,
                stop=stop,
            )
    is_faba = bool(label_files(path)) if path.is_dir() else is_label_file(path)
    faba = Faba(path, read) if is_faba else None
    place = faba or open_place(path, largest=largest)
    with database.sessions.begin() as session:
        row = begin(
            session, place.place, wishes, shown=shown, total=place.count(), started_by=started_by, more=more
        )
        import_id = row.id
    begun(import_id)
    if faba:
        return import_id, _faba(database, store, import_id, faba, wishes, told, stop)
    last = Progress(None, 0, 0, 0)
    for last in carry_out(database, store, import_id, place.files(), wishes, stop=stop):
        told(last)
    return import_id, last


def _faba(database, store, import_id: int, faba: Faba, wishes: Wishes, told, stop) -> Progress:
    """Import by `db.datasets`; where that cannot go on, the import's row says why."""
    try:
        return faba.carry_out(database, store, import_id, wishes, told=told, stop=stop)
    except (DataError, OSError) as error:
        with database.sessions.begin() as session:
            row = session.get_one(Import, import_id)
            row.state, row.message = "failed", str(error)
        raise
