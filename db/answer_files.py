"""Takes what models said of erased faces out of the files in which runs kept it.

A run's report names the folders of both models' answers; `answers.jsonl` has a line a face, by its number
(`train.evaluation.log` writes it). Lines go in place, so that what was written there is written over. Not
covered: folders on other machines, which are named, and what somebody copied from them.
"""

import fcntl
import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import TrainingRun

FILE = "answers.jsonl"


class Forgotten(NamedTuple):
    """Lines that were taken out, and the runs, by id, whose answers could not be reached from here now."""

    lines: int
    unreached: list[int]


def forget(session: Session, face_ids: Collection[int]) -> Forgotten:
    """Take the lines about some faces out of the answers of every run that this database knows."""
    names = {str(number) for number in face_ids}
    lines, unreached = 0, []
    done: dict[str, int | None] = {}
    reports = select(TrainingRun.id, TrainingRun.report).where(TrainingRun.report.is_not(None))
    for run_id, report in session.execute(reports.order_by(TrainingRun.id)) if names else ():
        for place in _places(report):
            if place not in done:
                done[place] = _without(Path(place) / FILE, names)
                lines += done[place] or 0
            if done[place] is None and run_id not in unreached:
                unreached.append(run_id)
    return Forgotten(lines, unreached)


def _places(report: dict) -> list[str]:
    """Return the folders that a report names."""
    kept = (report.get("answers") or {}).values()
    return [one[side] for one in kept for side in ("candidate", "current") if one.get(side)]


def _without(path: Path, names: set[str]) -> int | None:
    """Take lines out of a file; return how many, None where it is not here or somebody writes to it."""
    try:
        with open(path, "rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            before = file.read()
            kept = [line for line in before.splitlines(keepends=True) if _face(line) not in names]
            gone = before.count(b"\n") - sum(line.endswith(b"\n") for line in kept)
            data = b"".join(kept)
            if len(data) < len(before):
                file.seek(0)
                file.write(data + bytes(len(before) - len(data)))
                file.flush()
                os.fsync(file.fileno())
                file.truncate(len(data))
                os.fsync(file.fileno())
            return gone
    except OSError:
        return None


def _face(line: bytes) -> str:
    """Return the face that a line is about; "" where it says none."""
    try:
        record = json.loads(line)
    except ValueError:
        return ""
    return str(record.get("face", "")) if isinstance(record, dict) else ""
