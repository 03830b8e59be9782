"""Gold labels: decided, superseded, withdrawn, accepted in bulk, and what annotators are measured by."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from db import gold
from db.errors import DataError, NotFound, SaveConflict
from db.studies import add_checks
from tests.db.things import add_faces


@pytest.fixture
def face(session):
    return add_faces(session, 1)[0]


def decide(session, face, emotion="fear", **more):
    values = {
        "uuid": uuid4(),
        "kind": "adjudicated",
        "labels": {"emotion": emotion},
        "reason": "seen",
        **more,
    }
    return gold.decide(session, face, **values)


def test_a_later_decision_supersedes_and_both_stay(session, face):
    decide(session, face)
    second = decide(session, face, "anger", rationales={"emotion": "brows"})
    assert gold.current(session, face).id == second.id
    assert [row.labels["emotion"] for row in gold.history(session, face)] == ["fear", "anger"]


def test_a_withdrawn_label_is_none_until_the_next(session, face):
    decide(session, face)
    decide(session, face, kind="withdrawn", labels=None)
    assert gold.current(session, face) is None
    third = decide(session, face)
    assert gold.current(session, face).id == third.id


def test_the_same_decision_sent_again_is_one(session, face):
    uuid = uuid4()
    assert decide(session, face, uuid=uuid).id == decide(session, face, uuid=uuid).id
    with pytest.raises(SaveConflict):
        decide(session, face, "anger", uuid=uuid)


def test_a_decision_needs_a_reason_and_a_face(session, face):
    with pytest.raises(DataError, match="reason"):
        decide(session, face, reason="")
    with pytest.raises(NotFound):
        decide(session, face + 1)


def test_reviewers_at_once_make_one_line(database):
    with database.sessions.begin() as session:
        face = add_faces(session, 1)[0]

    def one(number):
        with database.sessions.begin() as session:
            return decide(session, face, f"emotion {number}").id

    with ThreadPoolExecutor(8) as pool:
        ids = sorted(pool.map(one, range(16)))
    with database.reads.begin() as session:
        rows = gold.history(session, face)
        assert [row.supersedes_id for row in rows] == [None, *ids[:-1]]
        assert gold.current(session, face).id == ids[-1]


@pytest.fixture
def reviewed(things):
    """A study of four faces done by two: alike, alike but for the intensity, differently, by one alone."""
    study = things.study(4, overlap=2)
    one, two = things.annotator(), things.annotator()
    given = [[things.given(study, who) for _ in range(4)] for who in (one, two)]
    said = [("fear", "fear"), ("anger", "anger"), ("fear", "anger"), ("fear", None)]
    for number, pair in enumerate(said):
        for who, emotion in enumerate(pair):
            intensity = "AB"[who] if number == 1 else "A"
            labels = {"emotion": emotion, "au": {"AU1": {"state": "present", "intensity": intensity}}}
            if emotion:
                things.save(given[who][number], labels=labels, rationales={"au": f"by {who}"})
    return study, [assignment.face_id for assignment in given[0]]


def test_where_all_agree_labels_are_accepted_in_bulk(session, reviewed):
    study, faces = reviewed
    assert gold.accept_agreed(session, study.id, decided_by=None) == (2, None)
    labels = [gold.current(session, face) for face in faces]
    assert [label and label.labels["emotion"] for label in labels] == ["fear", "anger", None, None]
    assert labels[0].kind == "agreed" and len(labels[0].annotation_ids) == 2
    assert labels[0].rationales == {"au": "by 0"}
    assert gold.accept_agreed(session, study.id, decided_by=None) == (0, None)


def test_bulk_goes_on_where_it_stopped(session, reviewed):
    study, _ = reviewed
    accepted, after = gold.accept_agreed(session, study.id, decided_by=None, limit=1)
    assert accepted == 1 and after is not None
    assert gold.accept_agreed(session, study.id, decided_by=None, after=after)[0] == 1


def test_what_is_left_to_decide_has_no_gold_label(session, reviewed):
    study, faces = reviewed
    gold.accept_agreed(session, study.id, decided_by=None)
    left = [entry.face_id for entry in gold.undecided(session, study.id)]
    assert left == faces[2:]
    decide(session, faces[2])
    assert [entry.face_id for entry in gold.undecided(session, study.id)] == faces[3:]


def test_answers_on_slipped_in_gold_faces_stand_beside_the_truth(things, session, face):
    decide(session, face)
    study = things.study(1, gold_share=1.0)
    add_checks(session, study, [face])
    one, two = things.annotator(), things.annotator()
    things.save(things.given(study, one), "fear")
    things.save(things.given(study, two), "anger")
    things.save(things.given(study, two), "anger")
    decide(session, face, "anger")
    answers = gold.answers_on_checks(session, study.id)
    assert [(a.labels["emotion"], g.labels["emotion"]) for a, g in answers] == [
        ("fear", "anger"),
        ("anger", "anger"),
    ]
    assert len(gold.answers_on_checks(session, study.id, one)) == 1
