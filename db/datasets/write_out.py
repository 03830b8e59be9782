"""Writes an import of FABA-Instruct out into a folder: each label file is there whole, or not at all."""

import os
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.datasets.base import Readers
from db.datasets.errors import DatasetError
from db.datasets.faba_instruct import FOLDER
from db.datasets.faba_instruct_export import Exported, Write, export, files
from db.models import EntryFile


def write_out(
    session: Session, folder: Path, name: str, *, write: Write | None = None, read: Readers | None = None
) -> dict[str, Exported]:
    """Write the label files of an import below FABAInstruct in a folder, and return what went out by file.

    write, read: as `db.datasets.faba_instruct_export.export` has them. Raises DatasetError where nothing of
    that name was imported, or a file is there that would be written over.
    """
    found = files(session, name)
    if not found:
        known = session.scalars(select(EntryFile.dataset).where(EntryFile.opening.is_not(None)).distinct())
        there = ", ".join(sorted(known)) or "none"
        raise DatasetError(f"Nothing was imported as {name!r} that could be written out. Imports: {there}.")
    written = {}
    for file in found:
        path = folder / FOLDER / file
        if path.exists():
            raise DatasetError(f"{path} is there and is not written over. Give an empty folder.")
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.partial")
        written[file] = Exported()
        try:
            with open(partial, "w", encoding="utf-8", newline="") as out:
                out.writelines(
                    export(session, file, name=name, write=write, read=read, exported=written[file])
                )
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
    return written
