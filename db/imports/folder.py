"""Pictures in a folder and its sub-folders, in the order of their names. Links to other folders are not
followed.
"""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from db.errors import DataError
from db.imports.incoming import LARGEST, Incoming, Refused, is_unseen, refusal, storable


class Folder:
    """The files in a folder, or one file. Raises DataError where there is none."""

    def __init__(self, path: str | Path, *, largest: int = LARGEST):
        self.path = Path(path)
        self._largest = largest
        if not self.path.exists():
            raise DataError(f"There is nothing at {path}. Give a folder or a picture.")

    @property
    def place(self) -> str:
        """What this place is, for ever: its absolute path."""
        return str(self.path.resolve())

    def count(self) -> int:
        """Return the number of files; reads names only."""
        return sum(1 for _ in self._paths())

    def files(self) -> Iterator[Incoming | Refused]:
        """Yield the files, one by one."""
        for name, path in self._paths():
            try:
                size = path.stat().st_size
            except OSError as error:
                yield Refused(storable(name), 0, f"It could not be opened: {error.strerror or error}.")
                continue
            if reason := refusal(name, size, self._largest):
                yield Refused(storable(name), size, reason)
            else:
                yield Incoming(storable(name), size, partial(_read, path, self._largest))

    def _paths(self) -> Iterator[tuple[str, Path]]:
        if self.path.is_file():
            yield self.path.name, self.path
            return
        for folder, inside, names in os.walk(self.path):
            inside[:] = sorted(name for name in inside if not is_unseen(name))
            for name in sorted(names):
                path = Path(folder) / name
                if not is_unseen(name):
                    yield path.relative_to(self.path).as_posix(), path


def _read(path: Path, largest: int) -> bytes:
    # A file may grow between being listed and being read.
    with open(path, "rb") as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        raise OSError(f"more than {largest / 2**20:.0f} MB")
    return data
