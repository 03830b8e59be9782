"""A studio's faces with labels of each kind, and a store with their pictures."""

import pytest

from db import gold
from db.faces import add_face, add_subject
from db.store import PictureStore
from db.studies import default_study, enqueue
from tests.db.imports.conftest import picture
from tests.db.things import Things

SMILE = {"AU6": {"state": "present"}, "AU12": {"state": "present", "intensity": "C", "side": "left"}}
REST = {"AU1": {"state": "absent"}, "AU43": {"state": "not_visible"}}


@pytest.fixture
def store(tmp_path):
    return PictureStore(tmp_path / "store")


@pytest.fixture
def labelled(database, store):
    """Six faces by what is known of them: gold, agreed, half, disputed, nothing, erased. Name -> id."""
    from uuid import uuid4

    from db.erasure import erase_faces

    stored = {
        name: store.put(picture(number, "JPEG" if number % 2 else "PNG"))
        for number, name in enumerate(("gold", "agreed", "half", "disputed", "nothing", "erased"))
    }
    with database.sessions.begin() as session:
        things, ids = Things(session), {}
        study = default_study(session)
        study.overlap = 2
        subject = add_subject(session, "S1").id
        for number, (name, picture_of) in enumerate(stored.items()):
            split = ("train", "val", "test")[number % 3]
            face, _ = add_face(
                session, picture_of, source="lab", original_name=name, split=split, subject_id=subject
            )
            ids[name] = face.id
        enqueue(session, study)
        said = {
            "agreed": [{"emotion": "fear", "au": SMILE}, {"emotion": "fear", "au": {**SMILE}}],
            "half": [{"emotion": "fear", "au": SMILE | REST}, {"emotion": "anger", "au": SMILE | REST}],
            "disputed": [{"emotion": "fear"}, {"emotion": "anger"}],
            "erased": [{"emotion": "fear"}, {"emotion": "fear"}],
            "gold": [{"emotion": "anger"}, {"emotion": "fear"}],
        }
        for name in ("ann", "bob"):
            annotator = things.annotator(name)
            while assignment := things.given(study, annotator):
                which = next(key for key, value in ids.items() if value == assignment.face_id)
                if which == "nothing":
                    things.save(assignment, labels=None, reason="blurred")
                    continue
                labels = said[which][name == "bob"]
                things.save(assignment, labels=labels, rationales={"emotion": f"{name} says so."})
        gold.decide(
            session,
            ids["gold"],
            uuid=uuid4(),
            kind="adjudicated",
            labels={"emotion": "happiness", "au": SMILE | REST},
            rationales={"emotion": "A smile.", "au": "=SUM(A1)"},
            reason="seen together",
        )
        erased = erase_faces(session, [ids["erased"]], reason="asked for")
    for sha256 in erased.sha256s:
        store.delete(sha256)
    return ids
