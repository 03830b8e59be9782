"""studio.annotate.save: saves, retries, skips, undo, and what is refused."""

from uuid import uuid4

import pytest

from db.errors import DataError, NotYours, SaveConflict
from db.models import Annotation
from studio.annotate.arguments import BadArgument
from studio.annotate.save import save_annotation, undo_annotation
from studio.annotate.view import view_assignment
from studio.predicting import predict_face
from tests.studio.annotate.conftest import LABELS


def row(desk, annotation_id):
    with desk.work.database.reads.begin() as session:
        return session.get(Annotation, annotation_id)


def test_a_save_is_kept_as_it_was_said(desk):
    desk.study()
    assignment = desk.given()
    seen = predict_face(desk.work, 1)
    more = {"flag": "blurred", "seconds": 4.5, "prediction_id": seen.id}
    done = desk.save(assignment, rationales={"au": "AU12", "emotion": ""}, **more)
    saved = row(desk, done["annotation_id"])
    assert done["state"] == "done" and done["reveal"] is None and done["at"] == saved.created_at.isoformat()
    assert saved.labels["au"]["AU12"] == {"state": "present"} and saved.labels["au"]["AU1"] == {
        "state": "absent"
    }
    assert saved.rationales == {"au": "AU12"} and saved.flag == "blurred" and saved.seconds == 4.5
    assert saved.prediction_id == seen.id


def test_a_save_sent_again_is_the_same_save(desk):
    desk.study()
    assignment, uuid = desk.given(), str(uuid4())
    assert desk.save(assignment, uuid=uuid) == desk.save(assignment, uuid=uuid)
    with pytest.raises(SaveConflict):
        desk.save(assignment, {"emotion": "fear", "au": []}, uuid=uuid)


def test_a_skip_needs_a_reason_and_gives_the_face_to_others(desk):
    desk.study()
    assignment = desk.given()
    with pytest.raises(DataError, match="reason"):
        desk.save(assignment, None)
    assert desk.save(assignment, None, reason="not a face")["state"] == "skipped"
    assert desk.next()["why"] == "finished"
    assert desk.next(person=desk.person("Grace"))["assignment"]["face_id"] == 1


def test_a_save_for_another_face_than_was_seen_is_refused(desk):
    desk.study()
    with pytest.raises(SaveConflict, match="another face"):
        desk.save(desk.given(), face_id=77)


def test_undo_goes_back_and_is_told(desk):
    desk.study()
    assignment = desk.given()
    desk.save(assignment)
    desk.save(assignment, {"emotion": "fear", "au": []})
    first = undo_annotation(desk.work, desk.me, assignment, str(uuid4()))
    assert first["in_force"]["labels"]["emotion"] == "happiness" and first["state"] == "done"
    assert undo_annotation(desk.work, desk.me, assignment, str(uuid4())) == {
        "in_force": None,
        "state": "leased",
    }
    assert view_assignment(desk.work, desk.me, assignment)["saved"] is None
    with pytest.raises(DataError, match="no save"):
        undo_annotation(desk.work, desk.me, assignment, str(uuid4()))


def test_others_saves_are_refused(desk):
    desk.study()
    assignment, other = desk.given(), desk.person("Mallory", "admin")
    with pytest.raises(NotYours):
        desk.save(assignment, person=other)
    with pytest.raises(NotYours):
        undo_annotation(desk.work, other, assignment, str(uuid4()))


WRONG = (
    {"uuid": "not-a-uuid"},
    {"uuid": 5},
    {"uuid": None},
    {"uuid": [1]},
    {"assignment_id": "1"},
    {"assignment_id": 10**30},
    {"seconds": float("nan")},
    {"seconds": float("inf")},
    {"seconds": -1},
    {"seconds": "4"},
    {"seconds": True},
    {"face_id": "1"},
    {"face_id": 0},
    {"prediction_id": -1},
    {"prediction_id": {}},
    {"reason": 5},
    {"flag": "x" * 2001},
    {"flag": "a\0b"},
    {"rationales": "text"},
    {"rationales": {"au": "\ud800"}},
    {"labels": "happiness"},
)


def test_wrong_arguments_are_refused_with_a_sentence(desk):
    desk.study()
    assignment = desk.given()
    for wrong in WRONG:
        good = {"assignment_id": assignment, "uuid": str(uuid4()), "labels": LABELS}
        with pytest.raises(BadArgument) as raised:
            save_annotation(desk.work, desk.me, **{**good, **wrong})
        assert str(raised.value).endswith("."), wrong
    assert desk.save(assignment)["state"] == "done"


def test_a_time_of_days_counts_as_one(desk):
    desk.study()
    assert row(desk, desk.save(desk.given(), seconds=10**9)["annotation_id"]).seconds == 86_400


def test_a_prediction_of_another_face_is_not_recorded_as_seen(desk):
    desk.study(2)
    other = predict_face(desk.work, 2)
    assert row(desk, desk.save(desk.given(), prediction_id=other.id)["annotation_id"]).prediction_id is None
