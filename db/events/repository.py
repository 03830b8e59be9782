"""A private dataset repository on the hub, as the place where events and pictures are safe.

    events/00000001-0a1b2c3d4e5f6071.jsonl    segments, see db.events.segments
    pictures/ab/ab12...                       pictures by the SHA-256 of their bytes
    writer.json                               whose turn it is to write, see db.events.holder

Every commit names the commit that it follows, so that of two writers one is told. What is read is not kept
on this disk. Not covered: repositories that are public or hold anything else; those are refused.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from huggingface_hub import CommitOperationAdd, CommitOperationDelete

from db.errors import HubRefused, PictureError
from db.events import holder, segments
from db.events.holder import Holder
from db.events.segments import Segment
from db.hub import PrivateRepository

KIND = "dataset"
AT_ONCE = 50  # pictures in memory while they are uploaded
_FOLDER = "pictures"
_PICTURE = re.compile(rf"{_FOLDER}/([0-9a-f]{{2}})/(\1[0-9a-f]{{62}})")
_BESIDE = ("README.md", ".gitattributes", holder.PATH)


@dataclass(frozen=True)
class Contents:
    """What a repository holds at a commit: segments' names in order, pictures' hashes, who writes to it."""

    commit: str
    segments: tuple[str, ...]
    pictures: frozenset[str]
    holder: Holder | None


class Repository(PrivateRepository):
    """One repository, `owner/name`. Raises HubRefused where the name or the token cannot be one."""

    def __init__(self, name: str, token: str, *, endpoint: str | None = None):
        super().__init__(name, token, KIND, endpoint=endpoint)

    def look(self) -> Contents:
        """Return what is there, the repository made where it was not. Raises HubRefused where it is public or
        holds foreign files, SchemaError where a segment is missing, HubError where the hub cannot be asked.
        """
        commit = self.head(make=True)
        with self.talking():
            paths = [file.path for file in self.files(commit)]
        told = self.read(holder.PATH, commit) if holder.PATH in paths else None
        return self._contents(commit, paths, holder.read(told) if told is not None else None)

    def segment(self, path: str) -> Segment:
        """Return a segment. Raises SchemaError where it is not what it was."""
        return segments.read(self.read(path, "main"), path)

    def picture(self, name: str) -> bytes:
        """Return a picture by its hash. Raises PictureError where it is not what it was."""
        data = self.read(picture_path(name), "main")
        if sha256(data).hexdigest() != name:
            raise PictureError(f"The picture {name} is damaged in {self.name}. Restore it from a backup.")
        return data

    def commit(
        self,
        after: Contents,
        add: dict[str, bytes],
        *,
        pictures: Iterable[tuple[str, bytes]] = (),
        remove: Iterable[str] = (),
    ) -> Contents:
        """Add and remove files in one commit that follows `after`; return what is there then.

        Raises HubMoved where another commit came first, or HubError; it may then have been done all the same.
        """
        operations = [CommitOperationAdd(path, data) for path, data in add.items()]
        gone = set(remove)
        with self.talking():
            operations += self._uploaded(pictures)
            done = self.api.create_commit(
                self.name,
                [*operations, *(CommitOperationDelete(path) for path in sorted(gone))],
                commit_message=f"{len(operations)} files, {len(gone)} fewer",
                repo_type=KIND,
                parent_commit=after.commit,
            )
        names = {*after.segments, *map(picture_path, after.pictures)} - gone
        names.update(operation.path_in_repo for operation in operations)
        told = holder.read(add[holder.PATH]) if holder.PATH in add else after.holder
        return self._contents(done.oid, names, told)

    def forget_history(self) -> None:
        """Leave nothing of earlier commits: neither the commits nor the large files that only they had."""
        with self.talking():
            self.api.super_squash_history(self.name, repo_type=KIND, commit_message="as it is now")
            kept = {file.lfs.sha256 for file in self.files("main") if getattr(file, "lfs", None)}
            large = self.api.list_lfs_files(self.name, repo_type=KIND)
            gone = [file for file in large if not kept & {file.oid, file.file_oid}]
            self.api.permanently_delete_lfs_files(self.name, gone, repo_type=KIND, rewrite_history=False)

    def _uploaded(self, pictures: Iterable[tuple[str, bytes]]) -> list[CommitOperationAdd]:
        """Upload pictures a few at a time, and return what the commit says of each."""
        operations, rest = [], iter(pictures)
        while some := [CommitOperationAdd(picture_path(name), data) for name, data in islice(rest, AT_ONCE)]:
            self.api.preupload_lfs_files(self.name, some, repo_type=KIND)
            operations += some
        return operations

    def _contents(self, commit: str, paths: Iterable[str], told: Holder | None) -> Contents:
        paths = list(paths)
        known = segments.in_order(paths)
        pictures = frozenset(match[2] for path in paths if (match := _PICTURE.fullmatch(path)))
        strange = {*paths} - {*known, *_BESIDE, *map(picture_path, pictures)}
        if strange:
            raise HubRefused(
                f"{self.name} holds files that are not the studio's, such as {sorted(strange)[0]}. Name a "
                "repository that is empty or not there yet; this one is left as it is."
            )
        return Contents(commit, tuple(known), pictures, told)


def picture_path(name: str) -> str:
    """Return where a repository has the picture of a hash."""
    return f"{_FOLDER}/{name[:2]}/{name}"
