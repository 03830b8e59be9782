"""Snapshots: frozen, known by their content."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from db import gold
from db.annotations import of_face
from db.errors import DataError
from db.models import Face, Freeze, SnapshotRow
from db.snapshots import Labelled, freeze, gold_faces, newest, newest_freeze
from tests.db.things import add_faces


@pytest.fixture
def faces(session):
    found = add_faces(session, 3, split="test")
    for face in found:
        gold.decide(session, face, uuid=uuid4(), kind="imported", labels={"emotion": "fear"})
    return found


def test_a_gold_set_holds_what_is_in_force_when_it_is_frozen(session, faces):
    snapshot = freeze(session, "gold", "gold", gold_faces(session))
    rows = session.scalars(select(SnapshotRow).where(SnapshotRow.snapshot_id == snapshot.id)).all()
    assert snapshot.faces == 3 and {row.face_id for row in rows} == set(faces)
    assert {row.split for row in rows} == {"test"} and all(row.gold_label_id for row in rows)


def test_the_same_content_is_the_same_snapshot_in_any_order(session, faces):
    first = freeze(session, "gold", "gold", gold_faces(session))
    assert freeze(session, "gold", "gold", reversed(gold_faces(session))).id == first.id
    assert freeze(session, "other", "gold", gold_faces(session)).sha256 == first.sha256


def test_the_newest_is_what_was_frozen_last_also_where_it_was_frozen_before(session, faces):
    assert newest(session, "gold", "gold") is None
    all_of = freeze(session, "gold", "gold", gold_faces(session))
    fewer = freeze(session, "gold", "gold", gold_faces(session, Face.id != faces[0]))
    assert newest(session, "gold", "gold").id == fewer.id
    again = freeze(session, "gold", "gold", gold_faces(session))
    assert again.id == all_of.id == newest(session, "gold", "gold").id
    freeze(session, "gold", "gold", gold_faces(session))
    assert session.query(Freeze).count() == 3, "the same content twice in a row is no other freeze"
    assert newest_freeze(session, "gold", "gold").snapshot_id == all_of.id
    freeze(session, "other", "gold", [])
    assert newest(session, "gold", "gold").id == all_of.id and newest(session, "gold", "training") is None


def test_another_label_or_face_is_another_snapshot(session, faces):
    first = freeze(session, "gold", "gold", gold_faces(session))
    fewer = freeze(session, "gold", "gold", gold_faces(session, Face.id != faces[0]))
    gold.decide(
        session, faces[0], uuid=uuid4(), kind="adjudicated", labels={"emotion": "anger"}, reason="seen"
    )
    changed = freeze(session, "gold", "gold", gold_faces(session))
    assert len({first.sha256, fewer.sha256, changed.sha256}) == 3


def test_annotations_can_be_frozen_too(things, session):
    assignment = things.given(things.study(1), things.annotator())
    things.save(assignment)
    face = session.get(Face, assignment.face_id)
    annotation = of_face(session, face.id)[0]
    snapshot = freeze(session, "round 1", "training", [Labelled(face, None, annotation)], options={"min": 1})
    assert (
        session.scalars(select(SnapshotRow.annotation_id).where(SnapshotRow.snapshot_id == snapshot.id)).one()
        == annotation.id
    )
    assert snapshot.options == {"min": 1}


def test_what_has_no_labels_is_refused(session, faces):
    unlabelled = session.get(Face, add_faces(session, 1)[0])
    with pytest.raises(DataError, match="no labels"):
        freeze(session, "gold", "gold", [Labelled(unlabelled, None, None)])
    with pytest.raises(DataError, match="twice"):
        freeze(session, "gold", "gold", [*gold_faces(session), *gold_faces(session)])


def test_a_name_is_for_one_purpose(session, faces):
    freeze(session, "gold", "gold", gold_faces(session))
    with pytest.raises(DataError, match="for gold, not for training"):
        freeze(session, "gold", "training", gold_faces(session))


def test_an_empty_snapshot_is_one_too(session):
    assert freeze(session, "gold", "gold", []).faces == 0
