"""What an erasure would touch is counted and named, and nothing is changed."""

from uuid import uuid4

import pytest

from db import gold, runs
from db.erasure import erase_subject
from db.erasure_reach import Meant, meant, reach
from db.errors import DataError, NotFound
from db.faces import add_subject
from db.models import TrainingRun
from db.snapshots import freeze, gold_faces
from db.studies import enqueue
from tests.db.things import add_faces


def test_whom_and_what_it_touches(things, session):
    subject = add_subject(session, "P07")
    faces = [add_faces(session, 1, subject_id=who)[0] for who in (subject.id, subject.id, None)]
    study, annotator = things.study(0), things.annotator()
    enqueue(session, study)
    for face in faces:
        things.prediction(face)
        things.save(things.given(study, annotator), "fear")
        gold.decide(session, face, uuid=uuid4(), kind="imported", labels={"emotion": "fear"})
    learned = freeze(session, "training", "training", gold_faces(session))
    values = {"uri": "x", "base_revision": "b", "expert": "mini", "tasks": ["au"], "manifest": {}}
    parent = runs.register(session, "parent", **values)
    child = runs.register(session, "child", parent_id=parent.id, **values)
    session.add(TrainingRun(snapshot_id=learned.id, adapter_id=parent.id, options={}))
    runs.promote(session, "au", child.id, reason="better", follows=None)
    assert meant(session, "subject", " P07 ") == Meant(subject.id, "P07", faces[:2])
    assert meant(session, "face", str(faces[2])) == Meant(None, str(faces[2]), faces[2:])
    found = reach(session, faces[:2])
    assert (found.assignments, found.annotations, found.gold_labels, found.predictions) == (2, 2, 2, 2)
    assert (found.gold_sets, found.trainings) == (0, 1)
    assert (found.adapters, found.serving) == ([parent.id, child.id], [child.id])
    erase_subject(session, subject.id, reason="asked")
    with pytest.raises(NotFound, match="no person with the code 'P07'"):
        meant(session, "subject", "P07")
    with pytest.raises(NotFound, match="erased before"):
        meant(session, "face", str(faces[0]))


@pytest.mark.parametrize("wanted", ["", "many", "-1", "9" * 40])
def test_a_face_that_is_no_number_is_not_there(session, wanted):
    with pytest.raises(NotFound):
        meant(session, "face", wanted)
    with pytest.raises(DataError, match="subject, face"):
        meant(session, "study", wanted)
