"""Random histories of saves, skips, undos and retries, held against a list in memory."""

from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db.annotations import chain, disputed, in_force
from db.disputes import dispute
from db.errors import NothingToUndo
from db.models import QueueEntry
from tests.db.things import Things

EMOTIONS = ("fear", "anger", "happiness")
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([*EMOTIONS, "skip", "undo", "retry"])), max_size=14
)


class Book:
    """What one annotator's chain should be: all rows, and the stack of what is in force."""

    def __init__(self):
        self.rows = 0
        self.stack = []
        self.last = None

    @property
    def in_force(self):
        return self.stack[-1] if self.stack else None


def step(things, assignment, book, what):
    """Do one step in the database and in the book."""
    if what == "undo":
        if not book.stack:
            try:
                things.undo(assignment)
            except NothingToUndo:
                return
            raise AssertionError("an undo of nothing was taken")
        book.stack.pop()
        book.last = ("undo", things.undo(assignment).uuid)
    elif what == "retry":
        if book.last is None:
            return
        kind, uuid = book.last
        if kind == "undo":
            things.undo(assignment, uuid=uuid)
        else:
            things.save(assignment, **content(kind, uuid))
        return
    else:
        uuid = uuid4()
        things.save(assignment, **content(what, uuid))
        book.stack.append(what)
        book.last = (what, uuid)
    book.rows += 1


def content(what, uuid):
    if what == "skip":
        return {"uuid": uuid, "labels": None, "reason": "blurred"}
    return {"uuid": uuid, "labels": {"emotion": what}}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_any_history_ends_where_a_list_of_it_ends(database, steps):
    with database.sessions() as session:
        things = Things(session)
        study = things.study(1, overlap=3)
        assignments = [things.given(study, things.annotator()) for _ in range(3)]
        books = [Book() for _ in range(3)]
        for who, what in steps:
            step(things, assignments[who], books[who], what)
        for assignment, book in zip(assignments, books, strict=True):
            rows = chain(session, assignment.id)
            assert len(rows) == book.rows
            assert [row.supersedes_id for row in rows] == [None, *(row.id for row in rows)][: len(rows)]
            now = in_force(session, assignment.id)
            said = None if now is None else "skip" if now.kind == "skip" else now.labels["emotion"]
            assert said == book.in_force
            assert assignment.state == {None: "leased", "skip": "skipped"}.get(said, "done")
        said = [book.in_force for book in books]
        entry = session.scalars(select(QueueEntry).where(QueueEntry.study_id == study.id)).one()
        session.refresh(entry)
        assert entry.taken == sum(one != "skip" for one in said)
        expected = dispute([{"emotion": one} for one in said if one in EMOTIONS])
        assert dict(disputed(session, study.id)).get(entry.face_id, 0) == expected
        session.rollback()
