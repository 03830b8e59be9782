"""Which faces wait for a model's prediction, and in which order."""

import pytest

from db import waiting
from db.erasure import erase_faces
from db.models import Face, ImportFile, QueueEntry, Unreadable
from db.predictions import revision_key
from tests.db.things import add_faces

REVISIONS = {"base": "b1", "expert": "e1"}
KEY = revision_key(REVISIONS)


@pytest.fixture
def study(things):
    return things.study(6)


def ids(found) -> list[int]:
    return [one.face_id for one in found]


def test_faces_wait_in_the_queues_order_page_by_page(session, study):
    first = waiting.next_waiting(session, study.id, KEY, limit=4)
    rest = waiting.next_waiting(session, study.id, KEY, after=first[-1].place, limit=4)
    assert len(first) == 4 and len(rest) == 2
    assert ids(first) + ids(rest) == sorted(ids(first) + ids(rest))
    assert waiting.count_waiting(session, study.id, KEY) == 6


def test_faces_that_are_annotated_already_come_last(session, study):
    first = waiting.next_waiting(session, study.id, KEY)[0]
    entry = session.query(QueueEntry).filter_by(face_id=first.face_id).one()
    entry.state, entry.taken = "full", entry.overlap
    session.flush()
    found = waiting.next_waiting(session, study.id, KEY)
    assert ids(found)[-1] == first.face_id
    last = waiting.next_waiting(session, study.id, KEY, after=found[-2].place)
    assert ids(last) == [first.face_id]
    assert waiting.next_waiting(session, study.id, KEY, after=last[-1].place) == []


def test_only_this_models_predictions_count(session, things, study):
    first, second, *_ = ids(waiting.next_waiting(session, study.id, KEY))
    things.prediction(first, revisions=REVISIONS)
    things.prediction(second, revisions={"base": "another"})
    assert first not in ids(waiting.next_waiting(session, study.id, KEY))
    assert second in ids(waiting.next_waiting(session, study.id, KEY))


def test_what_cannot_be_read_is_not_asked_about_until_forgotten(session, study):
    first, *_ = ids(waiting.next_waiting(session, study.id, KEY))
    waiting.remember(session, first, KEY, "No face was found.")
    waiting.remember(session, first, KEY, "No face was found in it.")
    assert waiting.count_waiting(session, study.id, KEY) == 5
    assert waiting.count_waiting(session, study.id, "another") == 6
    assert [row.reason for row in waiting.unreadable(session, study.id, KEY)] == ["No face was found in it."]
    assert waiting.forget(session, study.id, KEY) == 1
    assert waiting.count_waiting(session, study.id, KEY) == 6


def test_an_erased_face_leaves_no_note(session, study):
    face, other = add_faces(session, 2)
    for each in (face, other):
        waiting.remember(session, each, KEY, "No face was found.")
    from db.imports.engine import begin
    from db.imports.wishes import Wishes

    row = begin(session, "place", Wishes(), shown="place")
    session.add(ImportFile(import_id=row.id, name="anna.png", size=1, outcome="known", face_id=face))
    session.flush()
    erase_faces(session, [face], reason="asked for")
    assert session.query(ImportFile).count() == 0
    assert [note.face_id for note in session.query(Unreadable)] == [other]
    assert session.get(Face, face).sha256 is None
