"""What a review asks of the database: its lists, answers side by side, and the dashboard's counts."""

from uuid import uuid4

import pytest

from db import gold, review, review_counts
from db.errors import DataError
from db.models import Assignment
from db.studies import add_checks
from tests.db.things import NOON, add_faces, later


def said(emotion="fear", **aus):
    states = {"p": "present", "a": "absent", "n": "not_visible"}
    unit = {
        name: {"state": states[code[0]]} | ({"intensity": code[1]} if code[1:] else {})
        for name, code in aus.items()
    }
    return {"emotion": emotion, "au": unit}


def decide(session, face, **more):
    values = {"uuid": uuid4(), "kind": "adjudicated", "labels": said(), "reason": "seen", "now": later(100)}
    return gold.decide(session, face, **{**values, **more})


@pytest.fixture
def pair(things):
    return things.annotator("ann"), things.annotator("bob")


@pytest.fixture
def reviewed(things, pair):
    """Faces that two people label: alike, with one difference of two tasks, with two, and skipped by one."""
    study = things.study(4, overlap=2)
    one, two = ([things.given(study, who) for _ in range(4)] for who in pair)
    answers = [
        (said("fear", AU1="pA"), said("fear", AU1="pB")),
        (said("fear", AU1="p", AU2="a"), said("fear", AU1="a", AU2="a")),
        (said("fear", AU1="p"), said("anger", AU1="n")),
        (said("fear", AU1="p"), None),
    ]
    for mine, theirs, (first, second) in zip(one, two, answers, strict=True):
        things.save(mine, labels=first, seconds=10.0)
        if second:
            things.save(
                theirs, labels=second, seconds=30.0, flag="odd" if second["emotion"] == "anger" else None
            )
        else:
            things.save(theirs, labels=None, reason="blurred", seconds=1.0)
    return study, [assignment.face_id for assignment in one]


def on(session, study, name, **more):
    return [entry.face_id for entry in review.page(session, study.id, name, **more)]


def test_each_face_is_on_the_lists_that_it_belongs_to(session, reviewed):
    study, (alike, little, much, skipped) = reviewed
    assert on(session, study, "disputed") == [much, little]
    assert on(session, study, "agreed") == [alike]
    assert on(session, study, "flagged") == [much]
    assert on(session, study, "skipped") == [skipped]
    assert on(session, study, "open") == on(session, study, "decided") == []
    assert review.counts(session, study.id) == {
        "disputed": 2,
        "agreed": 1,
        "open": 0,
        "flagged": 1,
        "skipped": 1,
        "decided": 0,
    }


def test_a_decision_takes_a_face_off_the_lists_until_it_is_withdrawn(session, reviewed):
    study, (alike, little, much, skipped) = reviewed
    for face in (alike, little, much, skipped):
        decide(session, face)
    assert review.counts(session, study.id) == dict.fromkeys(review.LISTS, 0) | {"decided": 4}
    assert on(session, study, "decided", limit=2, offset=1) == [much, little]
    decide(session, much, kind="withdrawn", labels=None)
    assert on(session, study, "disputed") == [much]
    assert on(session, study, "flagged") == []


def test_a_flag_after_the_decision_is_listed_again(things, session, reviewed, pair):
    study, (alike, *_) = reviewed
    decide(session, alike)
    (answer, _) = review.answers(session, study.id, [alike])[alike]
    assignment = session.get_one(Assignment, answer.annotation.assignment_id)
    things.save(assignment, labels=said(), flag="now I see it", now=later(200))
    assert alike in on(session, study, "flagged")


def test_a_withdrawn_label_of_a_face_on_which_all_agree_is_left_to_a_person(session, reviewed):
    study, (alike, *_) = reviewed
    assert gold.accept_agreed(session, study.id, decided_by=None) == (1, None)
    decide(session, alike, kind="withdrawn", labels=None)
    assert on(session, study, "open") == [alike] and on(session, study, "agreed") == []
    assert gold.accept_agreed(session, study.id, decided_by=None) == (0, None)


def test_what_one_annotator_finishes_alone_is_left_open(things, session, pair):
    study = things.study(2)
    things.save(given := things.given(study, pair[0]))
    assert on(session, study, "open") == [given.face_id]


def test_a_list_that_does_not_exist_is_refused(session, reviewed):
    with pytest.raises(DataError, match="disputed, agreed"):
        review.page(session, reviewed[0].id, "all")


def test_answers_stand_side_by_side_with_skips(session, reviewed):
    study, faces = reviewed
    found = review.answers(session, study.id, faces)
    assert [[answer.name for answer in found[face]] for face in faces] == [["ann", "bob"]] * 4
    assert found[faces[3]][1].annotation.reason == "blurred"
    assert all(answer.first_pass is None for answer in found[faces[0]])


def test_a_revision_keeps_its_first_pass_beside_it(things, session, pair):
    study = things.study(1, mode="blind_then_revise")
    given = things.given(study, pair[0])
    model = things.prediction(given.face_id)
    things.save(given, "fear")
    things.save(given, "anger", prediction_id=model.id)
    (answer,) = review.answers(session, study.id, [given.face_id])[given.face_id]
    assert answer.annotation.labels["emotion"] == "anger"
    assert answer.first_pass.labels["emotion"] == "fear"


def test_gold_labels_are_found_for_many_faces(session, reviewed):
    _, (first, second, *_) = reviewed
    decide(session, first)
    decide(session, second)
    decide(session, second, kind="withdrawn", labels=None)
    assert list(review.gold_of(session, [first, second])) == [first]


def test_throughput_counts_faces_by_day_hour_and_person(things, session, pair):
    study = things.study(3)
    for moment in (NOON, later(3600), later(86400)):
        things.save(given := things.given(study, pair[0], now=moment), now=moment)
        things.save(given, "anger", now=moment)
    assert review_counts.throughput(session, study.id) == [
        ("2026-01-01", pair[0], 2),
        ("2026-01-02", pair[0], 1),
    ]
    hours = review_counts.throughput(session, study.id, "hour", since=later(1))
    assert [hour for hour, _, _ in hours] == ["2026-01-01T13", "2026-01-02T12"]


def test_seconds_are_medians_of_each_person(things, session, pair):
    study = things.study(5, overlap=2)
    for time in (1.0, 4.0, 100.0):
        things.save(things.given(study, pair[0]), seconds=time)
    for time in (2.0, 4.0):
        things.save(things.given(study, pair[1]), seconds=time)
    things.save(things.given(study, pair[1]))
    assert review_counts.seconds(session, study.id) == {pair[0]: (4.0, 3), pair[1]: (3.0, 2)}


def test_people_are_counted_by_the_state_of_their_work(session, reviewed, pair):
    study, _ = reviewed
    assert review_counts.people(session, study.id) == [
        (pair[0], "ann", "done", 4),
        (pair[1], "bob", "done", 3),
        (pair[1], "bob", "skipped", 1),
    ]


def test_labels_in_force_are_counted(things, session, reviewed):
    study, _ = reviewed
    assert review_counts.emotions(session, study.id) == {"fear": 6, "anger": 1}
    units = review_counts.action_units(session, study.id)
    assert ("AU1", "present", "A", 1) in units and ("AU1", "not_visible", None, 1) in units
    assert ("AU2", "absent", None, 2) in units
    assert sum(number for *_, number in units) == 9


def test_corrections_are_of_the_answer_in_sight_or_else_the_newest_then(things, session, pair):
    study = things.study(2)
    first, second = (things.given(study, pair[0]) for _ in range(2))
    seen = things.prediction(
        first.face_id, labels={"emotion": "anger", "au": ["AU1", "AU2"]}, created_at=NOON
    )
    things.prediction(first.face_id, labels={"emotion": "fear", "au": []}, created_at=NOON)
    things.prediction(second.face_id, labels={"emotion": "neutral", "au": ["AU1"]}, created_at=NOON)
    things.prediction(second.face_id, labels={"emotion": "fear", "au": []}, created_at=later(60))
    things.save(first, labels=said("fear", AU1="p", AU2="a"), prediction_id=seen.id, now=later(10))
    things.save(second, labels=said("neutral", AU1="n", AU2="p"), now=later(10))
    assert review_counts.corrected_emotions(session, study.id) == [
        ("anger", "fear", 1),
        ("neutral", "neutral", 1),
    ]
    assert review_counts.corrected_units(session, study.id) == [
        ("AU1", True, "not_visible", 1),
        ("AU1", True, "present", 1),
        ("AU2", False, "present", 1),
        ("AU2", True, "absent", 1),
    ]


def test_overlapping_answers_are_of_the_last_faces_with_two(session, reviewed, pair):
    study, (_, little, much, _) = reviewed
    rows = review_counts.overlapping(session, study.id, faces=2)
    assert [(face, who) for face, who, _ in rows] == [(face, who) for face in (little, much) for who in pair]
    assert rows[0].labels["au"]["AU1"] == {"state": "present"}


def test_overlapping_first_passes_are_what_was_said_before_the_model(things, session, pair):
    study = things.study(1, overlap=2, mode="blind_then_revise")
    for who, emotion in zip(pair, ("fear", "sadness"), strict=True):
        given = things.given(study, who)
        model = things.prediction(given.face_id, revisions={"base": str(who)})
        things.save(given, emotion)
        things.save(given, "anger", prediction_id=model.id)
    first = review_counts.overlapping(session, study.id, faces=9, first_pass=True)
    assert [labels["emotion"] for *_, labels in first] == ["fear", "sadness"]
    after = review_counts.overlapping(session, study.id, faces=9)
    assert [labels["emotion"] for *_, labels in after] == ["anger", "anger"]


def test_checks_are_listed_among_answers_by_their_purpose(things, session, pair):
    study = things.study(1, gold_share=1.0)
    (face,) = add_faces(session, 1)
    decide(session, face)
    add_checks(session, study, [face])
    things.save(things.given(study, things.annotator(), chance=lambda: 0.0))
    (answer,) = review.answers(session, study.id, [face])[face]
    assert answer.purpose == "check"
