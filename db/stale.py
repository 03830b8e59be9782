"""Faces of which earlier revisions of the model have spoken, and the one that serves has not: what is to be
asked anew after a promotion or a rollback, the most useful first.

First those that wait in the queues of open studies, by rank, the studies in turn; then all others, the last
that came first. Faces that were never predicted, and those of which this revision can say nothing, are left
out.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from db.models import Face, Prediction, QueueEntry, Study, Unreadable

WAITING = ("fresh", "started")
AT_ONCE = 20
"""Faces of one study before it is the next one's turn."""
Reads = Callable[[], AbstractContextManager[Session]]


def count_stale(session: Session, revision: str) -> int:
    """Return how many faces have answers of other revisions only."""
    return session.scalar(select(func.count()).select_from(Face).where(_stale(Face.id, revision))) or 0


def stale_faces(reads: Reads, revision: str) -> Iterator[int]:
    """Yield the ids of faces to ask anew about, in order; one that waits in several studies more than once.

    reads: gives a reading session, `Database.reads.begin`; each few faces are read in one of their own.
    """
    with reads() as session:
        open_ones = select(Study.id).where(Study.closed_at.is_(None))
        studies = list(session.scalars(open_ones.order_by(Study.id)))
    places: dict[int, tuple[float, int]] = {}
    while studies:
        left = []
        for study_id in studies:
            with reads() as session:
                rows = _waiting(session, study_id, revision, places.get(study_id))
            if rows:
                places[study_id] = rows[-1][1:]
                left.append(study_id)
            yield from (face_id for face_id, *_ in rows)
        studies = left
    before, rest = None, [0]
    while rest:
        with reads() as session:
            rest = _others(session, revision, before)
        yield from rest
        before = rest[-1] if rest else None


def _waiting(
    session: Session, study_id: int, revision: str, after: tuple[float, int] | None
) -> list[tuple[int, float, int]]:
    """Return (face, rank, entry) of a study's next faces."""
    found = select(QueueEntry.face_id, QueueEntry.rank, QueueEntry.id)
    found = found.where(QueueEntry.study_id == study_id, QueueEntry.state.in_(WAITING))
    found = found.where(_stale(QueueEntry.face_id, revision))
    if after is not None:
        rank, number = after
        beyond = and_(QueueEntry.rank == rank, QueueEntry.id > number)
        found = found.where(or_(QueueEntry.rank > rank, beyond))
    rows = session.execute(found.order_by(QueueEntry.rank, QueueEntry.id).limit(AT_ONCE))
    return [tuple(row) for row in rows]


def _others(session: Session, revision: str, before: int | None) -> list[int]:
    """Return the next faces that wait in no open study."""
    waiting = (
        exists()
        .where(QueueEntry.face_id == Face.id, QueueEntry.state.in_(WAITING))
        .where(Study.id == QueueEntry.study_id, Study.closed_at.is_(None))
    )
    found = select(Face.id).where(_stale(Face.id, revision), ~waiting, Face.erased_at.is_(None))
    if before is not None:
        found = found.where(Face.id < before)
    return list(session.scalars(found.order_by(Face.id.desc()).limit(AT_ONCE)))


def _stale(face_id: ColumnElement[int], revision: str) -> ColumnElement[bool]:
    """Return the condition that others have spoken of a face, and this revision has not and can."""
    spoken = exists().where(Prediction.face_id == face_id)
    own = exists().where(Prediction.face_id == face_id, Prediction.revision == revision)
    failed = exists().where(Unreadable.face_id == face_id, Unreadable.revision == revision)
    return and_(spoken, ~own, ~failed)
