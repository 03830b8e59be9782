"""Erasing: nothing about a face is left, and what was trained on it is named."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select

from db import gold, runs
from db.erasure import ABOUT_A_FACE, adapters_trained_on, erase_faces, erase_subject
from db.errors import NotFound
from db.faces import add_subject
from db.models import Erasure, Face, QueueEntry, SnapshotRow, TrainingRun
from db.snapshots import freeze, gold_faces
from db.studies import enqueue
from tests.db.things import add_faces


@pytest.fixture
def subject(session):
    return add_subject(session, "S1", consent="given", consent_reference="form 7")


@pytest.fixture
def annotated(things, session, subject):
    """A face of the subject with all that can be about a face, and one of somebody else, annotated."""
    faces = [add_faces(session, 1, subject_id=who)[0] for who in (subject.id, None)]
    study, annotator = things.study(0), things.annotator()
    enqueue(session, study)
    for face in faces:
        things.prediction(face)
        assignment = things.given(study, annotator)
        things.save(assignment, "fear")
        things.save(assignment, "anger")
        things.undo(assignment)
        for emotion in ("fear", "anger"):
            gold.decide(
                session, face, uuid=uuid4(), kind="adjudicated", labels={"emotion": emotion}, reason="x"
            )
    return faces


def rows(session, face):
    return {
        table.__tablename__: session.scalar(select(func.count()).where(table.face_id == face))
        for table in ABOUT_A_FACE
    }


def test_all_about_a_subject_goes_and_nothing_about_others(session, subject, annotated):
    mine, other = annotated
    before, picture = rows(session, other), session.get(Face, mine).sha256
    assert all(rows(session, mine).values())
    erased = erase_subject(session, subject.id, reason="asked for")
    assert erased.sha256s == [picture] and erased.adapters == []
    assert not any(rows(session, mine).values())
    assert rows(session, other) == before
    session.refresh(subject)
    assert (subject.name, subject.consent, subject.consent_reference) == (None, "withdrawn", None)
    face = session.get(Face, mine)
    assert (face.sha256, face.original_name) == (None, None) and face.erased_at
    assert session.scalars(select(Erasure.reason)).all() == ["asked for"]


def test_erasing_again_changes_nothing(session, subject, annotated):
    erase_subject(session, subject.id, reason="asked for")
    assert erase_faces(session, [annotated[0]], reason="again").sha256s == []
    assert len(session.scalars(select(Erasure)).all()) == 1


def test_the_same_picture_may_come_again_as_another_face(session, annotated):
    picture = session.get(Face, annotated[0]).sha256
    erase_faces(session, [annotated[0]], reason="asked for")
    again = add_faces(session, 1)[0]
    session.get(Face, again).sha256 = picture
    session.flush()


def test_adapters_that_learned_from_a_face_are_named_with_their_children(session, annotated):
    snapshot = freeze(session, "round 1", "training", gold_faces(session))
    values = {"uri": "x", "base_revision": "b", "expert": "mini", "tasks": ["au"], "manifest": {}}
    parent = runs.register(session, "parent", **values)
    child = runs.register(session, "child", parent_id=parent.id, **values)
    runs.register(session, "grandchild", parent_id=child.id, **values)
    runs.register(session, "stranger", **values)
    session.add(TrainingRun(snapshot_id=snapshot.id, adapter_id=parent.id, options={}))
    session.flush()
    erased = erase_faces(session, annotated[:1], reason="asked for")
    assert erased.adapters == ["child", "grandchild", "parent"]
    assert adapters_trained_on(session, [999_999]) == []
    left = session.scalars(select(SnapshotRow.face_id)).all()
    assert set(left) == set(annotated), "a snapshot still says that the face was in it"


def test_an_erased_face_is_not_queued_again(things, session, annotated):
    erase_faces(session, annotated[:1], reason="asked for")
    study = things.study(0)
    enqueue(session, study)
    queued = session.scalars(select(QueueEntry.face_id).where(QueueEntry.study_id == study.id)).all()
    assert annotated[0] not in queued and annotated[1] in queued


def test_an_unknown_subject_is_said_to_be_unknown(session):
    with pytest.raises(NotFound):
        erase_subject(session, 999, reason="asked for")
