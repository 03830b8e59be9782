"""A private dataset repository on the hub, as the place where events and pictures are safe.

    events/00000001-0a1b2c3d4e5f6071.jsonl    segments, see db.events.segments
    pictures/ab/ab12...                       pictures by the SHA-256 of their bytes
    writer.json                               whose turn it is to write, see db.events.holder

Every commit names the commit that it follows, so that of two writers one is told. What is read is not kept
on this disk. Not covered: repositories that are public or hold anything else; those are refused.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, get_session, hf_hub_url
from huggingface_hub.errors import RepositoryNotFoundError
from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

from db.errors import HubError, HubMoved, HubRefused, PictureError
from db.events import holder, segments
from db.events.holder import Holder
from db.events.segments import Segment

KIND = "dataset"
SECONDS = (
    60.0  # without a byte from the hub, after which an attempt is given up; the library would wait for ever
)
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


class Repository:
    """One repository, `owner/name`. Raises HubRefused where the name or the token cannot be one."""

    def __init__(self, name: str, token: str, *, endpoint: str | None = None):
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
            raise HubRefused(f"{name!r} is not the name of a repository on the hub. Give owner/name.")
        if not token:
            raise HubRefused(
                f"Writing to {name} needs a token of the hub. Set HF_TOKEN to one with write access; in a "
                "Space, as a secret."
            )
        self.name = name
        self._token, self._api = token, HfApi(endpoint=endpoint, token=token)

    def look(self) -> Contents:
        """Return what is there, the repository made where it was not. Raises HubRefused where it is public or
        holds foreign files, SchemaError where a segment is missing, HubError where the hub cannot be asked.
        """
        with self._talking():
            try:
                info = self._api.repo_info(self.name, repo_type=KIND, timeout=SECONDS)
            except RepositoryNotFoundError:
                self._api.create_repo(self.name, repo_type=KIND, private=True, exist_ok=True)
                info = self._api.repo_info(self.name, repo_type=KIND, timeout=SECONDS)
            if info.private is not True:
                raise HubRefused(
                    f"{self.name} is public, and what the studio keeps is about faces. Make it private, or "
                    "name one that is not there yet: it is then made private."
                )
            paths = [file.path for file in self._files(info.sha)]
        told = self._read(holder.PATH, info.sha) if holder.PATH in paths else None
        return self._contents(info.sha, paths, holder.read(told) if told is not None else None)

    def segment(self, path: str) -> Segment:
        """Return a segment. Raises SchemaError where it is not what it was."""
        return segments.read(self._read(path, "main"), path)

    def picture(self, name: str) -> bytes:
        """Return a picture by its hash. Raises PictureError where it is not what it was."""
        data = self._read(picture_path(name), "main")
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
        with self._talking():
            operations += self._uploaded(pictures)
            done = self._api.create_commit(
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
        with self._talking():
            self._api.super_squash_history(self.name, repo_type=KIND, commit_message="as it is now")
            kept = {file.lfs.sha256 for file in self._files("main") if getattr(file, "lfs", None)}
            large = self._api.list_lfs_files(self.name, repo_type=KIND)
            gone = [file for file in large if not kept & {file.oid, file.file_oid}]
            self._api.permanently_delete_lfs_files(self.name, gone, repo_type=KIND, rewrite_history=False)

    def _uploaded(self, pictures: Iterable[tuple[str, bytes]]) -> list[CommitOperationAdd]:
        """Upload pictures a few at a time, and return what the commit says of each."""
        operations, rest = [], iter(pictures)
        while some := [CommitOperationAdd(picture_path(name), data) for name, data in islice(rest, AT_ONCE)]:
            self._api.preupload_lfs_files(self.name, some, repo_type=KIND)
            operations += some
        return operations

    def _files(self, commit: str) -> Iterator:
        tree = self._api.list_repo_tree(self.name, repo_type=KIND, revision=commit, recursive=True)
        return (entry for entry in tree if hasattr(entry, "size"))

    def _read(self, path: str, commit: str) -> bytes:
        """Return a file's bytes."""
        url = hf_hub_url(self.name, path, repo_type=KIND, revision=commit, endpoint=self._api.endpoint)
        with self._talking():
            answer = get_session().get(url, headers=build_hf_headers(token=self._token), timeout=SECONDS)
            hf_raise_for_status(answer)
            return answer.content

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

    @contextmanager
    def _talking(self):
        """Turn what goes wrong with the hub into errors of ours."""
        get_session().timeout = SECONDS
        try:
            yield
        except HubError:
            raise
        except Exception as error:  # the library's failures, of HTTP, files and answers, have no common base
            raise self._error(error) from error

    def _error(self, error: Exception) -> HubError:
        answer = _answer_of(error)
        status = answer.status_code if answer is not None else 0
        if status in (409, 412):
            return HubMoved(f"Another commit to {self.name} came first.")
        if status == 401:
            return HubError(
                f"The hub does not take this token for {self.name}. Make one with write access at "
                "https://huggingface.co/settings/tokens and set HF_TOKEN to it.",
                passing=False,
            )
        if status == 403:
            return HubError(
                f"The token may not write to {self.name}, or not make it. Give the token in HF_TOKEN write "
                "access to it.",
                passing=False,
            )
        if status == 404:
            return HubError(
                f"{self.name}, or a file of it, is not there for this token. Give the token in HF_TOKEN "
                "read and write access to it.",
                passing=False,
            )
        after = answer.headers.get("Retry-After", "") if answer is not None else ""
        what = f"it answers {status}" if status else f"{type(error).__name__}"
        return HubError(
            f"The hub cannot be reached for {self.name} ({what}). It is tried again.",
            after=float(after) if after.isdigit() else 0,
        )


def picture_path(name: str) -> str:
    """Return where a repository has the picture of a hash."""
    return f"{_FOLDER}/{name[:2]}/{name}"


def _answer_of(error: BaseException | None):
    """Return the hub's answer that an error, or what it came from, tells of."""
    while error is not None:
        if (answer := getattr(error, "response", None)) is not None:
            return answer
        error = error.__cause__
    return None
