"""Which kind of place a path is: a folder, one picture, a zip file, or a Parquet file."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from db.errors import DataError
from db.imports.archive import Archive
from db.imports.folder import Folder
from db.imports.incoming import LARGEST, Incoming, Refused
from db.imports.parquet import Parquet


class Place(Protocol):
    """Where files come from. `place`: what makes it the same place when an import is taken up again."""

    @property
    def place(self) -> str: ...

    def count(self) -> int:
        """Return the number of files."""

    def files(self) -> Iterator[Incoming | Refused]:
        """Yield the files, always in the same order."""


def open_place(path: str | Path, *, largest: int = LARGEST) -> Place:
    """Return the place that a path names. largest: bytes of a picture file at most. Raises DataError."""
    path = Path(path)
    if not path.exists():
        raise DataError(f"There is nothing at {path}. Give a folder, a picture, a .zip or a .parquet file.")
    if path.is_file() and (path.suffix.lower() == ".zip" or zipfile.is_zipfile(path)):
        return Archive(path, largest=largest)
    if path.suffix.lower() == ".parquet":
        return Parquet(path, largest=largest)
    return Folder(path, largest=largest)
