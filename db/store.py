"""Keeps pictures by the hash of their bytes, in a folder or at any URL that fsspec knows (s3://, hf://, ...).

A picture is written once and never changed; its metadata is taken out first (`db.pictures`). In a folder it
is there whole or not at all, whatever happens meanwhile, and on the disk when `put` returns; other places
write an object at once. What is read is checked against its hash. Who may see a picture is the caller's to
check.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import fsspec
from fsspec.implementations.local import LocalFileSystem

from db.errors import HubError, PictureError
from db.pictures import without_metadata


@dataclass(frozen=True)
class Stored:
    """A picture in the store: SHA-256 of its bytes in hexadecimal, kind, pixels, bytes."""

    sha256: str
    media_type: str
    width: int
    height: int
    size: int


class PictureStore:
    """The pictures at a place: a folder, which is made where it was not there, or a URL."""

    def __init__(self, place: str | Path, *, behind: Callable[[str], bytes] | None = None, **options):
        """Open the store; options go to fsspec's file system (keys, endpoints).

        behind: gives a picture's bytes by its hash where it is not here, which is then kept here too.
        """
        self._behind = behind
        self._files, root = fsspec.core.url_to_fs(str(place), **options)
        self._root = root.rstrip("/")
        self.local = isinstance(self._files, LocalFileSystem)
        if self.local:
            # Faces: nobody else on this computer need see them.
            Path(self._root).mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def place(self) -> str:
        """The folder or URL, by which another process opens the same store."""
        return self._root if self.local else self._files.unstrip_protocol(self._root)

    def put(self, data: bytes) -> Stored:
        """Store a picture file without its metadata. Raises PictureError where it is no picture."""
        picture = without_metadata(data)
        name = sha256(picture.data).hexdigest()
        if not self.has(name):
            self._write(name, picture.data)
        return Stored(name, picture.media_type, picture.width, picture.height, len(picture.data))

    def get(self, name: str) -> bytes:
        """Return a picture's bytes. Raises PictureError where they are not there or not what they were."""
        try:
            data = self._files.cat_file(self._path(name))
        except FileNotFoundError as error:
            return self._fetched(name, error)
        if sha256(data).hexdigest() != name:
            raise PictureError(f"The picture {name} is damaged in the store. Restore it from a backup.")
        return data

    def _fetched(self, name: str, missing: FileNotFoundError) -> bytes:
        """Return a picture from behind the store, and keep it."""
        if self._behind is None:
            raise PictureError(
                f"The picture {name} is not in the store. Restore it from a backup."
            ) from missing
        try:
            data = self._behind(name)
        except HubError as error:
            raise PictureError(f"The picture {name} is not in the store. {error}") from error
        self._write(name, data)
        return data

    def has(self, name: str) -> bool:
        """Return whether a picture is there."""
        return self._files.exists(self._path(name))

    def delete(self, name: str) -> None:
        """Remove a picture for good; nothing happens where it is not there."""
        with suppress(FileNotFoundError):
            self._files.rm_file(self._path(name))

    def _path(self, name: str) -> str:
        """Return where a picture is: folders of two letters, since a folder of a million files is slow."""
        if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise PictureError(f"{name!r} is not the hash of a picture: 64 hexadecimal digits.")
        return f"{self._root}/{name[:2]}/{name}"

    def _write(self, name: str, data: bytes) -> None:
        path = self._path(name)
        if not self.local:
            self._files.pipe_file(path, data)
            return
        folder = Path(path).parent
        folder.mkdir(mode=0o700, exist_ok=True)
        partial = folder / f".{name}.{uuid4().hex}"
        try:
            with open(partial, "xb", opener=_private) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        except OSError:
            partial.unlink(missing_ok=True)
            raise
        _sync_folder(folder)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    """Make a file's new name outlast a power cut, where the system can (Windows cannot open a folder)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
