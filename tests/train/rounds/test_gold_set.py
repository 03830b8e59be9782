"""A frozen gold set becomes what models are asked."""

from uuid import uuid4

import pytest

from db.erasure import erase_faces
from db.faces import add_subject
from db.gold import decide
from db.models import Face
from db.snapshots import freeze, gold_faces
from tests.db.things import add_faces
from train.errors import DatasetError
from train.rounds.gold_set import read_gold_set

HAPPY = {"emotion": "happiness", "au": {"AU6": {"state": "present"}, "AU12": {"state": "present"}}}
UNSURE = {"emotion": "cant_tell", "au": {"AU6": {"state": "not_visible"}, "AU1": {"state": "absent"}}}


def pictures(name):
    return name.encode()


@pytest.fixture
def frozen(session):
    """Freezes faces with these labels as the gold set and gives their ids."""

    def make(*labels, **more):
        ids = add_faces(session, len(labels), **more)
        for face_id, said in zip(ids, labels, strict=True):
            texts = {"au": "The cheeks are raised."}
            decide(session, face_id, uuid=uuid4(), kind="imported", labels=said, rationales=texts)
        freeze(session, "gold", "gold", gold_faces(session, Face.id.in_(ids)))
        return ids

    return make


def test_labels_texts_and_people_become_entries(session, frozen):
    subject = add_subject(session, "p1").id
    one, other = frozen(HAPPY, UNSURE, subject_id=subject)
    found = read_gold_set(session, "gold", pictures)
    assert found.face_ids == {one, other}
    au, emotion = found.asked.entries["au"], found.asked.entries["emotion"]
    assert [(entry["id"], entry["label"]) for entry in au] == [(str(one), "6, 12"), (str(other), "")]
    assert au[0]["gpt4"] == "The cheeks are raised." and au[0]["subject"] == str(subject)
    assert [(entry["label"], entry["gpt4"]) for entry in emotion] == [("happiness", "")], (
        "cant_tell isn't asked"
    )
    assert [(face.name, face.tasks) for face in found.asked.faces] == [
        (str(one), ("emotion", "au")),
        (str(other), ("au",)),
    ]
    assert found.asked.faces[0].picture() == session.get(Face, one).sha256.encode()


def test_the_newest_snapshot_counts_as_it_was_frozen(session, frozen):
    frozen(HAPPY)
    (newest,) = frozen({"emotion": "anger"})
    decide(
        session, newest, uuid=uuid4(), kind="adjudicated", labels={"emotion": "fear"}, reason="on reflection"
    )
    found = read_gold_set(session, "gold", pictures)
    assert [entry["label"] for entry in found.asked.entries["emotion"]] == ["anger"]


def test_no_set_is_none_and_a_set_of_erased_faces_is_told(session, frozen):
    assert read_gold_set(session, "gold", pictures) is None
    erase_faces(session, frozen(HAPPY), reason="asked to")
    with pytest.raises(DatasetError, match="no face left"):
        read_gold_set(session, "gold", pictures)
