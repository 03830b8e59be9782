"""What the tables themselves refuse, whoever writes to them."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from db.models import Annotation, Annotator, Assignment, Face, GoldLabel, QueueEntry, Study, Subject
from tests.db.things import NOON, add_faces, face_row


def refused(session, *rows):
    session.add_all(rows)
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_a_moment_comes_back_in_utc_whatever_zone_it_came_in(session):
    given = datetime(2026, 7, 1, 14, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    session.add(Subject(name="S", created_at=given))
    session.flush()
    session.expire_all()
    kept = session.scalars(select(Subject.created_at)).one()
    assert kept == given and kept.tzinfo == UTC


def test_a_moment_without_zone_is_refused(session):
    session.add(Subject(name="S", created_at=datetime(2026, 7, 1)))
    with pytest.raises((StatementError, TypeError), match="no time zone"):
        session.flush()
    session.rollback()


def test_moments_compare_as_time(session):
    early = NOON.astimezone(timezone(timedelta(hours=9)))
    session.add_all([Subject(name="early", created_at=early), Subject(name="late", created_at=NOON)])
    session.flush()
    before = select(Subject.name).where(Subject.created_at < NOON + timedelta(microseconds=1))
    assert len(session.scalars(before).all()) == 2


def test_the_same_picture_is_one_face(session):
    refused(session, Face(**face_row(1)), Face(**face_row(1)))


def test_a_face_has_a_picture_or_is_erased(session):
    refused(session, Face(**face_row(1, sha256=None)))
    refused(session, Face(**face_row(1, erased_at=NOON)))


@pytest.mark.parametrize(
    "row",
    [
        lambda: Face(**face_row(1, split="dev")),
        lambda: Face(**face_row(1, width=0)),
        lambda: Annotator(name="A", role="king"),
        lambda: Subject(name="S", consent="perhaps"),
        lambda: Study(name="S", tasks=[], overlap=0),
        lambda: Study(name="S", tasks=[], gold_share=1.5),
        lambda: Study(name="S", tasks=[], face_order="alphabetical"),
    ],
)
def test_a_value_outside_its_range_is_refused(session, row):
    refused(session, row())


def test_an_assignment_is_of_rows_that_exist(session):
    refused(session, Assignment(study_id=1, face_id=1, annotator_id=1, lease_until=NOON))


@pytest.fixture
def assignment(things):
    return things.given(things.study(1), things.annotator())


def annotation(assignment, **more):
    row = {"uuid": uuid4(), "kind": "labels", "labels": {"emotion": "fear"}, **more}
    places = {name: getattr(assignment, name) for name in ("face_id", "annotator_id")}
    return Annotation(assignment_id=assignment.id, **places, **row)


def test_nobody_has_the_same_face_twice_in_a_study(session, assignment):
    places = {name: getattr(assignment, name) for name in ("study_id", "face_id", "annotator_id")}
    refused(session, Assignment(**places, state="done"))


def test_no_more_slots_are_taken_than_there_are(session, assignment):
    entry = session.scalars(select(QueueEntry)).one()
    entry.taken = 2
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


@pytest.mark.parametrize(
    "more",
    [
        {"labels": None},
        {"kind": "skip", "labels": None},
        {"kind": "undo", "labels": None},
        {"kind": "shrug"},
        {"seconds": -1},
    ],
)
def test_an_annotation_that_says_nothing_is_refused(session, assignment, more):
    refused(session, annotation(assignment, **more))


def test_a_chain_has_one_beginning(session, assignment):
    session.add(annotation(assignment))
    session.flush()
    refused(session, annotation(assignment))


def test_a_chain_has_no_forks(session, assignment):
    first = annotation(assignment)
    session.add(first)
    session.flush()
    session.add(annotation(assignment, supersedes_id=first.id))
    session.flush()
    refused(session, annotation(assignment, supersedes_id=first.id))


def test_a_decision_needs_its_reason(session):
    face = add_faces(session, 1)[0]
    row = {"uuid": uuid4(), "face_id": face, "labels": {"emotion": "fear"}, "annotation_ids": []}
    refused(session, GoldLabel(kind="adjudicated", **row))


def test_an_id_is_never_used_again(database):
    with database.sessions.begin() as session:
        first = Annotator(name="A")
        session.add(first)
    with database.sessions.begin() as session:
        session.delete(first)
    with database.sessions.begin() as session:
        second = Annotator(name="B")
        session.add(second)
    assert second.id > first.id


def test_text_keeps_every_character(session):
    session.add(Subject(name="Zoë 顔 🙂\u200d'%s;--"))
    session.flush()
    session.expire_all()
    assert session.scalars(select(Subject.name)).one() == "Zoë 顔 🙂\u200d'%s;--"


def test_a_lease_has_an_end(session, assignment):
    assignment.lease_until = None
    with pytest.raises(DBAPIError):
        session.flush()
    session.rollback()
