"""A queue entry's slots: each face has as many as annotators are wanted, and this counts them.

A slot is held by an assignment that is leased or done. Every change is one UPDATE with its own condition,
so it holds with any number of processes. Locks are taken entry first, then assignment, everywhere: two
transactions in opposite order would wait for each other.

The statements of the annotation loop are made once, here and in the modules that use this: making one takes
longer than running it.
"""

from sqlalchemy import bindparam, case, select, update
from sqlalchemy.orm import Session

from db.given import Given, given
from db.models import Assignment, QueueEntry

HOLDING = ("leased", "done")

_queue, _assignment = QueueEntry.__table__.c, Assignment.__table__.c
_entry = (_queue.study_id == bindparam("of_study"), _queue.face_id == bindparam("of_face"))
_TAKE = (
    update(QueueEntry.__table__)
    .where(*_entry, _queue.taken < _queue.overlap, _queue.state.in_(("fresh", "started")))
    .values(
        taken=_queue.taken + 1,
        state=case((_queue.taken + 1 >= _queue.overlap, "full"), else_="started"),
    )
)
_GIVE_BACK = (
    update(QueueEntry.__table__)
    .where(*_entry, _queue.taken > 0)
    .values(
        taken=_queue.taken - 1,
        state=case((_queue.state == "withdrawn", "withdrawn"), else_="started"),
    )
)
_LOCK_ENTRY = (
    select(_queue.id)
    .join_from(
        QueueEntry.__table__,
        Assignment.__table__,
        (_assignment.study_id == _queue.study_id) & (_assignment.face_id == _queue.face_id),
    )
    .where(_assignment.id == bindparam("assignment_id"))
    .with_for_update(of=QueueEntry.__table__)
)


def take(session: Session, study_id: int, face_id: int) -> bool:
    """Take a slot of a face; return False where none is free. The face is begun or full from then on."""
    return session.execute(_TAKE, {"of_study": study_id, "of_face": face_id}).rowcount == 1


def give_back(session: Session, study_id: int, face_id: int) -> None:
    """Give a slot back. The face is `started`, never `fresh` again: somebody has seen it."""
    session.execute(_GIVE_BACK, {"of_study": study_id, "of_face": face_id})


def locked(session: Session, assignment_id: int, annotator_id: int | None = None) -> Given:
    """Return an assignment that nobody else changes until the transaction ends, as it is now.

    Raises NotFound, or NotYours where it is not this annotator's.
    """
    if session.get_bind().dialect.name != "sqlite":  # there the one writer has the whole database
        session.execute(_LOCK_ENTRY, {"assignment_id": assignment_id})
    return given(session, assignment_id, annotator_id, lock=True)
