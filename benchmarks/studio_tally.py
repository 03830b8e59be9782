"""What the database has after a run, against what clients were told: lost and doubled saves."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from db.models import Annotation, Assignment
from db.session import open_database


@dataclass(frozen=True)
class Tally:
    """acknowledged: saves that clients were told of; kept: rows; lost: acknowledged saves that are not there;
    doubled: saves that are there twice, and faces that have more finished annotators than were wanted.
    """

    acknowledged: int
    kept: int
    lost: int
    doubled: int


def tally(database: Path | str, saved: dict[str, int], overlap: int = 1) -> Tally:
    """Compare acknowledged saves (id to assignment) with the rows. database: a SQLite file, or a URL."""
    opened = open_database(database if isinstance(database, str) else f"sqlite:///{database}")
    try:
        with opened.reads.begin() as session:
            rows = session.execute(select(Annotation.uuid, Annotation.assignment_id)).all()
            done = select(Assignment.face_id, func.count()).where(Assignment.state == "done")
            surplus = session.execute(done.group_by(Assignment.face_id).having(func.count() > overlap)).all()
    finally:
        opened.close()
    there = {uuid: assignment for uuid, assignment in rows}
    lost = sum(there.get(UUID(uuid)) != assignment for uuid, assignment in saved.items())
    twice = sum(number - 1 for number in Counter(assignment for _, assignment in rows).values())
    return Tally(len(saved), len(rows), lost, twice + sum(number - overlap for _, number in surplus))
