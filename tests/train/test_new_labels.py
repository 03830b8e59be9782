"""The studio's quick count of new labels (`db.new_labels`) is what training itself would take."""

import pytest

from db.erasure import erase_faces
from db.faces import add_subject
from db.models import Face
from db.new_labels import count_accepted
from db.snapshots import freeze, gold_faces
from tests.train.test_dataset import annotated, decide, labels
from train.dataset import choose, freeze_training, new_since


@pytest.fixture
def mixed(session, things) -> list[int]:
    """Faces in every state: annotated, decided, withdrawn, disputed, unfilled, held out, erased."""
    ids = annotated(things, 9)
    decide(session, ids[0], 3)
    decide(session, ids[1], 3)
    decide(session, ids[1], 3, kind="withdrawn", labels=None, reason="not a face")
    subject = add_subject(session, "S1")
    for face_id in ids[2:4]:
        session.get_one(Face, face_id).subject_id = subject.id
    decide(session, ids[2], 0)
    freeze(session, "gold", "gold", gold_faces(session, Face.id == ids[2]))
    session.get_one(Face, ids[4]).split = "test"
    session.get_one(Face, ids[5]).split = "train"
    erase_faces(session, [ids[6]], reason="asked")
    study, anna, ben = things.study(faces=3, overlap=2), things.annotator(), things.annotator()
    mine = [things.given(study, anna) for _ in range(3)]
    for number, one in enumerate(mine):
        things.save(one, labels=labels(number))
    for _ in range(2):
        theirs = things.given(study, ben)
        at = [one.face_id for one in mine].index(theirs.face_id)
        things.save(theirs, labels=labels(at if at == 0 else at + 1))
    session.flush()
    return ids


def test_the_count_is_that_of_training(session, mixed):
    counted = count_accepted(session, None)
    assert counted.faces == counted.new == len(choose(session).content) == new_since(session, None)
    assert counted.gold_set == 1


def test_the_new_ones_are_those_that_the_snapshot_has_not_or_by_other_labels(session, things, mixed):
    snapshot = freeze_training(session).snapshot.id
    assert count_accepted(session, snapshot).new == new_since(session, snapshot) == 0
    annotated(things, 2)
    decide(session, mixed[0], 1)
    decide(session, mixed[5], 2)
    assert count_accepted(session, snapshot).new == new_since(session, snapshot) == 4
