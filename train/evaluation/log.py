"""Answers on disk as they are given, so that an evaluation that was killed goes on where it was.

    DIR/run.json       what is asked of which model: only a run of exactly that is gone on with
    DIR/answers.jsonl  {"face": name, "answers": {task: text}} or {"face": name, "error": why} a line

A batch is appended and synced at once. A last line that was cut short is dropped, with the rest of its
batch, since a model's answers may hang on the batch by floating point's last digits; all others are taken
as they stand. Not covered: two processes writing into one folder at a time; the second is refused.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from train.bench.errors import BenchError

RUN, ANSWERS = "run.json", "answers.jsonl"


class AnswerLog:
    """The answers of one run, in the order of its faces; made by `open_log`."""

    def __init__(self, file, answered: list[dict[str, Any]]):
        self._file = file
        self.answered = answered
        """What is answered so far, a record a face."""

    def append(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Add a batch's records; they are on disk when this returns."""
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        self._file.write(lines.encode())
        self._file.flush()
        os.fsync(self._file.fileno())
        self.answered += records


@contextmanager
def open_log(
    folder: Path, run: Mapping[str, Any], names: Sequence[str], batch_size: int
) -> Iterator[AnswerLog]:
    """Begin a run in a folder, or go on with the one there.

    run: what is asked of which model, as JSON's types. names: the faces in the order in which they will be
    answered. Raises BenchError where the folder holds another run, damaged answers, or is in use.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / ANSWERS, "ab+") as file:
            _lock(file, folder)
            _same_run(folder, run)
            yield AnswerLog(file, _kept(file, folder / ANSWERS, names, batch_size))
    except OSError as error:
        raise BenchError(f"{folder} cannot be written to ({error.strerror}). Give another --out.") from error


def _lock(file, folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BenchError(
            f"Another evaluation is writing to {folder}. Wait for it, or give another --out."
        ) from None


def _same_run(folder: Path, run: Mapping[str, Any]) -> None:
    """Write run.json, or check that the one there says the same."""
    path = folder / RUN
    if not path.exists():
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(run, indent=2) + "\n", encoding="utf-8")
        os.replace(unfinished, path)
        return
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BenchError(f"{path} is damaged ({error}). Give another --out.") from error
    differing = sorted(key for key in {*run, *before} if run.get(key) != before.get(key))
    if differing:
        key = differing[0]
        raise BenchError(
            f"{folder} holds answers of another run: its {', '.join(differing)} "
            f"{'differ' if len(differing) > 1 else 'differs'} ({key} {before.get(key)!r} there, "
            f"{run.get(key)!r} now). Give another --out, or remove the folder."
        )


def _kept(file, path: Path, names: Sequence[str], batch_size: int) -> list[dict[str, Any]]:
    """The records that stand; the file is cut to them."""
    file.seek(0)
    lines = file.read().splitlines(keepends=True)
    whole = len(lines)
    if lines and not lines[-1].endswith(b"\n"):
        whole = (len(lines) - 1) // batch_size * batch_size
        file.truncate(sum(map(len, lines[:whole])))
    if whole > len(names):
        raise BenchError(f"{path} has {whole} answers for {len(names)} faces. Give another --out.")
    records = []
    for number, (line, name) in enumerate(zip(lines[:whole], names, strict=False), 1):
        try:
            record = json.loads(line)
            known = record["face"]
        except (ValueError, KeyError, TypeError) as error:
            raise BenchError(f"{path}, line {number} is damaged. Remove it and what follows it.") from error
        if known != name:
            raise BenchError(f"{path}, line {number} is about {known!r}, not {name!r}. Give another --out.")
        records.append(record)
    return records


def answers_of(records: Iterable[Mapping[str, Any]], face_of: Mapping[str, str], task: str) -> dict[str, str]:
    """Return entry's id -> the answer to a task; a face that could not be read has answered "".

    face_of: entry's id -> face's name.
    """
    by_face = {record["face"]: record.get("answers", {}).get(task, "") for record in records}
    return {name: by_face[face] for name, face in face_of.items()}
