"""Saves: rows that stay, the same save for the same id, corrections, undo, late work, history."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from db import saves
from db.annotations import chain, disputed, history, in_force, of_face
from db.errors import DataError, NotFound, NothingToUndo, NotYours, SaveConflict
from db.models import Annotation, Assignment, QueueEntry
from db.saves import Save
from tests.db.things import NOON, Things, later


@pytest.fixture
def study(things):
    return things.study(3)


@pytest.fixture
def assignment(things, study):
    return things.given(study, things.annotator())


def taken(session, assignment):
    entries = select(QueueEntry.taken).where(QueueEntry.face_id == assignment.face_id)
    return session.scalars(entries).one()


def test_a_save_keeps_everything_that_was_said(things, session, assignment):
    prediction = things.prediction(assignment.face_id)
    labels = {"emotion": "happiness", "au": {"AU12": {"state": "present", "intensity": "C", "side": "left"}}}
    said = {"rationales": {"au": "1. AU12 – …"}, "flag": "blurred", "seconds": 7.25}
    saved = things.save(assignment, labels=labels, prediction_id=prediction.id, **said)
    session.expire_all()
    assert (saved.labels, saved.rationales, saved.flag, saved.seconds) == (labels, *said.values())
    assert (saved.face_id, saved.annotator_id) == (assignment.face_id, assignment.annotator_id)
    assert (saved.kind, saved.prediction_id, saved.created_at) == ("labels", prediction.id, NOON)
    assert (assignment.state, assignment.lease_until) == ("done", None)


def test_a_retried_save_is_the_same_save(things, session, assignment):
    uuid = uuid4()
    first, again = (things.save(assignment, uuid=uuid, now=later(n)) for n in (0, 5))
    assert first.id == again.id and again.created_at == NOON
    assert session.scalar(select(func.count()).select_from(Annotation)) == 1


def test_a_retry_after_a_correction_does_not_undo_it(things, session, assignment):
    uuid = uuid4()
    things.save(assignment, "fear", uuid=uuid)
    correction = things.save(assignment, "anger")
    things.save(assignment, "fear", uuid=uuid)
    assert in_force(session, assignment.id).id == correction.id


def test_one_id_for_two_saves_is_refused(things, study, assignment):
    uuid = uuid4()
    things.save(assignment, "fear", uuid=uuid)
    with pytest.raises(SaveConflict, match="saved before"):
        things.save(assignment, "anger", uuid=uuid)
    with pytest.raises(SaveConflict):
        things.save(things.given(study, assignment.annotator_id), "fear", uuid=uuid)


def test_an_undos_id_is_not_a_saves(things, assignment):
    saved = things.save(assignment)
    undo = things.undo(assignment)
    with pytest.raises(SaveConflict):
        things.undo(assignment, uuid=saved.uuid)
    with pytest.raises(SaveConflict):
        things.save(assignment, uuid=undo.uuid)


def test_a_correction_supersedes_and_both_rows_stay(things, session, assignment):
    first, second = things.save(assignment, "fear"), things.save(assignment, "anger")
    assert second.supersedes_id == first.id
    assert [row.labels["emotion"] for row in chain(session, assignment.id)] == ["fear", "anger"]
    assert in_force(session, assignment.id).id == second.id
    assert taken(session, assignment) == 1


def test_undo_goes_back_save_by_save(things, session, assignment):
    first, second = things.save(assignment, "fear"), things.save(assignment, "anger")
    assert in_force(session, assignment.id).id == second.id
    things.undo(assignment)
    assert in_force(session, assignment.id).id == first.id
    things.undo(assignment)
    assert in_force(session, assignment.id) is None
    assert (assignment.state, taken(session, assignment)) == ("leased", 1)
    with pytest.raises(NothingToUndo):
        things.undo(assignment)
    third = things.save(assignment, "disgust")
    assert in_force(session, assignment.id).id == third.id and assignment.state == "done"


def test_a_retried_undo_is_the_same_undo(things, session, assignment):
    first, uuid = things.save(assignment, "fear"), uuid4()
    things.save(assignment, "anger")
    assert things.undo(assignment, uuid=uuid).id == things.undo(assignment, uuid=uuid).id
    assert in_force(session, assignment.id).id == first.id


def test_a_skip_frees_the_face_for_somebody_else_but_not_for_the_skipper(things, session):
    study, annotator = things.study(1), things.annotator()
    assignment = things.given(study, annotator)
    things.save(assignment, labels=None, reason="not a face")
    assert assignment.state == "skipped" and things.given(study, annotator) is None
    assert things.given(study, things.annotator()).face_id == assignment.face_id


def test_a_skip_undone_takes_the_face_again_where_it_is_free(things, session):
    study = things.study(1)
    assignment = things.given(study, things.annotator())
    things.save(assignment, labels=None, reason="not a face")
    things.undo(assignment)
    assert (assignment.state, taken(session, assignment)) == ("leased", 1)


def test_a_skip_undone_too_late_leaves_the_face_to_whoever_has_it(things, session):
    study = things.study(1)
    assignment = things.given(study, things.annotator())
    things.save(assignment, labels=None, reason="not a face")
    other = things.given(study, things.annotator())
    things.undo(assignment)
    assert (assignment.state, other.state, taken(session, assignment)) == ("returned", "leased", 1)


def test_a_skip_needs_its_reason(things, assignment):
    with pytest.raises(DataError, match="reason"):
        things.save(assignment, labels=None)


def test_late_work_is_kept_and_counted_where_the_face_is_free(things, session):
    study = things.study(1, lease_seconds=60)
    assignment = things.given(study, things.annotator())
    things.save(assignment, now=later(600))
    assert (assignment.state, taken(session, assignment)) == ("done", 1)
    assert things.given(study, things.annotator(), now=later(601)) is None


def test_late_work_is_kept_but_makes_no_surplus_where_the_face_is_taken(things, session):
    study = things.study(1, lease_seconds=60)
    slow = things.given(study, things.annotator())
    quick = things.given(study, things.annotator(), now=later(61))
    session.refresh(slow)
    late = things.save(slow, now=later(62))
    assert (slow.state, taken(session, slow)) == ("late", 1)
    things.save(quick, now=later(63))
    assert quick.state == "done" and in_force(session, slow.id).id == late.id


def test_a_save_of_somebody_elses_assignment_is_refused(things, session, assignment):
    with pytest.raises(NotYours):
        saves.save(session, assignment.id, things.annotator(), Save(uuid4(), {"emotion": "fear"}))
    with pytest.raises(NotFound):
        saves.save(session, 999_999, assignment.annotator_id, Save(uuid4(), {"emotion": "fear"}))


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d of a pair"])
def test_text_that_an_engine_cannot_store_is_refused_with_a_sentence(things, assignment, text):
    with pytest.raises(DataError, match="Remove it"):
        things.save(assignment, rationales={"au": text})


def test_a_backslash_u_that_somebody_typed_is_text(things, session, assignment):
    things.save(assignment, rationales={"au": r"\u0000 is not a null character"})
    assert in_force(session, assignment.id).rationales["au"].startswith(r"\u0000")


def test_history_is_ones_own_newest_first_in_pages(things, session, study, assignment):
    mine = [things.save(assignment, emotion).id for emotion in ("fear", "anger", "fear")]
    things.save(things.given(study, things.annotator()))
    rows = history(session, assignment.annotator_id, limit=2)
    assert [row.id for row in rows] == mine[:0:-1]
    rest = history(session, assignment.annotator_id, before=rows[-1].id)
    assert [row.id for row in rest] == mine[:1]


def test_blind_then_revise_keeps_both(things, session, assignment):
    prediction = things.prediction(assignment.face_id)
    blind = things.save(assignment, "fear")
    revised = things.save(assignment, "surprise", prediction_id=prediction.id)
    kept = [(row.prediction_id, row.labels["emotion"]) for row in chain(session, assignment.id)]
    assert kept == [(None, "fear"), (prediction.id, "surprise")]
    assert revised.supersedes_id == blind.id


def test_of_a_face_each_annotators_last_word_counts(things, session):
    study = things.study(1, overlap=3)
    one, two, three = (things.given(study, things.annotator()) for _ in range(3))
    things.save(one, "fear")
    things.save(one, "anger")
    things.save(two, labels=None, reason="blurred")
    things.save(three, "sadness")
    things.undo(three)
    assert [row.labels["emotion"] for row in of_face(session, one.face_id, study.id)] == ["anger"]
    assert of_face(session, one.face_id, study.id + 1) == []


def test_dispute_follows_what_is_in_force(things, session):
    study = things.study(2, overlap=2)
    one, two = (things.given(study, things.annotator()) for _ in range(2))
    things.save(one, "fear")
    assert disputed(session, study.id) == []
    things.save(two, "anger")
    assert disputed(session, study.id) == [(one.face_id, 1.0)]
    things.save(two, "fear")
    assert disputed(session, study.id) == []
    things.undo(two)
    assert disputed(session, study.id) == [(one.face_id, 1.0)]


def test_eight_threads_saving_one_id_make_one_row(database):
    with database.sessions.begin() as session:
        things = Things(session)
        assignment = things.given(things.study(1), things.annotator())
    content = Save(UUID(int=7), {"emotion": "fear"})

    def save(_):
        with database.sessions.begin() as session:
            return saves.save(session, assignment.id, assignment.annotator_id, content).id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(save, range(8)))
    with database.reads.begin() as session:
        assert len(ids) == 1 and session.scalar(select(func.count()).select_from(Annotation)) == 1


def test_threads_correcting_one_face_make_one_chain(database):
    with database.sessions.begin() as session:
        things = Things(session)
        assignment = things.given(things.study(1), things.annotator())

    def save(number):
        with database.sessions.begin() as session:
            content = Save(uuid4(), {"emotion": f"emotion {number}"})
            saves.save(session, assignment.id, assignment.annotator_id, content)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(save, range(24)))
    with database.reads.begin() as session:
        rows = chain(session, assignment.id)
        assert [row.supersedes_id for row in rows] == [None, *(row.id for row in rows[:-1])]
        assert session.get(Assignment, assignment.id).state == "done" and len(rows) == 24
