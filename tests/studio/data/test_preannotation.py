"""Predicting ahead: in the queue's order, each face once for a model, and none for ever."""

import pytest
from sqlalchemy import func, select

from db.erasure import erase_faces
from db.models import Prediction, QueueEntry, Unreadable
from db.studies import default_study, reorder
from studio.data.preannotation import Filled, fill
from studio.data.take import start_preannotation, unreadable_faces


@pytest.fixture
def study(work, faces) -> int:
    faces(5)
    with work.database.reads.begin() as session:
        return default_study(session).id


def predicted(work) -> list[int]:
    with work.database.reads.begin() as session:
        return session.scalars(select(Prediction.face_id).order_by(Prediction.id)).all()


def grey(work) -> int:
    """A face that the model does not find."""
    from io import BytesIO

    from PIL import Image

    from db.faces import add_face
    from db.studies import enqueue

    out = BytesIO()
    Image.new("RGB", (60, 60), (128, 128, 128)).save(out, "PNG")
    with work.database.sessions.begin() as session:
        face, _ = add_face(session, work.pictures.put(out.getvalue()), source="test")
        enqueue(session, default_study(session))
        return face.id


def test_every_face_of_the_queue_is_predicted_once(work, study):
    assert fill(work, study) == Filled(5, 0, 0)
    assert fill(work, study) == Filled(0, 0, 0)
    assert len(predicted(work)) == 5


def test_the_queues_order_is_kept(work, study):
    with work.database.sessions.begin() as session:
        row = default_study(session)
        row.seed = 3
        reorder(session, row, "random")
        order = select(QueueEntry.face_id).order_by(QueueEntry.rank, QueueEntry.id)
        queue = session.scalars(order).all()
    fill(work, study)
    assert predicted(work) == queue


def test_stopped_or_limited_it_goes_on_where_it_was(work, study):
    assert fill(work, study, limit=2) == Filled(2, 0, 3)
    asked = iter([False, True])
    assert fill(work, study, stop=lambda: next(asked)).answered == 1
    assert fill(work, study) == Filled(2, 0, 0)


def test_a_face_that_is_not_found_is_remembered_and_not_tried_again(work, study, admin, ended):
    face = grey(work)
    assert fill(work, study) == Filled(5, 1, 0)
    asked = len(work.serving.predictor.asked)
    assert fill(work, study) == Filled(0, 0, 0)
    assert len(work.serving.predictor.asked) == asked
    (told,) = unreadable_faces(work, admin, study)
    assert told["face_id"] == face and told["reason"].startswith("No face was found")
    ended(start_preannotation(work, admin, study, again=True))
    with work.database.reads.begin() as session:
        assert session.scalar(select(func.count()).select_from(Unreadable)) == 1, (
            "tried again, and noted again"
        )


def test_a_picture_that_is_lost_does_not_end_the_others(work, study, faces):
    (lost,) = faces(1, first=50)
    with work.database.reads.begin() as session:
        from db.models import Face

        work.pictures.delete(session.get_one(Face, lost).sha256)
    assert fill(work, study) == Filled(5, 1, 0)


def test_another_models_predictions_do_not_count(work, study):
    fill(work, study)
    work.serving.predictor.revisions = {**work.serving.predictor.revisions, "base": "other@1"}
    assert fill(work, study) == Filled(5, 0, 0)
    assert len(predicted(work)) == 10


def test_a_model_that_is_loaded_meanwhile_starts_over(work, study):
    predictor = work.serving.predictor

    def told(filled):
        if filled.answered == 2:
            predictor.revisions = {**predictor.revisions, "base": "other@1"}

    assert fill(work, study, told=told) == Filled(7, 0, 0)


def test_an_erased_face_is_passed_over(work, study):
    first = []

    def told(filled):
        if filled.answered == 1 and not first:
            first.append(1)
            with work.database.sessions.begin() as session:
                erase_faces(session, [3], reason="asked for")

    filled = fill(work, study, told=told)
    assert filled.answered == 4 and 3 not in predicted(work)


def test_as_a_job_it_tells_how_far_it_is(work, study, admin, ended):
    job = ended(start_preannotation(work, admin, study))
    assert (job.state, job.done, job.total) == ("finished", 5, 5)
