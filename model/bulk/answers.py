"""A folder of answers that grows shard by shard, and that the same command goes on with.

    FOLDER/job.json               what is asked of which model: only that is gone on with
    FOLDER/answers-000001.jsonl   so many answers each, or .parquet (`model.bulk.rows`); in any order

A shard appears whole, under its name, or not at all. Killed, a job loses what it held for the next shard;
ended in any other way, it writes that down first. Which pictures are answered is held in memory, some 150
bytes each. Two jobs cannot write into one folder; on file systems without locks, that is not noticed.
"""

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from model.bulk.rows import outcomes_of, read_parquet, write_parquet
from model.errors import BulkError

JOB = "job.json"
FORMS = ("jsonl", "parquet")
SHARD = 1000
"""Answers in a shard, where nothing else is said."""


class Answers:
    """The answers in a folder; a context manager, within which others cannot write to it.

    asked: what is asked of which model, as JSON's types; its "format" is one of FORMS. shard: answers in a
    shard. again: forget the pictures that had an error, so that they can be asked about once more. Entering
    raises BulkError where the folder holds another job, foreign or damaged files, or is in use.
    """

    def __init__(self, folder: Path, asked: Mapping[str, Any], shard: int = SHARD, again: bool = False):
        self._folder, self._asked, self._size, self._again = folder, dict(asked), shard, again
        self._waiting: list[str] = []
        self._next = 1
        self._where = os.getcwd()
        self._known: set[str] = set()
        self.bad = 0
        """How many pictures have an error for an answer."""

    def __enter__(self) -> "Answers":
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = open(self._folder / ".lock", "ab")
            self._lock()
            self._open_job()
            for unfinished in self._folder.glob(".*.part"):
                unfinished.unlink()
            for path in self._shards():
                self._take(path)
        except OSError as error:
            raise BulkError(
                f"{self._folder} cannot be used for answers ({error.strerror}). Give another --out."
            ) from error
        return self

    def __exit__(self, kind, error, trace) -> None:
        try:
            self._write()
        finally:
            self._file.close()

    def __contains__(self, picture: str) -> bool:
        return os.path.abspath(picture) in self._known

    def __len__(self) -> int:
        return len(self._known)

    def add(self, picture: str, line: str, bad: bool) -> None:
        """Keep the answer about a picture, a line of JSON; it is on disk when its shard is full."""
        self._known.add(os.path.abspath(picture))
        self.bad += bad
        self._waiting.append(line)
        if len(self._waiting) >= self._size:
            self._write()

    def _write(self) -> None:
        if self._waiting:
            self._put(self._folder / f"answers-{self._next:06}.{self._asked['format']}", self._waiting)
            self._next += 1
            self._waiting = []

    def _put(self, path: Path, lines: Sequence[str]) -> None:
        """Have a shard with these lines, on disk before it has its name."""
        part = path.with_name(f".{path.name}.part")
        if path.suffix == ".parquet":
            write_parquet(part, lines)
        else:
            part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        with open(part, "rb") as file:
            os.fsync(file.fileno())
        os.replace(part, path)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise BulkError(
                f"Another job is writing to {self._folder}. Wait for it, or give another --out."
            ) from None

    def _shards(self) -> list[Path]:
        return sorted(self._folder.glob(f"answers-*.{self._asked['format']}"))

    def _open_job(self) -> None:
        """Write job.json, or check that the one there asks the same."""
        path = self._folder / JOB
        if not path.exists():
            if foreign := sorted(p.name for p in self._folder.iterdir() if not p.name.startswith(".")):
                raise BulkError(
                    f"{self._folder} holds {foreign[0]!r} and no {JOB}: it is not a folder of answers. "
                    "Give an empty or a new one."
                )
            part = path.with_name(f".{JOB}.part")
            part.write_text(json.dumps({**self._asked, "where": self._where}, indent=2) + "\n")
            os.replace(part, path)
            return
        try:
            before = json.loads(path.read_text(encoding="utf-8"))
            self._where = before.pop("where")
        except (ValueError, KeyError, AttributeError) as error:
            raise BulkError(f"{path} is damaged ({error!r}). Give another --out.") from error
        if differing := sorted(
            key for key in {*before, *self._asked} if before.get(key) != self._asked.get(key)
        ):
            key = differing[0]
            raise BulkError(
                f"{self._folder} holds answers to another question: {', '.join(differing)} "
                f"{'differ' if len(differing) > 1 else 'differs'} ({key} is {before.get(key)!r} there and "
                f"{self._asked.get(key)!r} now). Ask the same, or give another --out."
            )

    def _take(self, path: Path) -> None:
        """Count a shard's pictures as answered; where they are to be asked again, without the bad ones."""
        try:
            found = list(outcomes_of(path))
            self._next = int(path.stem.removeprefix("answers-")) + 1
        except (ValueError, KeyError, TypeError, pa.ArrowException) as error:
            raise BulkError(
                f"{path} is damaged ({error}). Remove it, and the same command answers its pictures again."
            ) from error
        if self._again and not all(good for _, good in found):
            lines = read_parquet(path) if path.suffix == ".parquet" else path.read_text("utf-8").splitlines()
            kept = [line for line, (_, good) in zip(lines, found, strict=True) if good]
            self._put(path, kept) if kept else path.unlink()
            found = [(image, good) for image, good in found if good]
        self._known.update(os.path.normpath(os.path.join(self._where, image)) for image, _ in found)
        self.bad += sum(not good for _, good in found)
