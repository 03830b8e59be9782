"""Assignments: who is given which face, for how long, and what comes back."""

from itertools import cycle
from uuid import uuid4

import pytest
from sqlalchemy import select

from db import gold
from db.assignments import next_assignment
from db.errors import NotFound, NotYours
from db.holding import adopt, heartbeat, held, keep_draft, release, return_expired
from db.models import Assignment, QueueEntry
from db.studies import add_checks, enqueue, progress, want_more
from tests.db.things import NOON, add_faces, later


def entry(session, face_id):
    return session.scalars(
        select(QueueEntry).where(QueueEntry.face_id == face_id).execution_options(populate_existing=True)
    ).one()


def test_faces_come_first_in_first_out_each_once(things):
    study, annotator = things.study(3), things.annotator()
    faces = [things.given(study, annotator).face_id for _ in range(3)]
    assert faces == sorted(faces) and len(set(faces)) == 3
    assert things.given(study, annotator) is None


def test_two_people_are_given_different_faces_where_one_is_enough(things):
    study = things.study(2)
    one, other = (things.given(study, things.annotator()) for _ in range(2))
    assert one.face_id != other.face_id
    assert things.given(study, things.annotator()) is None


def test_overlap_gives_a_face_to_as_many_people_and_no_more(things, session):
    study = things.study(1, overlap=3)
    people = [things.annotator() for _ in range(4)]
    given = [things.given(study, person) for person in people]
    assert [assignment is not None for assignment in given] == [True, True, True, False]


def test_a_face_is_full_in_the_progress_once_its_last_annotator_is_done(things, session):
    study = things.study(2, overlap=2)
    given = [things.given(study, person) for person in (things.annotator(), things.annotator())]
    assert given[0].face_id == given[1].face_id
    assert progress(session, study.id) == {"fresh": 1, "started": 1}
    things.save(given[0])
    assert progress(session, study.id) == {"fresh": 1, "started": 1}
    things.save(given[1])
    assert progress(session, study.id) == {"fresh": 1, "full": 1}


def test_a_begun_face_comes_before_a_fresh_one(things):
    study = things.study(3, overlap=2)
    first = things.given(study, things.annotator())
    assert things.given(study, things.annotator()).face_id == first.face_id


def test_somebody_far_ahead_is_given_what_others_began_in_the_end(things):
    study, ahead, behind = things.study(3, overlap=2), things.annotator(), things.annotator()
    for _ in range(2):
        things.save(things.given(study, ahead))
    things.save(things.given(study, behind))
    things.save(things.given(study, behind))
    last = things.given(study, behind)
    assert things.given(study, ahead).face_id == last.face_id


def test_more_than_the_window_of_own_begun_faces_does_not_hide_others(things, monkeypatch):
    monkeypatch.setattr("db.assignments.NEAR", 2)
    study, ahead, behind = things.study(6, overlap=2), things.annotator(), things.annotator()
    done = {things.save(things.given(study, ahead)).face_id for _ in range(5)}
    last = things.given(study, ahead)
    assert things.given(study, ahead) is None
    assert {things.given(study, behind).face_id for _ in range(6)} == done | {last.face_id}


def test_a_lease_that_is_not_renewed_ends_and_the_face_comes_back(things, session):
    study = things.study(1, lease_seconds=60)
    gone = things.given(study, things.annotator())
    other = things.annotator()
    assert things.given(study, other, now=later(60)) is None
    back = things.given(study, other, now=later(61))
    assert back.face_id == gone.face_id
    session.refresh(gone)
    assert gone.state == "returned" and entry(session, back.face_id).taken == 1


def test_an_ended_lease_may_come_back_to_the_same_person(things):
    study, annotator = things.study(1, lease_seconds=60), things.annotator()
    first = things.given(study, annotator, client="a")
    again = things.given(study, annotator, client="b", now=later(61))
    assert again.id == first.id and again.state == "leased" and again.client == "b"


def test_heartbeat_renews_its_own_sessions_leases_only(things, session):
    study, annotator = things.study(3, lease_seconds=60), things.annotator()
    here = things.given(study, annotator, client="here")
    there = things.given(study, annotator, client="there")
    assert heartbeat(session, study.id, annotator, client="here", now=later(50)) == [here.id]
    assert return_expired(session, study.id, later(100)) == 1
    session.refresh(there)
    assert there.state == "returned"
    assert heartbeat(session, study.id, annotator, client="here", now=later(100)) == [here.id]
    assert heartbeat(session, study.id, annotator, client="there", now=later(100)) == []


def test_heartbeat_does_not_raise_a_lease_from_the_dead(things, session):
    study, annotator = things.study(1, lease_seconds=60), things.annotator()
    things.given(study, annotator, client="here")
    assert heartbeat(session, study.id, annotator, client="here", now=later(61)) == []


def test_what_is_held_is_found_again_and_adopted_after_a_reload(things, session):
    study, annotator = things.study(3), things.annotator()
    first, second = (things.given(study, annotator, client="before") for _ in range(2))
    keep_draft(session, first.id, annotator, {"emotion": "fear"})
    session.flush()
    session.expire_all()
    found = held(session, study.id, annotator)
    assert [row.id for row in found] == [first.id, second.id] and found[0].draft == {"emotion": "fear"}
    adopt(session, first.id, annotator, "after")
    assert heartbeat(session, study.id, annotator, client="after", now=NOON) == [first.id]


def test_a_released_face_goes_to_somebody_else_at_once(things, session):
    study, annotator = things.study(1), things.annotator()
    assignment = things.given(study, annotator)
    release(session, assignment.id, annotator)
    release(session, assignment.id, annotator)
    assert things.given(study, things.annotator()).face_id == assignment.face_id
    assert entry(session, assignment.face_id).taken == 1


def test_an_assignment_is_its_annotators_alone(things, session):
    assignment = things.given(things.study(1), things.annotator())
    other = things.annotator()
    with pytest.raises(NotYours):
        release(session, assignment.id, other)
    with pytest.raises(NotYours):
        keep_draft(session, assignment.id, other, {})
    with pytest.raises(NotFound):
        release(session, 999_999, other)


def test_an_unknown_study_is_said_to_be_unknown(things, session):
    with pytest.raises(NotFound, match="999"):
        next_assignment(session, 999, things.annotator())


def test_a_closed_study_gives_nothing(things):
    study = things.study(1)
    study.closed_at = NOON
    assert things.given(study, things.annotator()) is None


def test_a_study_takes_each_face_once_however_often_it_is_told(things, session):
    study = things.study(3)
    add_faces(session, 2, source="later")
    assert enqueue(session, study) == 2
    assert enqueue(session, study) == 0


def test_a_lead_may_want_more_annotators_of_one_face(things, session):
    study = things.study(1)
    assignment = things.given(study, things.annotator())
    things.save(assignment)
    assert things.given(study, things.annotator()) is None
    want_more(session, study, assignment.face_id)
    assert things.given(study, things.annotator()).face_id == assignment.face_id
    assert things.given(study, things.annotator()) is None


def with_gold(things, session, faces, golden, **more):
    study = things.study(faces, **more)
    checks = add_faces(session, golden)
    for face in checks:
        gold.decide(session, face, uuid=uuid4(), kind="imported", labels={"emotion": "fear"})
    add_checks(session, study)
    return study, set(checks)


def test_gold_faces_are_slipped_in_at_the_share(things, session):
    study, checks = with_gold(things, session, 30, 10, gold_share=0.25)
    annotator = things.annotator()
    # A coin that falls on the check every fourth time, and a place to look from.
    coins = cycle([0.1, 0.5, 0.9, 0.9, 0.9])
    given = [things.given(study, annotator, chance=lambda: next(coins)) for _ in range(40)]
    slipped = [assignment.purpose == "check" for assignment in given]
    assert sum(slipped) == 10 and slipped[::4] == [True] * 10
    assert {row.face_id for row in given if row.purpose == "check"} == checks
    assert len({row.face_id for row in given}) == 40


def test_when_the_gold_faces_are_all_seen_ordinary_ones_go_on(things, session):
    study, _ = with_gold(things, session, 3, 1, gold_share=1.0)
    annotator = things.annotator()
    assert [things.given(study, annotator).purpose for _ in range(4)] == ["check", *["label"] * 3]


def test_everybody_may_be_given_the_same_gold_face(things, session):
    study, checks = with_gold(things, session, 1, 1, gold_share=1.0)
    assert all(things.given(study, things.annotator()).face_id in checks for _ in range(5))


def test_whoever_decided_a_gold_label_is_not_checked_with_it(things, session):
    study, decider = things.study(1, gold_share=1.0), things.annotator()
    (face,) = add_faces(session, 1)
    gold.decide(
        session,
        face,
        uuid=uuid4(),
        kind="adjudicated",
        labels={"emotion": "fear"},
        reason="seen",
        decided_by=decider,
    )
    add_checks(session, study)
    assert things.given(study, decider).purpose == "label" and things.given(study, decider) is None
    assert things.given(study, things.annotator()).face_id == face


def test_a_study_without_a_share_slips_nothing_in(things, session):
    study, _ = with_gold(things, session, 2, 2)
    annotator = things.annotator()
    assert [things.given(study, annotator, chance=lambda: 0.0).purpose for _ in range(2)] == ["label"] * 2
    assert things.given(study, annotator, chance=lambda: 0.0) is None


def test_a_face_that_somebody_works_on_does_not_become_a_check(things, session):
    study = things.study(2)
    assignment = things.given(study, things.annotator())
    for face in session.scalars(select(QueueEntry.face_id)).all():
        gold.decide(session, face, uuid=uuid4(), kind="imported", labels={"emotion": "fear"})
    assert add_checks(session, study) == 1
    assert entry(session, assignment.face_id).state == "full"


def test_leases_of_checks_end_too_without_touching_slots(things, session):
    study, checks = with_gold(things, session, 1, 1, gold_share=1.0, lease_seconds=60)
    check = things.given(study, things.annotator())
    assert return_expired(session, study.id, later(61)) == 1
    session.refresh(check)
    assert check.state == "returned" and entry(session, check.face_id).taken == 0
    assert session.scalars(select(Assignment)).one().state == "returned"
