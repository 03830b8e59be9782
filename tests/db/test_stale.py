"""Which faces are to be asked anew after the model was exchanged, and in which order."""

import pytest
from sqlalchemy import select

from db.models import QueueEntry, Study
from db.predictions import newest, revision_key
from db.stale import count_stale, stale_faces
from db.waiting import remember
from tests.db.things import NOON, Things, add_faces

NEW = {"base": "b1", "expert": "e1", "adapter_au": "r2"}
NOW = revision_key(NEW)


@pytest.fixture
def filled(database):
    """Two open studies of three faces each, a closed one of one, a face in none; all predicted before."""
    with database.sessions.begin() as session:
        things = Things(session)
        studies = [things.study(faces=count) for count in (3, 3, 1)]
        studies[2].closed_at = NOON
        found = []
        for study in studies:
            entries = session.scalars(select(QueueEntry).where(QueueEntry.study_id == study.id)).all()
            for place, entry in enumerate(entries):
                entry.rank = float(-place)
            found.append([entry.face_id for entry in entries][::-1])
        found.append(add_faces(session, 1))
        for face in [face for faces in found for face in faces]:
            things.prediction(face)
    return found


def test_queues_come_by_rank_and_in_turn_then_the_rest(database, filled, monkeypatch):
    monkeypatch.setattr("db.stale.AT_ONCE", 2)
    one, two, closed, alone = filled
    order = list(stale_faces(database.reads.begin, NOW))
    assert order == [*one[:2], *two[:2], one[2], two[2], *alone, *closed]
    with database.reads.begin() as session:
        assert count_stale(session, NOW) == 8


def test_what_was_asked_cannot_be_read_or_was_never_predicted_is_left_out(database, filled):
    one, two, *_ = filled
    with database.sessions.begin() as session:
        Things(session).prediction(one[0], revisions=NEW)
        remember(session, two[0], NOW, "no face")
        never = add_faces(session, 1)
        session.query(Study).filter_by(id=1).one().closed_at = NOON
    order = list(stale_faces(database.reads.begin, NOW))
    assert {one[0], two[0], *never}.isdisjoint(order) and len(order) == 6
    assert order[:2] == two[1:], "a study that was closed waits for nobody"


def test_a_face_that_several_studies_wait_for_or_have_finished_comes_once_it_waits(database, filled):
    one, *_ = filled
    with database.sessions.begin() as session:
        entry = session.scalars(select(QueueEntry).where(QueueEntry.face_id == one[0])).one()
        entry.state, entry.taken = "full", entry.overlap
    assert list(stale_faces(database.reads.begin, NOW)).index(one[0]) == 5 + 1 + 1


def test_the_newest_answer_is_the_serving_revision_s_where_it_has_spoken(session, things):
    (face,) = add_faces(session, 1)
    served = things.prediction(face, revisions=NEW)
    later = things.prediction(face)
    assert newest(session, face).id == later.id
    assert newest(session, face, NOW).id == served.id
    assert newest(session, face, "unknown").id == later.id
