"""Pictures in a zip file, read where they are; only `unpack` writes to the disk.

An archive that would unpack to far more than it is (`MOST_TIMES`) is refused as a whole. Entries are refused
one by one: encrypted ones, links, paths that lead outside, archives inside. Not covered: other kinds of
archive, and zip files in several parts.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from db.errors import DataError
from db.imports.incoming import LARGEST, Incoming, Refused, is_unseen, refusal, storable

MOST_TIMES = 100
"""How many times its size an archive may unpack to. Photographs hardly shrink in a zip file."""
MOST_ENTRIES = 2_000_000
_ENCRYPTED = 0x1


class Archive:
    """The files in a zip file. Raises DataError where it is none, is damaged, or is a bomb."""

    def __init__(self, path: str | Path, *, largest: int = LARGEST):
        self.path = Path(path)
        self._largest = largest
        try:
            self._zip = zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
            raise DataError(f"{self.path.name} is no zip file, or a damaged one ({error}).") from error
        except OSError as error:
            raise DataError(f"{self.path.name} could not be opened: {error.strerror or error}.") from error
        entries = self._zip.infolist()
        unpacked, packed = sum(entry.file_size for entry in entries), self.path.stat().st_size
        if unpacked > MOST_TIMES * packed or len(entries) > MOST_ENTRIES:
            self.close()
            raise DataError(
                f"{self.path.name} holds {len(entries):,} files and would unpack to {unpacked / 2**30:,.1f} "
                f"GB, {unpacked / packed:,.0f} times its size: no archive of pictures does. Nothing of it "
                "was read."
            )

    @property
    def place(self) -> str:
        """What this place is: its path, and its size and time, since a file may be replaced by another."""
        facts = self.path.stat()
        return f"{self.path.resolve()}:{facts.st_size}:{facts.st_mtime_ns}"

    def count(self) -> int:
        """Return the number of files."""
        return sum(1 for _ in self._entries())

    def files(self) -> Iterator[Incoming | Refused]:
        """Yield the files, one by one, in the archive's order."""
        for entry in self._entries():
            name = storable(entry.filename)
            if reason := _refusal(entry) or refusal(name, entry.file_size, self._largest):
                yield Refused(name, entry.file_size, reason)
            else:
                yield Incoming(name, entry.file_size, partial(self._read, entry))

    def names(self) -> Iterator[str]:
        """Yield the names of the files."""
        return (entry.filename for entry in self._entries())

    def unpack(self, folder: Path) -> None:
        """Write the files to a folder, but for those that are refused for their path or their kind."""
        for entry in self._entries():
            if _refusal(entry):
                continue
            path = folder / entry.filename.replace("\\", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "wb") as file:
                left = entry.file_size
                with self._zip.open(entry) as packed:
                    while left > 0 and (some := packed.read(min(1 << 20, left))):
                        file.write(some)
                        left -= len(some)

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def _entries(self) -> Iterator[zipfile.ZipInfo]:
        return (each for each in self._zip.infolist() if not each.is_dir() and not is_unseen_in(each))

    def _read(self, entry: zipfile.ZipInfo) -> bytes:
        try:
            with self._zip.open(entry) as file:
                # What an archive says of an entry's size need not be true.
                data = file.read(self._largest + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise OSError(f"damaged in the archive ({error})") from error
        if len(data) > self._largest:
            raise OSError(f"more than {self._largest / 2**20:.0f} MB")
        return data


def is_unseen_in(entry: zipfile.ZipInfo) -> bool:
    """Return whether an entry is one that nobody means; a path that leads outside is told, not hidden."""
    return is_unseen(entry.filename) and not _leads_outside(entry.filename)


def _refusal(entry: zipfile.ZipInfo) -> str | None:
    if entry.flag_bits & _ENCRYPTED:
        return "Encrypted. Unpack the archive with its password, and give the folder."
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "A link, not a file."
    if _leads_outside(entry.filename):
        return "Its path leads out of the archive; whoever made it may have meant harm."
    return None


def _leads_outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0]
