"""FABA-Instruct's label files as they were imported, but for the faces that people corrected.

They go out in one zip file, in their places, entry for entry, and byte for byte where nothing was corrected.
Pictures are not in it: whoever gave them has them. The command line: python -m db.datasets faba-instruct
FOLDER --out.
"""

import os
import zipfile
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.datasets.faba_instruct import FOLDER
from db.datasets.faba_instruct_export import Exported, export, files
from db.errors import NotFound
from db.exports.bundle import Stopped
from db.models import Entry, EntryFile
from model.tasks import TASKS
from studio.data import staging
from studio.data.jobs import Job
from studio.importing import readers
from studio.people.person import Person
from studio.workplace import Workplace

OFTEN = 500
"""Entries after which it is told how far it is."""
SHOWN = 5


def start_export_as_imported(work: Workplace, person: Person, name: str) -> dict:
    """Write an import of FABA-Instruct out again: name as `data_overview` has it in "as_imported". The job's
    result names the file, at exports/NAME for an hour; "corrected" counts the entries that differ.
    """
    with work.database.reads.begin() as session:
        found = next((one for one in imports(session, None) if one["name"] == name), None)
    if found is None:
        raise NotFound(f"Nothing was imported as {name}. data_overview tells what was, in as_imported.")

    def write(job: Job) -> None:
        staging.sweep()
        path = staging.outgoing(f"emola-{staging.stamp()}-faba-as-imported-{job.id}.zip")
        partial = path.with_name(f".{path.name}.partial")
        try:
            with work.database.reads.begin() as session:
                written = _write(session, name, partial, job, found["entries"])
            os.chmod(partial, 0o600)
            partial.replace(path)
        except Stopped:
            return
        finally:
            partial.unlink(missing_ok=True)
        corrected, notes = (
            sum(one.changed for one in written),
            [note for one in written for note in one.notes],
        )
        job.result = {"file": path.name, "bytes": path.stat().st_size, "rows": found["entries"]}
        job.result |= {"corrected": corrected, "notes": notes[:20]}
        left = f" {len(notes):,} are as they came: {notes[0]}." if notes else ""
        job.told(found["entries"], found["entries"], f"{corrected:,} of them corrected.{left}")

    return work.jobs.start("export", "Exporting FABA-Instruct as imported", person.id, write).as_dict()


def imports(session: Session, limit: int | None = SHOWN) -> list[dict[str, Any]]:
    """Return what can be written out again, the newest first: [{"name", "entries", "at"}]."""
    found = select(EntryFile.dataset, func.count(Entry.id), func.min(EntryFile.created_at))
    found = found.join(Entry, Entry.file_id == EntryFile.id).where(EntryFile.opening.is_not(None))
    newest = found.group_by(EntryFile.dataset).order_by(func.max(EntryFile.id).desc()).limit(limit)
    return [
        {"name": name, "entries": entries, "at": at.isoformat(timespec="seconds")}
        for name, entries, at in session.execute(newest)
    ]


def _write(session: Session, name: str, path: Path, job: Job, total: int) -> list[Exported]:
    """Write the label files of an import into a zip file. Raises Stopped where somebody asked for it."""
    done: list[Exported] = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files(session, name):
            before = sum(one.entries for one in done)
            done.append(Exported())
            texts = export(session, file, name=name, write=_written, read=readers(), exported=done[-1])
            with archive.open(f"{FOLDER}/{file}", "w") as out:
                for number, text in enumerate(texts):
                    out.write(text.encode())
                    if number % OFTEN == 0:
                        job.told(before + done[-1].entries, total)
                        if job.stopping.is_set():
                            raise Stopped
    return done


def _written(task: str, label: Any) -> str:
    """Return an answer that says a label, where no text was saved with it."""
    return TASKS[task].format(label)
