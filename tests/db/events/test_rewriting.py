"""The line of events written anew: erasures reach all that was sent before, and nothing else is lost."""

import pytest
from sqlalchemy import select

from db.erasure import erase_faces, erase_subject
from db.errors import HubError
from db.events import capture, outbox, restore
from db.models import Annotation, Assignment, Face, Subject
from tests.db.events.disk import NAME, assert_nothing_is_told_twice, other
from tests.db.events.test_events import contents, last_ids
from tests.hub.faults import LOST


def test_an_erased_face_is_in_no_commit_and_no_store_any_more(studio, hub, tmp_path):
    kept, gone = studio.face("red"), studio.face("blue", original_name="Anna's passport")
    studio.save("fear", gone)
    studio.sync.flush()
    with studio.database.sessions.begin() as session:
        name = session.get(Face, gone).sha256
        about = select(Annotation.uuid).join(Assignment).where(Assignment.face_id == gone)
        words = [str(uuid).replace("-", "") for uuid in session.scalars(about)]
        [erased] = erase_faces(session, [gone], reason="asked for").sha256s
    data = studio.pictures.get(erased)
    studio.pictures.delete(erased)
    studio.sync.flush()
    left = hub.repository(NAME).everything()
    assert data not in left
    for word in (b"Anna", name.encode(), *(word.encode() for word in words)):
        assert word not in left
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    with again.database.reads.begin() as session:
        assert session.get(Face, gone).erased_at and session.get(Face, kept).sha256
    again.save("anger")
    again.sync.flush()
    again.kill()


def test_an_erased_subject_without_faces_leaves_its_name_nowhere(studio, hub):
    with studio.database.sessions.begin() as session:
        session.add(Subject(name="Anna", consent="given"))
    studio.sync.flush()
    assert b"Anna" in hub.repository(NAME).everything()
    with studio.database.sessions.begin() as session:
        erase_subject(session, session.scalar(select(Subject.id)), reason="asked for")
    studio.sync.flush()
    assert b"Anna" not in hub.repository(NAME).everything()


@pytest.mark.parametrize(
    ("step", "kind"),
    [("commit", 500), ("commit", LOST), ("squash", LOST), ("large-files", 500), ("large-delete", LOST)],
)
def test_an_erasure_cut_short_anywhere_is_carried_through_after_a_kill(studio, hub, tmp_path, step, kind):
    gone = studio.face("blue", original_name="Anna")
    studio.save("fear", gone)
    studio.sync.flush()
    with studio.database.sessions.begin() as session:
        erase_faces(session, [gone], reason="asked for")
    hub.faults.at(step, *[kind] * (7 if step == "large-files" else 1))
    with pytest.raises(HubError):
        studio.sync.flush()
    hub.faults.clear()
    studio.again()
    studio.save("anger")
    studio.sync.flush()
    assert b"Anna" not in hub.repository(NAME).everything()
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    again.kill()


def test_ids_of_erased_rows_are_never_given_again_after_a_line_written_anew(studio, hub, tmp_path):
    gone = studio.face("blue")
    studio.save("fear", gone)
    before = last_ids(studio.database)
    with studio.database.sessions.begin() as session:
        erase_faces(session, [gone], reason="asked for")
    studio.sync.flush()
    again = other(hub, tmp_path)
    after = last_ids(again.database)
    for table in capture.tables():
        assert after.get(table.name, 0) >= before.get(table.name, 0)
    again.kill()


def test_events_that_wait_through_an_update_are_written_anew_from_the_rows(studio, hub, tmp_path):
    studio.save()
    studio.sync.flush()
    studio.save("fear")
    with studio.database.engine.begin() as connection:
        capture.set_aside(connection)  # what each migration does first
    studio.again()
    studio.save("anger")
    studio.sync.flush()
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    again.kill()


def test_a_studio_that_ran_without_its_hub_sends_what_it_missed(studio, hub, tmp_path):
    gone = studio.face("blue", original_name="Anna")
    studio.save()
    studio.sync.flush()
    restore.stop_recording(studio.database)
    studio.save("fear")
    with studio.database.sessions.begin() as session:
        erase_faces(session, [gone], reason="asked for")
    with studio.database.reads.begin() as session:
        assert not outbox.waiting(session)
        assert outbox.count_waiting(session) == 1, "all is to be written anew, so it is not sent yet"
    studio.again()
    studio.sync.flush()
    assert b"Anna" not in hub.repository(NAME).everything()
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    again.kill()


def test_a_line_written_anew_whose_answer_was_lost_is_not_told_again(studio, hub, tmp_path):
    studio.save()
    studio.sync.flush()
    restore.stop_recording(studio.database)
    studio.again()
    studio.save("fear")
    hub.faults.at("commit", LOST)
    with pytest.raises(HubError):
        studio.sync.flush()
    studio.save("anger")
    studio.again()
    studio.sync.flush()
    assert_nothing_is_told_twice(hub.repository(NAME).files)
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    again.kill()


def test_a_long_line_is_written_anew_to_be_short(studio, hub, tmp_path, monkeypatch):
    monkeypatch.setattr("db.events.rewriting.MANY", 3)
    for words in ("fear", "anger", "disgust", "neutral"):
        studio.save(words)
        studio.sync.flush()
    assert len([path for path in hub.repository(NAME).files if path.startswith("events/")]) < 3
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    again.kill()
